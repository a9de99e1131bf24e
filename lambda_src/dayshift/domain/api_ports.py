"""The ports of the HTTP API: all that its operations need of the world. Everything raises TransientError."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from dayshift.domain.override import Override
from dayshift.domain.powered import PoweredModel


@dataclass(frozen=True, slots=True)
class Form:
    """Where an image is to be posted to, and the fields that are to go before it."""

    url: str
    fields: Mapping[str, str]


class Uploads(Protocol):
    """The images bucket, as its writers see it."""

    def form(self, key: str, content_type: str, maximum_bytes: int) -> Form:
        """A form by which anybody may put one image there within five minutes: this key, type and size only."""

    def put(self, key: str, content_type: str, content: bytes) -> None:
        """Stores an image, which is queued thereby."""

    def uploaded_at(self, key: str) -> datetime | None:
        """When the newest image under exactly this key was stored; None where there is none."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The CSV of one image: its name in its folder, and the rows without the header."""

    name: str
    rows: str


class Answers(Protocol):
    """The results bucket, as those see it who are answered."""

    def latest(self, model: str, key: str) -> Mapping[str, Any] | None:
        """The newest terminal record of the image under this key, parsed; None while there is none."""

    def sheets(self, model: str, folder: str, after: str, most: int) -> tuple[Sequence[Sheet], bool]:
        """The CSVs of the images in a folder after a name ("" for all), by name, and whether there are more."""


class PoweredModels(Protocol):
    """The powered models' parameters."""

    def of(self, name: str, now: datetime) -> PoweredModel | None:
        """A model as it is now, at most some seconds old; None for one whose parameters cannot be read."""

    def switch(self, name: str, override: Override | None) -> None:
        """Keeps a person's word, or forgets it."""


class Counts(Protocol):
    """How many images each caller has sent on a day."""

    def take(self, owner: str, now: datetime) -> bool:
        """Counts one more; False, and none is counted, once the day's are used up."""
