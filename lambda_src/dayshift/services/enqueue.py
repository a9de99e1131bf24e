"""Enqueue: new images become messages, each in the queue of the model that reads it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from dayshift.domain.images import ImageRef
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.routing import Route, route_for

if TYPE_CHECKING:  # the ports name every shape there is, which a cold start of the producer can do without
    from dayshift.domain.ports import Queue


@dataclass(frozen=True, slots=True)
class EnqueuePorts:
    """What enqueueing needs of the world: the one bucket that is ours, and a route and a queue for each model."""

    images_bucket: str
    routes: Sequence[Route]
    queues: "Mapping[str, Queue]"


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What became of the images: how many were sent, and which ones no model reads or are not of our bucket."""

    sent: int
    unrouted: tuple[ImageRef, ...]
    foreign: tuple[ImageRef, ...]


def enqueue(images: Iterable[ImageRef], ports: EnqueuePorts, now: datetime) -> Enqueued:
    """Sends one message an image. Raises TransientError if any could not be sent."""
    by_model: dict[str, list[InferenceRequest]] = defaultdict(list)
    unrouted, foreign = [], []
    for image in images:
        route = route_for(image.key, ports.routes)
        if image.bucket != ports.images_bucket:
            foreign.append(image)
        elif route is None:
            unrouted.append(image)
        else:
            by_model[route.model].append(InferenceRequest(image, route.model, now))
    for model, requests in by_model.items():
        ports.queues[model].send(requests)
    return Enqueued(sum(map(len, by_model.values())), tuple(unrouted), tuple(foreign))
