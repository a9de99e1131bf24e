"""proxiML's REST API as jobs need it: four calls, each with its token, and whose fault a failure is.

    POST   /job                       {"name", "type": "inference", "resources", "workers", "environment", "model"}
    GET    /job, /job/<id>            {"job_uuid", "name", "status", "credits", …}; `id` in the place of job_uuid too
    PATCH  /job/<id>                  {"command": "stop"}
    DELETE /job/<id>?force=true

Every text of the service's that reaches an error is cut, and the addresses in it are taken out: what was sent has
presigned URLs in it, and some services repeat what they were sent.
"""

import re
from collections.abc import Mapping
from typing import Any

from dayshift.adapters.https_json import Outside, Reply
from dayshift.adapters.proximl_login import ProximlLogin
from dayshift.domain.errors import RefusedError, TransientError

API = "https://api.proximl.ai"
AGENT = "dayshift"
SAID_AT_MOST = 300  # characters of what the service says
ADDRESS = re.compile(r"\S*(?:https?:|X-Amz-|x-amz-)\S*")
NOT_SIGNED_IN, NOT_THERE, TIMED_OUT, TOO_MANY = 401, 404, 408, 429


class ProximlApi:
    """The calls. `url` is the local AWS's, "" the real service; `project` "" is the account's own."""

    def __init__(self, outside: Outside, login: ProximlLogin, project: str = "", url: str = "") -> None:
        self._outside, self._login, self._project, self._url = outside, login, project, url or API

    def create(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        """POST. Raises RefusedError where it said no, and TransientError where nobody can tell."""
        project = {"project_uuid": self._project} if self._project else {}
        reply = self._call("POST", "/job", body={**job, **project})
        if 400 <= reply.status < 500 and reply.status != TIMED_OUT:
            raise RefusedError(f"proxiML does not take the job: {_said(reply)}")
        return _object(reply, "the job that was asked for")

    def jobs(self) -> tuple[Mapping[str, Any], ...]:
        """All of the project's. Raises TransientError."""
        reply = self._call("GET", "/job")
        told = _good(reply, "the list of jobs").json()
        if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
            raise TransientError(f"wanted a list of jobs from proxiML, got {type(told).__name__}")
        return tuple(told)

    def job(self, job_id: str) -> Mapping[str, Any] | None:
        """One job; None for one that it knows no more. Raises TransientError."""
        reply = self._call("GET", f"/job/{job_id}")
        return None if reply.status == NOT_THERE else _object(reply, f"job {job_id}")

    def stop(self, job_id: str) -> bool:
        """Whether it took the wish; no: it does not stop a job in this state. Raises TransientError."""
        reply = self._call("PATCH", f"/job/{job_id}", body={"command": "stop"})
        return reply.status == NOT_THERE or _taken(reply, f"stopping job {job_id}")

    def remove(self, job_id: str) -> bool:
        """The same, by force. Raises TransientError."""
        reply = self._call("DELETE", f"/job/{job_id}", query={"force": "true"})
        return reply.status == NOT_THERE or _taken(reply, f"removing job {job_id}")

    def _call(self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Any = None) -> Reply:
        """With a new token once, where the old one is not taken: it may have been revoked. Raises RefusedError."""
        given = {**({"project_uuid": self._project} if self._project and method != "POST" else {}), **(query or {})}
        for is_last in (False, True):
            headers = {"Authorization": self._login.token(), "User-Agent": AGENT}
            reply = self._outside.call(method, self._url + path, headers=headers, query=given, body=body)
            if reply.status != NOT_SIGNED_IN:
                return reply
            self._login.forget()
            if is_last:
                raise RefusedError(f"proxiML does not accept user and key: {_said(reply)}")
        raise AssertionError("not reached")


def _taken(reply: Reply, doing: str) -> bool:
    if 400 <= reply.status < 500 and reply.status not in (TIMED_OUT, TOO_MANY):
        return False
    _good(reply, doing)
    return True


def _good(reply: Reply, doing: str) -> Reply:
    if not 200 <= reply.status < 300:
        raise TransientError(f"{_said(reply)} while asking proxiML for {doing}")
    return reply


def _object(reply: Reply, doing: str) -> Mapping[str, Any]:
    told = _good(reply, doing).json()
    if not isinstance(told, dict):
        raise TransientError(f"wanted an object from proxiML for {doing}, got {type(told).__name__}")
    return told


def _said(reply: Reply) -> str:
    """The status, and the service's own words as far as they can be shown."""
    try:
        told = reply.json()
    except TransientError:
        told = None
    words = (told.get("errorMessage") or told.get("message") or "") if isinstance(told, dict) else ""
    shown = " ".join(ADDRESS.sub("(an address)", str(words)).split())[:SAID_AT_MOST]
    return f"{reply.status} {''.join(each for each in shown if each.isprintable())}".strip()
