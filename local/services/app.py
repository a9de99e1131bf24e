"""The one web app of the local services: who answers what, faults before and after, the controls under /_local/."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from local.services.clock import Clock, real_now
from local.services.faults import Fault, Faults, Kind
from local.services.firing import Engine
from local.services.model_controls import change, shown
from local.services.model_store import ModelStore
from local.services.schedule_groups import Route
from local.services.service_error import ServiceError
from local.services.wire import answer, body, refusal

COMING = 50
Operation = Callable[[dict[str, Any]], dict[str, Any]]


class LocalApp:
    """The routes, and what they share."""

    def __init__(
        self,
        rekognition: Mapping[str, Operation],
        scheduler: Iterable[Route],
        engine: Engine,
        clock: Clock,
        models: ModelStore,
    ) -> None:
        self.flask = Flask("local")
        self._rekognition, self._engine, self._clock, self._models = rekognition, engine, clock, models
        self._faults, self._calls = Faults(), Counter[str]()
        self.flask.after_request(self._after)
        self.flask.register_error_handler(ServiceError, refusal)
        self.flask.register_error_handler(HTTPException, _not_here)
        add = self.flask.add_url_rule
        add("/", "rekognition", self._json_call, methods=["POST"])
        for method, path, operation, function in scheduler:
            add(path, operation, self._rest_call(operation, function), methods=[method])
        add("/_local/health", "health", self._health)
        add("/_local/clock", "clock", self._show_clock)
        add("/_local/clock", "set_clock", self._set_clock, methods=["POST"])
        add("/_local/faults", "faults", self._faults_call, methods=["GET", "POST", "DELETE"])
        add("/_local/models", "models", self._models_call, methods=["GET", "POST"])

    def _json_call(self) -> Response:
        """AWS JSON 1.1: the operation is in a header."""
        service, _, operation = request.headers.get("X-Amz-Target", "").partition(".")
        if service != "RekognitionService" or operation not in self._rekognition:
            known = ", ".join(self._rekognition)
            raise ServiceError(
                "UnknownOperationException", f"{service}.{operation} is not here; Rekognition has {known}"
            )
        self._before(f"rekognition.{operation}")
        return answer(self._rekognition[operation](body()))

    def _rest_call(self, operation: str, function: Callable[..., dict[str, Any]]) -> Callable[..., Response]:
        """rest-json: the operation is in the path."""

        def call(**arguments: str) -> Response:
            self._before(f"scheduler.{operation}")
            return answer(function(**arguments))

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

    def _health(self) -> Response:
        return jsonify({"status": "ok", "calls": dict(self._calls), "now": _text(self._clock.now())})

    def _show_clock(self) -> Response:
        coming = [{"at": _text(at), "schedule": name} for at, name in self._engine.coming(COMING)]
        return jsonify({"now": _text(self._clock.now()), "standing": self._clock.is_standing(), "coming": coming})

    def _set_clock(self) -> Response:
        """{"now": instant} or {"advance_seconds": n}; {"stand": true} to stop there, {"skip": true} to fire nothing on
        the way; {"real": true} to undo."""
        wish = request.get_json(force=True, silent=True)
        try:
            fired = self._moved(wish if isinstance(wish, dict) else {})
        except (KeyError, TypeError, ValueError) as error:
            text = 'want {"now": "2026-11-23T08:00:00+01:00"}, {"advance_seconds": 3600} or {"real": true}'
            raise ServiceError("ValidationException", f"{text}; got {json.dumps(wish)}") from error
        return jsonify({"now": _text(self._clock.now()), "fired": fired})

    def _moved(self, wish: dict[str, Any]) -> int:
        if wish.get("real"):
            fired = self._engine.jump(real_now())
            self._clock.return_to_real()
            return fired
        if "now" in wish:
            to = datetime.fromisoformat(wish["now"])
            if to.tzinfo is None:
                raise ValueError("without a time zone an instant is unknown")
        else:
            to = self._clock.now() + timedelta(seconds=wish["advance_seconds"])
        move = self._engine.skip if wish.get("skip") else self._engine.jump
        return move(to, stand=bool(wish.get("stand")))

    def _faults_call(self) -> Response:
        if request.method == "DELETE":
            self._faults.clear()
        if request.method == "POST":
            try:
                self._faults.add(Fault.from_json(request.get_json(force=True)))
            except (TypeError, ValueError) as error:
                raise ServiceError("ValidationException", str(error)) from error
        return jsonify({"faults": [fault.to_json() for fault in self._faults.listed()]})

    def _models_call(self) -> Response:
        if request.method == "POST":
            try:
                change(self._models, request.get_json(force=True))
            except (TypeError, ValueError) as error:
                raise ServiceError("ValidationException", str(error)) from error
        return jsonify(shown(self._models))


def _cut() -> Iterator[bytes]:
    """No answer at all: an OSError before the first byte makes waitress close the connection."""
    raise ConnectionResetError("a fault set at /_local/faults: reset_after")
    yield b""


def _not_here(error: HTTPException) -> Response:
    return refusal(
        ServiceError("UnknownOperationException", f"{request.method} {request.path}: {error.name}", error.code or 404)
    )


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
