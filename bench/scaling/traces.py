"""When images come: in seconds from the beginning, in order."""

from collections.abc import Callable, Mapping
from math import cos, pi
from random import Random

HOUR, MINUTE = 3600, 60
START = 5 * MINUTE


def at_once(count: int) -> list[int]:
    """So many in one second."""
    return [START] * count


def steady(a_minute: float, hours: float) -> list[int]:
    """One after the other, evenly."""
    return [START + round(number * MINUTE / a_minute) for number in range(round(a_minute * hours * 60))]


def bursts(count: int, minutes: int, hours: int) -> list[int]:
    """So many at once, every so many minutes."""
    return [START + begun for begun in range(0, hours * HOUR, minutes * MINUTE) for _ in range(count)]


def working_day(seed: int, most_a_minute: float = 120.0) -> list[int]:
    """A Poisson day of nine hours: it swells, dips at noon, and ebbs away."""
    random, moment, found = Random(seed), float(START), list[int]()
    while moment < START + 9 * HOUR:
        moment += random.expovariate(most_a_minute / MINUTE)
        hour = (moment - START) / HOUR
        share = 0.5 - 0.5 * cos(2 * pi * min(hour, 9) / 9) - (0.6 if 4 <= hour < 5 else 0.0)
        if random.random() < share:
            found.append(round(moment))
    return found


def a_burst_and_then(count: int, a_minute: float, hours: float) -> list[int]:
    """Many at once, and then a steady stream."""
    return sorted(at_once(count) + steady(a_minute, hours))


TRACES: Mapping[str, Callable[[int], list[int]]] = {
    "50 at once": lambda _: at_once(50),
    "100 at once": lambda _: at_once(100),
    "1,000 at once": lambda _: at_once(1_000),
    "10,000 at once": lambda _: at_once(10_000),
    "1 a minute, 4 h": lambda _: steady(1, 4),
    "100 a minute, 4 h": lambda _: steady(100, 4),
    "a working day": working_day,
    "200 every 20 min, 4 h": lambda _: bursts(200, 20, 4),
    "5,000, then 100 a minute, 4 h": lambda _: a_burst_and_then(5_000, 100, 4),
}
