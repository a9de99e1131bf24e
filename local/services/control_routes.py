"""The controls under /_local/: health, the clock, faults, and the models that are started and stopped."""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, request

from local.services import endpoint_controls, model_controls, transform_controls
from local.services.clock import Clock, real_now
from local.services.faults import Fault, Faults
from local.services.firing import Engine
from local.services.model_store import ModelStore
from local.services.sagemaker_store import SageMakerStore
from local.services.service_error import ServiceError

COMING = 50


class ControlRoutes:
    """What docs/local-aws.md draws."""

    def __init__(self, engine: Engine, clock: Clock, models: ModelStore, sagemaker: SageMakerStore) -> None:
        self._engine, self._clock, self._models, self._sagemaker = engine, clock, models, sagemaker
        self._faults, self._calls = Faults(), Counter[str]()

    def add_to(self, flask: Flask, faults: Faults, calls: Counter[str]) -> None:
        """Adds the routes; `faults` and `calls` are the app's."""
        self._faults, self._calls = faults, calls
        add = flask.add_url_rule
        add("/_local/health", "health", self._health)
        add("/_local/clock", "clock", self._show_clock)
        add("/_local/clock", "set_clock", self._set_clock, methods=["POST"])
        add("/_local/faults", "faults", self._faults_call, methods=["GET", "POST", "DELETE"])
        add("/_local/models", "models", self._models_call, methods=["GET", "POST"])

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
        """A wish with `endpoint_name` or `transform_jobs` is about SageMaker, any other about Custom Labels."""
        if request.method == "POST":
            try:
                wish = request.get_json(force=True)
                if "endpoint_name" in wish:
                    endpoint_controls.change(self._sagemaker, wish)
                elif "transform_jobs" in wish:
                    transform_controls.change(self._sagemaker, wish["transform_jobs"])
                else:
                    model_controls.change(self._models, wish)
            except (TypeError, ValueError) as error:
                raise ServiceError("ValidationException", str(error)) from error
        sagemaker = endpoint_controls.shown(self._sagemaker) | transform_controls.shown(self._sagemaker)
        return jsonify(model_controls.shown(self._models) | sagemaker)


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
