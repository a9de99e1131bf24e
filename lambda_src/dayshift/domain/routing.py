"""Routing: which model reads an object key."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """Keys that begin with `prefix` wait in `queue_url` for `model`, which is of this family."""

    model: str
    family: str
    prefix: str
    queue_url: str


def route_for(key: str, routes: Iterable[Route]) -> Route | None:
    """The route with the longest prefix of `key`; None if no model reads it."""
    matching = [route for route in routes if key.startswith(route.prefix)]
    return max(matching, key=lambda route: len(route.prefix), default=None)
