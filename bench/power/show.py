"""What people read: one comparison, and the built-in set with its targets."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from bench.power.cells import OURS, PROMISES, Cell, Result, figures, mean_ratio
from bench.power.compare import Comparison
from bench.report import Report, Rows

NOTES = (
    "cost ratio: to the optimum that knows all arrivals and has every image in time, as our policy promises.",
    "leaving 5 %: a bound that may leave, unread for ever, the 5 of 100 in-hours images that the objective forgives.",
    "on time: in-hours images within the promise; the objective asks for 95 of 100, and for all others in time.",
    "plain: the fixed schedule with 30 min lead. Its column for the bound says what not even foresight could save.",
)


def of_trace(comparison: Comparison) -> Rows:
    """One trace: a row a policy."""
    rows = [
        (
            name.replace("_", " "),
            f"{comparison.cost_ratio(name):.3f}",
            f"{outcome.hours:,.1f}",
            f"{outcome.on_time:.2%}",
            f"{outcome.on_time_in_hours:.2%}",
            f"{outcome.on_time_overnight:.2%}",
            f"{outcome.starts:,}",
            f"{comparison.to_plain(name):.3f}",
            "met" if outcome.objective_met else "missed",
        )
        for name, outcome in comparison.outcomes.items()
    ]
    bound, plain = comparison.bound, comparison.outcomes["fixed_schedule"].billed_minutes
    every = bound.serving_all
    left = f"{bound.minutes / every:.3f}"
    least = (
        "leaving 5 %, a bound",
        left,
        f"{bound.minutes / 60:,.1f}",
        "",
        "",
        "",
        "",
        f"{bound.minutes / plain:.3f}",
        "",
    )
    most = (
        "optimum, clairvoyant",
        "1.000",
        f"{every / 60:,.1f}",
        *("", "", ""),
        f"{len(bound.runs):,}",
        f"{every / plain:.3f}",
        "",
    )
    columns = ("policy", "cost ratio", "hours", "on time", "in hours", "overnight", "starts", "to plain", "objective")
    setting, demand = comparison.demand.setting, comparison.demand
    title = (
        f"{comparison.trace}: {demand.images:,} images, {demand.images_in_hours:,} of them in hours; "
        f"within {setting.results_within} min, warm-up {setting.warmup} min, {setting.rate_per_minute} a minute, "
        f"{', '.join(setting.hours)} {setting.timezone}"
    )
    if bound.late:
        title += f"; {bound.late:,} images could not even be on time with a model that is always on"
    return Rows(title, columns, (*rows, most, least))


def of_set(results: Sequence[Result]) -> Report:
    """The built-in set."""
    tables = [_cells(promise, [each for each in results if each.cell.promise == promise]) for promise in PROMISES]
    question = "What does a model's running time cost, beside the best there could be and beside other policies?"
    return Report("power", question, figures(results), (*tables, _others(results)), NOTES)


def _cells(promise: int, results: Sequence[Result]) -> Rows:
    """A row a generator and volume: the mean over the seeds."""

    def key(result: Result) -> tuple[str, int]:
        return result.cell.generator, result.cell.volume

    rows = []
    for (generator, volume), group in groupby(results, key):
        seeds = list(group)
        rows.append(
            (
                f"{generator.replace('_', ' ')}, {volume:,} a day",
                f"{mean_ratio(seeds):.3f}",
                f"{_mean(each.ratio_to_bound for each in seeds):.3f}",
                f"{min(each.on_time_in_hours[OURS] for each in seeds):.2%}",
                f"{_mean(each.to_plain[OURS] for each in seeds):.3f}",
                f"{_mean(each.all_to_plain for each in seeds):.3f}",
                f"{_mean(each.bound_to_plain for each in seeds):.3f}",
                "met" if all(each.objective_met[OURS] for each in seeds) else "missed",
            )
        )
    columns = (
        "demand",
        "cost ratio",
        "leaving 5 %",
        "on time, worst",
        "to plain",
        "optimum to plain",
        "leaving 5 % to plain",
        "objective",
    )
    return Rows(f"results within {promise} min", columns, tuple(rows))


def _others(results: Sequence[Result]) -> Rows:
    rows = []
    for promise in PROMISES:
        chosen = [each for each in results if each.cell.promise == promise]
        for name in chosen[0].cost_ratio if chosen else ():
            ratios = [each.cost_ratio[name] for each in chosen]
            kept = sum(each.objective_met[name] for each in chosen)
            least = min(each.on_time_in_hours[name] for each in chosen)
            spread = f"{min(ratios):.2f}–{max(ratios):.2f}"
            rows.append(
                (f"{promise} min, {name.replace('_', ' ')}", spread, f"{least:.1%}", f"{kept} of {len(chosen)}")
            )
    return Rows("policies: cost ratio over all cells", ("policy", "cost ratio", "on time, worst", "met"), tuple(rows))


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers)


def named(cell: Cell) -> str:
    """A cell in the progress bar."""
    return f"{cell.generator.replace('_', ' ')} {cell.volume:,} a day, {cell.promise} min, seed {cell.seed}"
