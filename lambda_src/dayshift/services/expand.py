"""Expand: one archive becomes images of its model, a manifest, and in the end one terminal record.

Most models are sent the images. One that reads many at once is sent the archive, once the manifest is there, and again
whenever somebody asks for it while images of it have not ended.

Each step may be the last of a delivery, and each may be done twice at the same time: images and manifest are written
only where there are none, and the manifest only after all images and their messages. Once it is there the archive is
never opened again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dayshift.domain.archive_ports import Archive, Archives, Endings, ExpandedImages, Manifests
from dayshift.domain.archives import (
    CONTENT_TYPES,
    MAXIMUM_EXPANDED_BYTES,
    ExpandedImage,
    Manifest,
    RefusedEntry,
    expanded_folder,
    expanded_key,
)
from dayshift.domain.errors import GoneError, PermanentError, TransientError
from dayshift.domain.image_header import check_beginning, check_header, is_archive
from dayshift.domain.images import MINIMUM_BYTES, ImageRef, Limits
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.model import ModelSpec
from dayshift.domain.ports import Inbox, Queue, Records
from dayshift.domain.results import Status
from dayshift.domain.zip_entry import Entry, check_entry
from dayshift.services.label import Answer, Clock, Outcome, conclude

SENT_AT_ONCE = 10  # one call takes ten


@dataclass(frozen=True, slots=True)
class Reading:
    """One model, as the images of its archives are handed to it: each by itself, or all by their archive's request."""

    model: ModelSpec
    limits: Limits
    records: Records
    queue: Queue
    manifests: Manifests
    endings: Endings
    takes_whole: bool = False


@dataclass(frozen=True, slots=True)
class ExpandPorts:
    """What expanding needs of the world; made once for many invocations."""

    images_bucket: str
    models: Mapping[str, Reading]
    archives: Archives
    expanded: ExpandedImages
    inbox: Inbox
    maximum_receive_count: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One invocation: its ports and clock, and whether another entry can be finished."""

    ports: ExpandPorts
    clock: Clock
    has_time: Callable[[], bool]


def expand(request: InferenceRequest, turn: Turn) -> Outcome:
    """The archive of a request as far as it gets now. Raises TransientError, and then another delivery goes on."""
    reading = model_of(request, turn.ports)
    archive, started = request.image, turn.clock()
    if reading.records.exists(archive):
        return Outcome(archive.key, "already")
    try:
        manifest = reading.manifests.read(archive) or _expanded(request, reading, turn)
    except PermanentError as error:
        return conclude(request, Answer(Status.REJECTED, str(error)), started, reading, turn.clock)
    except GoneError as error:
        return conclude(request, Answer(Status.GONE, f"gone: {error}"), started, reading, turn.clock)
    endings = reading.endings.of([one.image for one in manifest.images])
    if endings is None:
        if reading.takes_whole:
            reading.queue.send([InferenceRequest(archive, reading.model.name, turn.clock())])
        return Outcome(archive.key, "expanded", manifest.summary({}))
    return conclude(request, Answer(*manifest.ending(endings)), started, reading, turn.clock)


def model_of(request: InferenceRequest, ports: ExpandPorts) -> Reading:
    """Whose archive this is. Raises TransientError where nobody can tell: it ends in the DLQ, where a person looks."""
    if request.image.bucket != ports.images_bucket or request.model not in ports.models:
        wanted = f"{ports.images_bucket!r} and one of {sorted(ports.models)}"
        got = f"{request.image.bucket!r} and {request.model!r}"
        raise TransientError(f"foreign_message: wanted bucket and model {wanted}; got {got}")
    return ports.models[request.model]


def _expanded(request: InferenceRequest, reading: Reading, turn: Turn) -> Manifest:
    """Every entry as an image or a refusal, then the manifest: ours, or that of whoever was first."""
    archive = turn.ports.archives.open(request.image)
    refusals = {entry.index: _refusal(entry, reading.limits) for entry in archive.entries if not entry.is_skipped}
    _check_whole(archive, refusals)
    folder = expanded_folder(request.model, request.image.key, archive.fingerprint)
    images, refused, unsent = list[ExpandedImage](), list[RefusedEntry](), list[ImageRef]()
    for index, refusal in refusals.items():
        entry = archive.entries[index]
        try:
            if refusal:
                raise refusal
            if not turn.has_time():
                _send(unsent, reading, turn.clock)  # the next run may be long in coming
                raise TransientError(f"no time left at entry {index} of {len(archive.entries)}")
            image = _image(archive, entry, folder, reading.limits, turn.ports.expanded)
        except PermanentError as error:
            refused.append(RefusedEntry(index, entry.name, str(error)))
            continue
        images.append(ExpandedImage(index, entry.name, image))
        unsent.append(image)
        if len(unsent) == SENT_AT_ONCE:
            _send(unsent, reading, turn.clock)
            unsent = []
    _send(unsent, reading, turn.clock)
    manifest = Manifest(request.image, request.model, folder, turn.clock(), tuple(images), tuple(refused))
    if reading.manifests.write(manifest):
        return manifest
    first = reading.manifests.read(request.image)
    if first is None:
        raise TransientError("a manifest that was there is there no more")
    return first


def _refusal(entry: Entry, limits: Limits) -> PermanentError | None:
    try:
        check_entry(entry, limits.maximum_bytes)
    except PermanentError as error:
        return error
    return None


def _check_whole(archive: Archive, refusals: Mapping[int, PermanentError | None]) -> None:
    """Nothing more than this is ever read: an entry that turns out longer than it said is refused there and then."""
    total = sum(archive.entries[index].size_bytes for index, refusal in refusals.items() if refusal is None)
    if total > MAXIMUM_EXPANDED_BYTES:
        most = f"{total:,} bytes come out of it; at most {MAXIMUM_EXPANDED_BYTES:,} may: upload several archives"
        raise PermanentError("archive_too_large", most)


def _image(archive: Archive, entry: Entry, folder: str, limits: Limits, expanded: ExpandedImages) -> ImageRef:
    """One entry as an object of its own. Raises PermanentError about the entry."""
    content = _content(archive, entry)
    form = check_header(content, limits).format
    return expanded.put(expanded_key(folder, entry.index, content, form), content, CONTENT_TYPES[form])


def _content(archive: Archive, entry: Entry) -> bytes:
    """An entry in memory, given up as soon as it is clear that it is no image."""
    content, is_looked_at = bytearray(), False
    for piece in archive.content(entry):
        content += piece
        if not is_looked_at and len(content) >= MINIMUM_BYTES:
            _look(bytes(content[:MINIMUM_BYTES]))
            is_looked_at = True
    return bytes(content)


def _look(beginning: bytes) -> None:
    if is_archive(beginning):
        raise PermanentError("archive_nested", "an archive in an archive; only its outermost one is expanded")
    check_beginning(beginning)


def _send(images: list[ImageRef], reading: Reading, clock: Clock) -> None:
    if not reading.takes_whole:
        reading.queue.send([InferenceRequest(image, reading.model.name, clock()) for image in images])
