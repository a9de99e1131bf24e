"""Routing: which model reads an object key, and whether what lies there is an archive of images."""

from collections.abc import Iterable
from dataclasses import dataclass

ARCHIVE_SUFFIX = ".zip"


@dataclass(frozen=True, slots=True)
class Route:
    """Keys that begin with `prefix` wait in `queue_url` for `model`, which is of this family.

    `takes_archives`: its family reads an archive as a whole; for all others an archive is expanded first.
    """

    model: str
    family: str
    prefix: str
    queue_url: str
    takes_archives: bool = False

    def expands(self, key: str) -> bool:
        """Whether this key is an archive whose images the model reads one by one."""
        return is_archive(key) and not self.takes_archives


def route_for(key: str, routes: Iterable[Route]) -> Route | None:
    """The route with the longest prefix of `key`; None if no model reads it."""
    matching = [route for route in routes if key.startswith(route.prefix)]
    return max(matching, key=lambda route: len(route.prefix), default=None)


def is_archive(key: str) -> bool:
    """Whether an object of this name is taken for an archive: only the end of the name tells, in any case."""
    return key.lower().endswith(ARCHIVE_SUFFIX)
