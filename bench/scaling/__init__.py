"""How a fleet should scale: four rules over the same traces, and what each costs in time and in workers."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles

from bench.report import Figure, Report, Rows
from bench.scaling.machines import MINUTE, Machines
from bench.scaling.rules import AWorkerEach, MinutesOfWork, Rule, Seed, TargetTracking
from bench.scaling.traces import START, TRACES

MAXIMUM, IMAGES_PER_MINUTE = 19, 60
LONGEST = 24 * 3600  # seconds; a rule that has not come to zero by then never does
RULES: dict[str, Callable[[], Rule]] = {
    "tracking": lambda: TargetTracking(5 * IMAGES_PER_MINUTE),
    "the seed's": Seed,
    "one each": AWorkerEach,
    "by minutes": lambda: MinutesOfWork(MAXIMUM, IMAGES_PER_MINUTE),
}


@dataclass(frozen=True, slots=True)
class Result:
    """What one rule made of one trace. Lags in minutes from arrival to record; hours are paid ones."""

    median: float
    late: float  # 95 of 100 are sooner
    hours: float
    work_hours: float  # what one worker would need, if it read without a pause
    most: int
    changes_an_hour: float
    zero_after: float  # minutes from the last record until nothing is paid
    killed: int


def lived(make: Callable[[], Rule], arrivals: list[int], seed: int) -> Result:
    """One rule through one trace."""
    machines, rule = Machines(arrivals, MAXIMUM, MINUTE // IMAGES_PER_MINUTE, seed), make()
    last_record = 0
    while not (machines.is_done and machines.now > START) and machines.now < LONGEST:
        before = len(machines.lags)
        machines.step()
        rule.tick(machines)
        last_record = machines.now if len(machines.lags) > before else last_record
    hours = (machines.now - START) / 3600
    lags = machines.lags
    return Result(
        median=median(lags) / MINUTE,
        late=quantiles(lags, n=20)[-1] / MINUTE,
        hours=machines.paid_hours(),
        work_hours=len(lags) / IMAGES_PER_MINUTE / 60,
        most=max(wished for _, wished in machines.wishes),
        changes_an_hour=len(machines.wishes) / hours,
        zero_after=(machines.now - last_record) / MINUTE,
        killed=machines.killed,
    )


def run(quick: bool) -> Report:
    """The benchmark."""
    seeds = range(1 if quick else 5)
    first = next(iter(RULES))
    rows, found = [], dict[tuple[str, str], list[Result]]()
    for trace, arrivals in TRACES.items():
        for name, make in RULES.items():
            results = [lived(make, arrivals(seed), seed) for seed in seeds]
            found[trace, name] = results
            rows.append((trace if name == first else "", name, *_shown(results)))
    ours = [result for (_, name), results in found.items() if name == "by minutes" for result in results]
    tracked = [result for (_, name), results in found.items() if name == "tracking" for result in results]
    figures = (
        Figure("p95 of 1,000 at once", max(one.late for one in found["1,000 at once", "by minutes"]), "min", 12),
        Figure("workers ended at their work", sum(one.killed for one in ours), "", 0),
        Figure("from the last record to none", max(one.zero_after for one in ours), "min", 10),
        Figure("paid hours to target tracking's", _sum(ours) / _sum(tracked), "ratio", 1.0),
    )
    columns = (
        "trace",
        "rule",
        "median, min",
        "p95, min",
        "paid h",
        "work h",
        "most",
        "changes/h",
        "zero after",
        "killed",
    )
    return Report("scaling", __doc__ or "", figures, (Rows("", columns, tuple(rows)),))


def _sum(results: list[Result]) -> float:
    return sum(one.hours for one in results)


def _shown(results: list[Result]) -> tuple[str, ...]:
    """Means over the seeds; the greatest number of workers."""

    def mean(name: str) -> float:
        return sum(float(getattr(one, name)) for one in results) / len(results)

    return (
        f"{mean('median'):.1f}", f"{mean('late'):.1f}", f"{mean('hours'):.2f}", f"{mean('work_hours'):.2f}",
        f"{max(one.most for one in results)}", f"{mean('changes_an_hour'):.1f}", f"{mean('zero_after'):.0f}",
        f"{mean('killed'):.0f}",
    )  # fmt: skip
