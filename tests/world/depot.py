"""The place of archives in the world: their bytes, the queue in which all of them wait, and what is kept of each.

What is expanded lies in the bucket like any other object, but nobody is told of it: S3 tells of `incoming/` alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from dayshift.domain.archives import Manifest
from dayshift.domain.images import ImageRef
from tests.world.clock import EventLoop
from tests.world.mapping import EventSourceMapping, Invoke, Word
from tests.world.queue import Queue

VISIBILITY = 5400.0  # terraform/archives.tf
MAXIMUM_RECEIVES = 20
ONE = 1  # archive a run


@dataclass(slots=True, eq=False)
class Depot:
    """The archives of all models."""

    queue: Queue
    mapping: EventSourceMapping
    contents: dict[ImageRef, bytes] = field(default_factory=dict)
    manifests: dict[ImageRef, Manifest] = field(default_factory=dict)
    seconds_an_image: float = 0.05  # that it takes to write one

    @classmethod
    def open(cls, loop: EventLoop, lag: Callable[[float], float], invoke: Invoke) -> "Depot":
        """With a mapping that hands out archives from the beginning, one a run."""
        queue = Queue(loop, VISIBILITY, MAXIMUM_RECEIVES, lag)
        mapping = EventSourceMapping(loop, queue, invoke, lambda: 0.0, batch=ONE)
        mapping.become(Word.ENABLED)
        return cls(queue, mapping)
