"""A small API with the shapes of openapi.json, and the page before it: what a test tells it, the page meets."""

import json
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from local.places import WEB
from local.services.page import page

MAXIMUM_BYTES = 15_728_640
Json = dict[str, Any]


def model(name: str, state: str = "always", **more: Any) -> Json:
    """A Model of the API."""
    powered = {"family": "custom_labels", "power": "office_hours"} if state != "always" else {}
    return {
        "name": name, "family": "rekognition", "power": None, "state": state, "reason": "", **powered,
        "maximum_bytes": MAXIMUM_BYTES, "formats": ["jpeg", "png"], **more,
    }  # fmt: skip


def found(name: str, kind: str = "text", percent: float = 98.2, box: tuple[float, ...] | None = None) -> Json:
    """A Detection of the API; the box is left, top, width, height."""
    places = box and dict(zip(("left", "top", "width", "height"), box, strict=True))
    return {"kind": kind, "name": name, "confidence_percent": percent, "box": places}


def instant(at: datetime) -> str:
    """RFC 3339."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass
class FakeApi:
    """Serves on a port of its own in a thread. `trouble` is asked before each request."""

    config: Json = field(default_factory=lambda: {"api": "/api", "authentication": "open"})
    models: list[Json] = field(default_factory=lambda: [model("signs")])
    reads: Callable[[Json], list[Json] | None] = lambda image: None
    trouble: Callable[[str, str], Response | None] = lambda method, path: None
    caller: Callable[[str], str | None] = lambda authorization: "open"
    connect: str = ""

    def __post_init__(self) -> None:
        self.images: dict[str, Json] = {}
        self.calls: list[tuple[str, str]] = []
        self.switched: list[tuple[str, str, Json]] = []
        self.csv_pages: list[str] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else each request is a line
        flask = Flask("fake")
        flask.register_blueprint(page(WEB, lambda: self.config, self.connect))
        flask.add_url_rule("/api/<path:path>", "api", self._api, methods=["GET", "POST"])
        flask.add_url_rule("/upload/<bucket>", "upload", self._upload, methods=["POST"])
        self._server = make_server("127.0.0.1", 0, flask, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the server."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def settle(self, image: Json, detections: list[Json] | None = None, **more: Any) -> None:
        """The image is read: what was found, or another final state with its reason."""
        status = "ok" if detections else "none"
        result = {
            "status": status, "finished_at": instant(datetime.now(UTC)), "model_version": "fake 1.0",
            "detections": detections or [],
        }  # fmt: skip
        image.pop("wakes_at", None)
        image.update(more or {"state": "done", "result": result})

    def count(self, method: str, start: str) -> int:
        """How often a path that starts so was asked for."""
        return sum(1 for known, path in self.calls if known == method and path.startswith(start))

    def _api(self, path: str) -> Response:
        self.calls.append((request.method, path))
        if answer := self.trouble(request.method, path):
            return answer
        owner = self.caller(request.headers.get("Authorization", ""))
        if owner is None:
            return problem(401, "Unauthorized")
        match [request.method, *path.split("/")]:
            case ["GET", "models"]:
                return jsonify({"models": self.models})
            case ["POST", "images"]:
                return self._create(request.get_json(), owner)
            case ["GET", "images", name]:
                image = self.images.get(name)
                if image is None or image["owner"] != owner:
                    return problem(404, "Not Found", "There is no such image, or it is not uploaded yet.")
                return jsonify({key: value for key, value in image.items() if key not in ("owner", "content")})
            case ["GET", "results.csv"]:
                return self._sheet(int(request.args.get("after", 0)))
            case ["POST", "models", name, to]:
                return self._switch(name, to, request.get_json())
            case _:
                return problem(404, "Not Found")

    def _create(self, wish: Json, owner: str) -> Response:
        kind = wish["content_type"].removeprefix("image/").replace("jpeg", "jpg")
        name = f"{wish['model']}.{uuid.uuid4().hex}.{kind}"
        answer = jsonify({
            "id": name, "model": wish["model"], "expires_at": instant(datetime.now(UTC) + timedelta(seconds=300)),
            "maximum_bytes": MAXIMUM_BYTES,
            "upload": {
                "url": f"{self.url}upload/images",
                "fields": {"key": f"incoming/{wish['model']}/{owner}/{name}", "Content-Type": wish["content_type"]},
            },
        })  # fmt: skip
        answer.status_code = 201
        return answer

    def _upload(self, bucket: str) -> Response:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.calls.append(("POST", "upload"))
            fields, file = request.form, request.files["file"]
            if answer := self.trouble("POST", "upload"):
                return answer
            _, _, owner, name = fields["key"].split("/")
            chosen = next(each for each in self.models if each["name"] == name.split(".")[0])
            self._arrive(name, owner, chosen, file.read())
            return Response(status=204)
        finally:
            with self._lock:
                self.at_once -= 1

    def _arrive(self, name: str, owner: str, chosen: Mapping[str, Any], content: bytes) -> None:
        asleep = chosen["state"] in ("asleep", "starting")
        image = {
            "id": name, "model": chosen["name"], "state": "asleep" if asleep else "queued", "owner": owner,
            "uploaded_at": instant(datetime.now(UTC)), "content": content,
        }  # fmt: skip
        if asleep:
            image |= {key: chosen[key] for key in ("wakes_at", "read_by") if key in chosen}
        elif (detections := self.reads(image)) is not None:
            self.settle(image, detections)
        self.images[name] = image

    def _switch(self, name: str, to: str, wish: Json) -> Response:
        self.switched.append((name, to, wish))
        chosen = next(each for each in self.models if each["name"] == name)
        until = instant(datetime.now(UTC) + timedelta(minutes=wish.get("minutes", 0)))
        chosen.pop("override", None)
        if to != "auto":
            chosen["override"] = {"running": to == "on", "until": until, "by": "api"}
        return jsonify(chosen)

    def _sheet(self, at: int) -> Response:
        answer = Response(self.csv_pages[at], content_type="text/csv; charset=utf-8")
        if at + 1 < len(self.csv_pages):
            answer.headers["Link"] = f'<results.csv?after={at + 1}>; rel="next"'
        return answer


def problem(status: int, title: str, detail: str = "", **headers: str) -> Response:
    """Problem details; a header's underscores are hyphens."""
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": "urn:request:1"}
    answer = Response(json.dumps(told), status, content_type="application/problem+json")
    answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return answer
