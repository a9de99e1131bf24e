"""Enqueue: new images become messages in the queue of the model that reads them, archives in the queue of archives."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from dayshift.domain.images import ImageRef
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.routing import Route, is_archive, route_for

if TYPE_CHECKING:  # the ports name every shape there is, which a cold start of the producer can do without
    from dayshift.domain.ports import Queue


@dataclass(frozen=True, slots=True)
class EnqueuePorts:
    """What enqueueing needs of the world: the one bucket that is ours, a route and a queue for each model, and the one
    queue of archives."""

    images_bucket: str
    routes: Sequence[Route]
    queues: "Mapping[str, Queue]"
    archives: "Queue"


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What became of the images: how many were sent, and which ones no model reads or are not of our bucket."""

    sent: int
    unrouted: tuple[ImageRef, ...]
    foreign: tuple[ImageRef, ...]


def enqueue(images: Iterable[ImageRef], ports: EnqueuePorts, now: datetime) -> Enqueued:
    """Sends one message an image. Raises TransientError if any could not be sent."""
    by_model: dict[str, list[InferenceRequest]] = defaultdict(list)
    archives, unrouted, foreign = list[InferenceRequest](), [], []
    for image in images:
        route = route_for(image.key, ports.routes)
        if image.bucket != ports.images_bucket:
            foreign.append(image)
        elif route is None:
            unrouted.append(image)
        elif is_archive(image.key):
            archives.append(InferenceRequest(image, route.model, now))
        else:
            by_model[route.model].append(InferenceRequest(image, route.model, now))
    for model, requests in by_model.items():
        ports.queues[model].send(requests)
    if archives:
        ports.archives.send(archives)
    return Enqueued(len(archives) + sum(map(len, by_model.values())), tuple(unrouted), tuple(foreign))
