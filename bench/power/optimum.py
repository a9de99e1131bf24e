"""The clairvoyant optimum: the fewest billed minutes of a policy that knows all arrivals.

It keeps the world's rules: W billed minutes of warm-up at each start, at most r images a minute, first come, first
served. Two bounds are reckoned, both by the recurrence of `bench.power.recurrence`:

- `serving_all`: every image is done when it is due. Exact (against all ways there are, in the tests). Policies are
  measured by it, as ours promises every image.
- `minutes`: what the objective asks, and no more: of the images that come in hours 5 of 100 may be left. It is a lower
  bound, not a plan: an image that is left is never served, and minutes are not whole. It is told beside the other.

The grace is one number for the whole trace, so it is given a price instead (Lagrange): for any price of at least one
slot for each image that is left, the least cost, price included, less the price of the whole grace bounds every policy
that leaves no more. The highest such bound over all prices counts.
"""

from dataclasses import dataclass

from bench.power.demand import LEAST_ON_TIME, Demand
from bench.power.recurrence import Search

CLOSE_ENOUGH = 0.002
FIRST_GUESS = 0.15  # of the cost of serving all, for all the images that may be left
MOST_PRICES = 12


@dataclass(frozen=True, slots=True)
class Optimum:
    """The bounds, in billed minutes. `late` is how many images no model could have in time; `runs` serve all."""

    minutes: float
    serving_all: int
    late: int
    runs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """What a way of leaving images promises at a price: `minutes` and `over` images more than the grace allows."""

    minutes: float
    over: int

    def at(self, price: float) -> float:
        """The bound at this price, in minutes an image."""
        return self.minutes + self.over * price


def optimum(demand: Demand) -> Optimum:
    """The bounds for a demand. Takes seconds for thirteen weeks."""
    search = Search(demand, None)
    exact = search.solved()
    serving_all = exact.cost // demand.setting.rate_per_minute
    return Optimum(with_grace(demand, grace_of(demand), serving_all), serving_all, search.late, search.runs(exact))


def grace_of(demand: Demand) -> int:
    """How many of the images that came in hours the objective forgives."""
    return int(demand.images_in_hours * (1 - LEAST_ON_TIME) + 1e-9)


def with_grace(demand: Demand, grace: int, serving_all: int) -> float:
    """The bound, in minutes, where so many in-hours images may be left: the highest over all prices.

    It is concave in the price, so the lines found so far enclose it from above.
    """
    rate = demand.setting.rate_per_minute
    if grace == 0:
        return serving_all
    best, cheap, dear = 0.0, None, _Line(serving_all, -grace)
    slots = max(round(FIRST_GUESS * serving_all / grace * rate), 1)
    for _ in range(MOST_PRICES):
        line = _line(demand, slots, grace)
        best = max(best, line.at(slots / rate))
        if line.over > 0:
            cheap = line
        elif slots == 1:
            break
        else:
            dear = line
        if cheap is None:
            slots = max(slots // 3, 1)
            continue
        price = (dear.minutes - cheap.minutes) / (cheap.over - dear.over)
        if cheap.at(price) <= best * (1 + CLOSE_ENOUGH):
            break
        slots = max(round(price * rate), 1)
    return best


def _line(demand: Demand, price: int, grace: int) -> _Line:
    way = Search(demand, price).solved()
    return _Line((way.cost - price * way.left) / demand.setting.rate_per_minute, way.left - grace)
