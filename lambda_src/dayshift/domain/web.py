"""The API's requests and replies, as its operations see them, and the problem documents of RFC 9457."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from dayshift.domain.caller import Caller
from dayshift.domain.errors import DayshiftError

JSON = "application/json"
# What AWS says of a failure may name accounts, roles and queues: none of a caller's business.
_NAMES = re.compile(r"arn:[^\s\"',;)]+|\b\d{12}\b")


@dataclass(frozen=True, slots=True)
class Request:
    """A request behind API Gateway. `route` is "POST /images"; `content_type` is without parameters, in small letters;
    `caller` is the verified one, None where nobody was verified."""

    route: str
    request_id: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    content_type: str = ""
    body: bytes = b""
    caller: Caller | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. A body that is no text is JSON. `notes` are for the log, not for the caller."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON
    notes: Mapping[str, Any] = field(default_factory=dict)


class ProblemError(DayshiftError):
    """A request that cannot be served, for a reason that its sender may read. `retry_after` is in seconds."""

    def __init__(self, status: int, detail: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.retry_after = status, detail, retry_after


def problem(error: ProblemError, request_id: str) -> Reply:
    """The problem document. Its type says no more than the status: the detail is for people."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": without_names(error.detail),
        "instance": f"urn:request:{request_id}",
    }
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return Reply(error.status, body, headers, "application/problem+json", {"detail": error.detail})


def without_names(text: str) -> str:
    """The text without ARNs and account numbers."""
    return _NAMES.sub("…", text)
