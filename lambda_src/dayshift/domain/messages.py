"""The message that waits in the queue: one image for one model.

    {"v": 1, "model": "signs", "enqueued_at": "2026-11-21T08:00:00Z",
     "image": {"bucket": "…", "key": "incoming/signs/a b.jpg", "version_id": "…", "etag": "…", "size_bytes": 48213}}

A message may wait fourteen days, so every later version must still read v 1.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from dayshift.domain.errors import ForeignMessageError
from dayshift.domain.images import ImageRef

VERSION = 1


@dataclass(frozen=True, slots=True)
class InferenceRequest:
    """A wish: this image, read by this model."""

    image: ImageRef
    model: str
    enqueued_at: datetime

    def to_json(self) -> str:
        """The body of the SQS message."""
        body = {
            "v": VERSION,
            "model": self.model,
            "enqueued_at": rfc3339(self.enqueued_at),
            "image": asdict(self.image),
        }
        # ASCII only: SQS refuses some characters that an object key may hold (SendMessage, "MessageBody").
        return json.dumps(body, separators=(",", ":"))

    @classmethod
    def from_json(cls, body: Any) -> "InferenceRequest":
        """Reads a parsed body; raises ForeignMessageError for anything that `to_json` cannot have written."""
        try:
            if body["v"] != VERSION:
                raise ForeignMessageError(f"message version {body['v']!r}; this release reads {VERSION}")
            return cls(_image(body["image"]), _text(body["model"]), _moment(body["enqueued_at"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ForeignMessageError(f"not an inference request ({type(error).__name__}: {error})") from error


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message of a batch: what it asks for, and how to give it back.

    `requests` is empty for a message that asks nothing (S3's test event); `problem` says why a body is not ours.
    """

    message_id: str
    receipt: str
    receive_count: int
    requests: tuple[InferenceRequest, ...] = ()
    problem: str | None = None


def backoff_seconds(receive_count: int) -> int:
    """How long a message rests after its n-th receive in bad surroundings.

    1, 2, 4, 8 minutes, then a quarter of an hour up to the eighth receive. An outage longer than that is a long one:
    the rest doubles again, so that the twenty receives of the queue span 3.7 days and no good image reaches the DLQ.
    The cap is just under the twelve hours that SQS allows from the receive.
    """
    if receive_count <= 8:
        return min(60 << max(receive_count - 1, 0), 900)
    return min(900 << (receive_count - 8), 42_000)


def rfc3339(moment: datetime) -> str:
    """An aware moment as `2026-11-21T08:00:00Z`; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone, for example UTC; got {moment!r}")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z").replace(".000Z", "Z")


def _image(value: dict[str, Any]) -> ImageRef:
    version_id = value["version_id"]
    return ImageRef(
        bucket=_text(value["bucket"]),
        key=_text(value["key"]),
        version_id=None if version_id is None else _text(version_id),
        etag=_text(value["etag"]),
        size_bytes=int(value["size_bytes"]),
    )


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone, for example 2026-11-21T08:00:00Z; got {value!r}")
    return moment


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"wanted text, got {value!r}")
    return value
