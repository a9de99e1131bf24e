"""Show: what became of an image, for the caller whose it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dayshift.domain.image_id import ImageId
from dayshift.domain.messages import rfc3339
from dayshift.domain.outlook import ALWAYS_THERE, Outlook, Wakefulness
from dayshift.domain.results import Status
from dayshift.domain.web import ProblemError, Reply, Request, without_names
from dayshift.services.api.asking import caller_of
from dayshift.services.api.looking import look, retry_after
from dayshift.services.api.ports import ApiPorts

# What a failed image's own reason says is for whoever runs this: it may be an error of ours, or of AWS's.
GIVEN_UP = "given up after many tries; whoever runs this finds the reason in its record"
READ = (Status.OK, Status.NONE)


def get_image(request: Request, ports: ApiPorts, now: datetime) -> Reply:
    """The image's state, and its result once it is done. Another caller's id is not found, like one that never was."""
    caller, image = caller_of(request, ports), ImageId.parse(request.path.get("id", ""))
    if image is None or image.model not in ports.models:
        raise _not_found()
    model = ports.models[image.model]
    key = image.key(model.spec.prefix, caller.owner)
    record = ports.answers.latest(image.model, key)
    uploaded_at = ports.uploads.uploaded_at(key)
    if record is not None:
        return Reply(200, _ended(image, record, uploaded_at), notes={"image": str(image)})
    if uploaded_at is None:
        raise _not_found()
    seen = look(model, uploaded_at, ports, now)
    headers = {"Retry-After": str(retry_after(model, seen, now))}
    return Reply(200, waiting(image, uploaded_at, seen), headers, notes={"image": str(image)})


def waiting(image: ImageId, uploaded_at: datetime, seen: Outlook) -> dict[str, Any]:
    """An image that is not read yet."""
    is_asleep = seen.state is Wakefulness.ASLEEP
    body: dict[str, Any] = {
        "id": str(image),
        "model": image.model,
        "state": "asleep" if is_asleep else "queued",
        "uploaded_at": rfc3339(uploaded_at),
    }
    if seen.read_by is not None:
        body["read_by"] = rfc3339(seen.read_by)
    if is_asleep and seen.wakes_at is not None:
        body["wakes_at"] = rfc3339(seen.wakes_at)
    if seen != ALWAYS_THERE:
        body["reason"] = without_names(seen.reason)
    return body


def _ended(image: ImageId, record: Mapping[str, Any], uploaded_at: datetime | None) -> dict[str, Any]:
    status = Status(record["status"])
    body: dict[str, Any] = {
        "id": str(image),
        "model": image.model,
        "state": "done" if status in READ else str(status),
        # A record outlives its image, which may have been deleted since.
        "uploaded_at": record["enqueued_at"] if uploaded_at is None else rfc3339(uploaded_at),
    }
    if status in READ:
        body["result"] = {
            "status": status,
            "finished_at": record["finished_at"],
            "model_version": record["model"]["version"],
            "detections": record["detections"],
        }
    else:
        body["reason"] = GIVEN_UP if status is Status.FAILED else without_names(record["reason"] or "")
    return body


def _not_found() -> ProblemError:
    return ProblemError(404, "There is no such image, or it is not uploaded yet.")
