"""The built-in set: drawn traces of thirteen weeks × volumes × promises × seeds, each held to its targets."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bench.power.compare import Comparison, compare
from bench.power.demand import Setting
from bench.power.generators import generate
from bench.report import Figure

ZONE = "Europe/Berlin"
PROMISES = (60, 15)
SEEDS = (1, 2, 3)
WEEKS = 13
VOLUMES = {
    "office_day": (20, 200, 1000, 5000),
    "bursts": (20, 200, 1000, 5000),
    "trickle": (20, 200, 1000),
    "batch_nights": (200, 1000, 5000),
}
OURS = "dayshift"
MANY = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """One of the set."""

    generator: str
    volume: int
    promise: int
    seed: int

    def compared(self) -> Comparison:
        """Its replay. Fast enough to be one step of a progress bar."""
        zone = ZoneInfo(ZONE)
        trace = generate(self.generator, self.volume, self.seed, zone, WEEKS)
        return compare(trace, Setting(results_within=self.promise, timezone=ZONE))


@dataclass(frozen=True, slots=True)
class Result:
    """What a cell came to, in a form that travels between processes."""

    cell: Cell
    cost_ratio: dict[str, float]
    to_plain: dict[str, float]
    on_time_in_hours: dict[str, float]
    objective_met: dict[str, bool]
    bound_to_plain: float
    all_to_plain: float
    ratio_to_bound: float


def run_cell(cell: Cell) -> Result:
    """Replays a cell."""
    made = cell.compared()
    plain = made.outcomes["fixed_schedule"].billed_minutes
    return Result(
        cell,
        {name: made.cost_ratio(name) for name in made.outcomes},
        {name: made.to_plain(name) for name in made.outcomes},
        {name: outcome.on_time_in_hours for name, outcome in made.outcomes.items()},
        {name: outcome.objective_met for name, outcome in made.outcomes.items()},
        made.bound.minutes / plain,
        made.bound.serving_all / plain,
        made.ratio_to_bound(OURS),
    )


def cells(quick: bool) -> list[Cell]:
    """The whole set, or with `quick` one seed and at most 1,000 images a day."""
    return [
        Cell(generator, volume, promise, seed)
        for generator, volumes in VOLUMES.items()
        for volume in volumes
        for promise in PROMISES
        for seed in (SEEDS[:1] if quick else SEEDS)
        if not (quick and volume > 1000)
    ]


def figures(results: Sequence[Result]) -> tuple[Figure, ...]:
    """The targets of W = 30 min, each at its worst cell."""
    hour = [result for result in results if result.cell.promise == 60]
    quarter = [result for result in results if result.cell.promise == 15]
    many = [result for result in quarter if result.cell.volume >= MANY]
    folders = [result for result in hour if result.cell.generator == "bursts" and result.cell.volume < MANY]
    return (
        Figure("L = 60: cost to the optimum, geometric mean", mean_ratio(hour), "ratio", at_most=1.35),
        Figure("L = 60: cost to the optimum, worst", worst(hour, ratio), "ratio", at_most=1.50),
        Figure("L = 60: cells that meet the objective", met(hour), "of all", at_least=1),
        Figure(
            "L = 60: to the plain schedule, 200 a day or more, worst", worst(hour, plain, MANY), "ratio", at_most=0.5
        ),
        Figure("L = 60: to the plain schedule, 20 a day, worst", worst(hour, plain, 0, MANY), "ratio", at_most=0.3),
        Figure("L = 60: to the plain schedule, folders of 25, worst", worst(folders, plain), "ratio", at_most=0.2),
        Figure(
            "L = 15: cost to the optimum, 200 a day or more, geometric mean", mean_ratio(many), "ratio", at_most=1.34
        ),
        Figure("L = 15: cells that meet the objective", met(quarter), "of all", at_least=1),
        Figure("L = 15: to the plain schedule, worst", worst(quarter, plain), "ratio", at_most=1.01),
    )


def ratio(result: Result) -> float:
    """Our cost to the optimum."""
    return result.cost_ratio[OURS]


def plain(result: Result) -> float:
    """Our cost to the plain schedule's."""
    return result.to_plain[OURS]


def mean_ratio(results: Sequence[Result]) -> float:
    """The geometric mean of our cost to the optimum."""
    return math.exp(sum(math.log(ratio(result)) for result in results) / len(results))


def met(results: Sequence[Result]) -> float:
    """The share of cells in which we meet the objective."""
    return sum(result.objective_met[OURS] for result in results) / len(results)


def worst(results: Iterable[Result], of: Callable[[Result], float], least: int = 0, below: int = 1 << 30) -> float:
    """The highest of a measure over the cells of these volumes."""
    return max(of(result) for result in results if least <= result.cell.volume < below)
