"""Traces to replay where there is no recorded one: an office day, bursts, a trickle, batch nights.

They are drawn from the seed alone and know nothing of any policy; `volume` is images a working day on average.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bench.power.trace import Trace
from dayshift.domain.calendar import instant

MONDAY = date(2026, 3, 2)  # thirteen weeks from here hold a change of clocks in Europe and in America
DAY_MINUTES = 24 * 60
WORKING_DAYS = 5
FOLDER = 25
Counts = NDArray[np.int64]  # images by minute of one day's wall clock
Draw = Callable[[np.random.Generator, int, float], Counts]  # (dice, weekday, volume)


def office_day(dice: np.random.Generator, weekday: int, volume: float) -> Counts:
    """People at work: up from half past eight, a dip at noon, home by six, a little in the evening and at weekends."""
    hour = np.arange(DAY_MINUTES) / 60
    shape = np.interp(
        hour, [0, 7, 8.5, 10, 12, 12.5, 13.5, 15, 17, 18.5, 22, 24], [0, 0, 2, 9, 8, 3, 7, 9, 6, 1, 0.3, 0]
    )
    busy = 1.0 if weekday < WORKING_DAYS else 0.03
    return _poisson(dice, shape, volume * busy * dice.gamma(16) / 16)


def bursts(dice: np.random.Generator, weekday: int, volume: float) -> Counts:
    """Folders of 25 images, each dropped at once, at any time of the working day."""
    counts = np.zeros(DAY_MINUTES, dtype=np.int64)
    folders = dice.poisson(volume / FOLDER) if weekday < WORKING_DAYS else 0
    np.add.at(counts, dice.integers(9 * 60, 18 * 60, folders), FOLDER)
    return counts


def trickle(dice: np.random.Generator, weekday: int, volume: float) -> Counts:
    """One by one, day and night, on all days."""
    del weekday
    return _poisson(dice, np.ones(DAY_MINUTES), volume)


def batch_nights(dice: np.random.Generator, weekday: int, volume: float) -> Counts:
    """Nine tenths in one batch at about two in the morning, over some twenty minutes; the rest during the day."""
    if weekday >= WORKING_DAYS:
        return np.zeros(DAY_MINUTES, dtype=np.int64)
    minutes = np.clip(dice.normal(dice.normal(120, 20), 8, dice.poisson(0.9 * volume)), 0, DAY_MINUTES - 1)
    hour = np.arange(DAY_MINUTES) / 60
    by_day = _poisson(dice, np.where((hour >= 8.5) & (hour < 18), 1.0, 0.0), 0.1 * volume)
    return by_day + np.bincount(minutes.astype(np.int64), minlength=DAY_MINUTES)


GENERATORS: Mapping[str, Draw] = {
    "office_day": office_day,
    "bursts": bursts,
    "trickle": trickle,
    "batch_nights": batch_nights,
}


def generate(name: str, volume: float, seed: int, zone: ZoneInfo, weeks: int = 13) -> Trace:
    """One drawn trace of so many weeks, by the wall clock of a zone."""
    dice = np.random.default_rng([seed, *name.encode()])
    days = range(weeks * 7)
    return from_days(f"{name} {volume:g} #{seed}", [GENERATORS[name](dice, day % 7, volume) for day in days], zone)


def from_days(name: str, days: list[Counts], zone: ZoneInfo) -> Trace:
    """A trace of days from Monday, 2 March 2026, on."""
    first, after = (instant(MONDAY + timedelta(days=day), time(), zone) for day in (0, len(days)))
    rows = [(first, 0)]
    for number, counts in enumerate(days):
        day = MONDAY + timedelta(days=number)
        for minute in np.flatnonzero(counts):
            wall = time(int(minute) // 60, int(minute) % 60)
            rows.append((instant(day, wall, zone), int(counts[minute])))
    rows.append((after - timedelta(minutes=1), 0))
    return Trace.of(name, rows)


def write_trace(trace: Trace) -> str:
    """The trace as a file that `--trace` reads; in UTC."""
    lines = (f"{_written(moment)},{count}\n" for moment, count in trace.arrivals)
    return "timestamp,count\n" + "".join(lines)


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _poisson(dice: np.random.Generator, shape: NDArray[np.float64], volume: float) -> Counts:
    drawn: Counts = dice.poisson(shape * (volume / shape.sum())).astype(np.int64)
    return drawn
