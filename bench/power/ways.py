"""What the search for the optimum keeps: ways, and which of them are worth having."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

FAR = 1 << 60


@dataclass(frozen=True, slots=True)
class Way:
    """The cheapest way found to a state: what it costs, what it left, from which state, and what was billed since."""

    cost: int
    left: int = 0
    before: "Way | None" = None
    billed: tuple[int, int] | None = None
    off_since: int = -FAR


@dataclass(slots=True)
class Frontier:
    """Which numbers of settled images were reached with the model off, at which cost: only those worth having."""

    images: list[int] = field(default_factory=list)  # ascending, and so are the costs
    costs: list[int] = field(default_factory=list)

    def cost_of(self, images: int) -> float:
        """The least cost known of having settled so many or more."""
        place = bisect_left(self.images, images)
        return self.costs[place] if place < len(self.costs) else float("inf")

    def add(self, images: int, cost: int) -> bool:
        """Notes a way; False if it is not worth having."""
        if self.cost_of(images) <= cost:
            return False
        until = bisect_right(self.images, images)
        since = bisect_left(self.costs, cost, hi=until)
        self.images[since:until], self.costs[since:until] = [images], [cost]
        return True
