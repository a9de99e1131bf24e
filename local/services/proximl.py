"""What stands on this machine for proxiML: its API, its sign-in, and jobs that really run.

/_proximl/.well-known/auth-config.json     app.proximl.ai's
/_proximl/cognito/                         cognito-idp.<region>.amazonaws.com's
/_proximl/<pool>/.well-known/jwks.json     the same's
/_proximl/job, /_proximl/job/<id>          api.proximl.ai's
/_local/jobs                               the controls
"""

from typing import Any

from flask import Flask, Response, jsonify, request

from local.outside import PROXIML_PATH
from local.services.proximl_jobs import ProximlJobs
from local.services.proximl_login import POOL, Pool
from local.services.schedule_groups import Route
from local.services.service_error import ServiceError
from local.services.wire import answer, body

PERSONAL = "local-personal-project"


class Proximl:
    """The routes."""

    def __init__(self, pool: Pool, jobs: ProximlJobs) -> None:
        self._pool, self._jobs = pool, jobs

    def routes(self) -> tuple[Route, ...]:
        """Method, path, operation and function; faults name the operations, as `proximl.CreateJob`."""
        jobs, one = f"{PROXIML_PATH}/job", f"{PROXIML_PATH}/job/<job_id>"
        return (
            ("GET", f"{PROXIML_PATH}/.well-known/auth-config.json", "AuthConfig", self._pool.auth_config),
            ("GET", f"{PROXIML_PATH}/{POOL}/.well-known/jwks.json", "Keys", self._pool.jwks),
            ("POST", f"{PROXIML_PATH}/cognito/", "SignIn", self._sign_in),
            ("POST", jobs, "CreateJob", self._create),
            ("GET", jobs, "ListJobs", self._list),
            ("GET", one, "GetJob", self._get),
            ("PATCH", one, "UpdateJob", self._update),
            ("DELETE", one, "RemoveJob", self._remove),
        )

    def add_to(self, flask: Flask) -> None:
        """Adds the controls."""
        flask.add_url_rule("/_local/jobs", "jobs", self._control, methods=["GET", "POST"])

    def end(self) -> None:
        """Ends whatever still works."""
        self._jobs.end()

    def _control(self) -> Response:
        if request.method == "POST":
            try:
                self._jobs.change(body())
            except ValueError as error:
                raise ServiceError("ValidationException", str(error)) from error
        return jsonify(self._jobs.shown())

    def _sign_in(self) -> Response:
        operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        said = answer(self._pool.answer(operation, body()))
        said.headers["Date"] = self._pool.date()
        return said

    def _create(self) -> Response:
        if (refusal := self._refusal()) is not None:
            return refusal
        asked = body()
        try:
            return jsonify(self._jobs.create(asked, asked.get("project_uuid") or PERSONAL))
        except ValueError as error:
            return _no(400, str(error))

    def _list(self) -> Response:
        return self._refusal() or jsonify(self._jobs.listed(_project()))

    def _get(self, job_id: str) -> Response:
        return self._refusal(job_id) or jsonify(self._jobs.told(job_id))

    def _update(self, job_id: str) -> Response:
        if (refusal := self._refusal(job_id)) is not None:
            return refusal
        if body() != {"command": "stop"}:
            return _no(400, 'Invalid Request - only {"command": "stop"} is offered here')
        try:
            return jsonify(self._jobs.stop(job_id))
        except ValueError as error:
            return _no(400, str(error))

    def _remove(self, job_id: str) -> Response:
        if (refusal := self._refusal(job_id)) is not None:
            return refusal
        self._jobs.remove(job_id)
        return jsonify({"job_uuid": job_id})

    def _refusal(self, job_id: str | None = None) -> Response | None:
        """401 without a token that is good, 404 for a job that is not of this project."""
        if not self._pool.knows(request.headers.get("Authorization", "")):
            return _no(401, "Unauthorized")
        told: Any = self._jobs.told(job_id) if job_id else {"project_uuid": _project()}
        if told is None or told["project_uuid"] != _project():
            return _no(404, "Job not found")
        return None


def _project() -> str:
    return request.args.get("project_uuid") or PERSONAL


def _no(status: int, message: str) -> Response:
    said = jsonify({"errorMessage": message})
    said.status_code = status
    return said
