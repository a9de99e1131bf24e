"""The one web app of the local services: who answers what, with faults before and after."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from local.services.control_routes import ControlRoutes
from local.services.faults import Fault, Faults, Kind
from local.services.query import Operation, Query
from local.services.schedule_groups import Route
from local.services.service_error import ServiceError
from local.services.wire import answer, body, refusal

FORM = "application/x-www-form-urlencoded"
TARGETS = {"RekognitionService": "rekognition", "SageMaker": "sagemaker"}  # of X-Amz-Target, and boto3's names


class LocalApp:
    """The routes, and what they share. Services go by the names that boto3 gives them."""

    def __init__(
        self,
        by_header: Mapping[str, Mapping[str, Operation]],
        by_path: Mapping[str, Iterable[Route]],
        controls: ControlRoutes,
        by_form: Iterable[Query] = (),
    ) -> None:
        self.flask = Flask("local")
        self._by_header, self._by_form = by_header, tuple(by_form)
        self._faults, self._calls = Faults(), Counter[str]()
        self.flask.after_request(self._after)
        self.flask.register_error_handler(ServiceError, refusal)
        self.flask.register_error_handler(HTTPException, _not_here)
        self.flask.add_url_rule("/", "calls", self._call, methods=["POST"])
        for service, routes in by_path.items():
            for method, path, operation, function in routes:
                call = self._rest_call(f"{service}.{operation}", function)
                self.flask.add_url_rule(path, f"{service}.{operation}", call, methods=[method])
        controls.add_to(self.flask, self._faults, self._calls)

    def _call(self) -> Response:
        """By a form, the protocol of the older services; or by a header."""
        if request.mimetype == FORM:
            for query in self._by_form:
                if query.is_meant(request.form):
                    return query.answer(self._before)
        return self._json_call()

    def _json_call(self) -> Response:
        """AWS JSON 1.1: the operation is in a header."""
        target, _, operation = request.headers.get("X-Amz-Target", "").partition(".")
        service = TARGETS.get(target, target)
        operations = self._by_header.get(service, {})
        if operation not in operations:
            known = ", ".join(operations) or f"none; here are {', '.join(self._by_header)}"
            text = f"{target}.{operation} is not here; {service or 'no service'} has {known}"
            raise ServiceError("UnknownOperationException", text)
        self._before(f"{service}.{operation}")
        return answer(operations[operation](body()))

    def _rest_call(self, name: str, function: Callable[..., Any]) -> Callable[..., Response]:
        """rest-json: the operation is in the path."""

        def call(**arguments: str) -> Response:
            self._before(name)
            found = function(**arguments)
            return found if isinstance(found, Response) else answer(found)

        return call

    def _before(self, operation: str) -> None:
        self._calls[operation] += 1
        g.fault = fault = self._faults.take(operation)
        if fault is None:
            return
        time.sleep(fault.latency_ms / 1000)
        if fault.code:
            raise ServiceError(fault.code, f"a fault set at /_local/faults: {fault.kind}", fault.status)

    def _after(self, response: Response) -> Response:
        fault: Fault | None = g.get("fault")
        if fault is None or fault.kind is not Kind.RESET_AFTER:
            return response
        return Response(_cut())


def _cut() -> Iterator[bytes]:
    """No answer at all: an OSError before the first byte makes waitress close the connection."""
    raise ConnectionResetError("a fault set at /_local/faults: reset_after")
    yield b""


def _not_here(error: HTTPException) -> Response:
    return refusal(
        ServiceError("UnknownOperationException", f"{request.method} {request.path}: {error.name}", error.code or 404)
    )
