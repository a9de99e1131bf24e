"""Routing: which model reads an object key, and whether what lies there is an archive of images."""

from collections.abc import Iterable
from dataclasses import dataclass

ARCHIVE_SUFFIX = ".zip"


@dataclass(frozen=True, slots=True)
class Route:
    """Keys that begin with `prefix` wait in `queue_url` for `model`, which is of this family; archives among them are
    expanded first."""

    model: str
    family: str
    prefix: str
    queue_url: str


def route_for(key: str, routes: Iterable[Route]) -> Route | None:
    """The route with the longest prefix of `key`; None if no model reads it."""
    matching = [route for route in routes if key.startswith(route.prefix)]
    return max(matching, key=lambda route: len(route.prefix), default=None)


def is_archive(key: str) -> bool:
    """Whether an object of this name is taken for an archive: only the end of the name tells, in any case."""
    return key.lower().endswith(ARCHIVE_SUFFIX)
