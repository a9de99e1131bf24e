"""One week as a picture: the images as they come, and when each policy's model is billed."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.power.compare import Comparison

DAY = 24 * 60
WEEK = 7 * DAY
BAR = 15
COLOURS = {"dayshift": "#1b7837", "the bound": "#999999"}
OTHER = "#b2563b"


def draw(comparison: Comparison, place: Path) -> None:
    """Writes the PNG of the second week, or of the first where there is no second."""
    demand = comparison.demand
    start = WEEK if demand.minutes >= 2 * WEEK else 0
    lanes = {name: outcome.runs for name, outcome in comparison.outcomes.items()}
    lanes = {"dayshift": lanes.pop("dayshift"), "the bound": comparison.bound.runs} | lanes
    figure = Figure(figsize=(13, 5.5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 2))
    _arrivals(comparison, start, above)
    for height, (name, runs) in enumerate(lanes.items()):
        bars = [
            (max(since, start) / DAY, (min(until, start + WEEK) - max(since, start)) / DAY)
            for since, until in runs
            if until > start and since < start + WEEK
        ]
        below.broken_barh(bars, (height - 0.35, 0.7), facecolors=COLOURS.get(name, OTHER))
    for since, until in demand.openings:
        if until > start and since < start + WEEK:
            for axis in (above, below):
                axis.axvspan(since / DAY, until / DAY, color="#f2efe4", zorder=-1)
    below.set_yticks(range(len(lanes)), [_label(comparison, name) for name in lanes])
    below.invert_yaxis()
    midnights = range(start, start + WEEK, DAY)
    zone = demand.setting.calendar.zone
    names = [f"{demand.moment(minute).astimezone(zone):%a %d %b}" for minute in midnights]
    below.set_xticks([minute / DAY for minute in midnights], names, ha="left")
    below.set_xlim(start / DAY, (start + WEEK) / DAY)
    figure.suptitle(
        f"{comparison.trace}: results within {demand.setting.results_within} min, warm-up {demand.setting.warmup} min. "
        "When the model is billed; shaded: open"
    )
    place.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(place, dpi=110)


def _arrivals(comparison: Comparison, start: int, axis: Axes) -> None:
    counts = [0] * (WEEK // BAR)
    for minute, count in comparison.demand.arrivals:
        if start <= minute < start + WEEK:
            counts[(minute - start) // BAR] += count
    places = [(start + BAR * place) / DAY for place in range(len(counts))]
    axis.bar(places, counts, width=BAR / DAY, align="edge", color="#3b6ea8")
    axis.set_ylabel(f"images in {BAR} min")


def _label(comparison: Comparison, name: str) -> str:
    if name in comparison.outcomes:
        outcome = comparison.outcomes[name]
        return f"{name.replace('_', ' ')}: {comparison.cost_ratio(name):.2f}×, {outcome.on_time:.1%} on time"
    return "all on time at the least cost"
