"""What CloudFront is on AWS: the page, and behind its own origin the API. Besides, the way to the bucket.

A browser does not trust the emulator's certificate, so the page's requests go through here, and so do its uploads.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3
from flask import Blueprint, Flask, Response, jsonify, request

from local.places import WEB
from local.services.page import page
from local.services.service_error import ServiceError

PATIENCE_SECONDS = 35  # the API's own limit is 29
OPEN = {"api": "/api", "authentication": "open"}
# Between hops these belong to one of them only (RFC 9110, 7.6.1); lengths and codings are the server's to write.
ASKED, ANSWERED = ("Accept", "Authorization", "Content-Type"), ("Content-Type", "Link", "Location", "Retry-After")


class Front:
    """The page and the ways behind it. What is deployed is told at /_local/page, since this runs before anything is."""

    def __init__(self, endpoint_url: str, ca_bundle: str | None) -> None:
        self._endpoint = endpoint_url.rstrip("/")
        self._http = urllib3.PoolManager(maxsize=16, ca_certs=ca_bundle, retries=False, timeout=PATIENCE_SECONDS)
        self._api: str | None = None
        self._config: Mapping[str, str] = OPEN

    def add_to(self, flask: Flask) -> None:
        """Serves all of it."""
        ways = Blueprint("front", __name__)
        ways.add_url_rule("/api/<path:path>", "api", self._forward_api, methods=["GET", "POST"])
        ways.add_url_rule("/upload/<bucket>", "upload", self._forward_upload, methods=["POST"])
        ways.add_url_rule("/_local/page", "told", self._told, methods=["GET", "POST"])
        flask.register_blueprint(page(WEB, lambda: self._config))
        flask.register_blueprint(ways)

    def _told(self) -> Response:
        """{"api_url": the deployment's, "config": the content of config.json; left out, an open page}"""
        if request.method == "POST":
            wish = request.get_json(force=True, silent=True)
            if not isinstance(wish, dict) or not isinstance(wish.get("api_url"), str | None):
                raise ServiceError("ValidationException", f'want {{"api_url": "https://…"}}; got {json.dumps(wish)}')
            self._api, self._config = wish.get("api_url"), wish.get("config") or OPEN
        return jsonify({"api_url": self._api, "config": dict(self._config)})

    def _forward_api(self, path: str) -> Response:
        if self._api is None:
            return _problem(503, "Service Unavailable", "No API is deployed here: `make up` deploys one.")
        place = urlsplit(self._api)
        api, stage = (place.hostname or "").split(".")[0], place.path.strip("/")
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        answer = self._forward(f"/_aws/execute-api/{api}/{stage}/{path}{query}")
        if path == "images" and answer.status_code == 201:
            self._upload_through_here(answer)
        return answer

    def _forward_upload(self, bucket: str) -> Response:
        return self._forward(f"/{bucket}")

    def _forward(self, path: str) -> Response:
        sent = {name: value for name in ASKED if (value := request.headers.get(name))}
        try:
            got = self._http.request(request.method, self._endpoint + path, body=request.get_data(), headers=sent)
        except urllib3.exceptions.HTTPError as error:
            return _problem(502, "Bad Gateway", f"The local AWS does not answer: {type(error).__name__}.")
        answer = Response(got.data, got.status)
        answer.headers.pop("Content-Type", None)
        answer.headers.update({name: got.headers[name] for name in ANSWERED if name in got.headers})
        return answer

    @staticmethod
    def _upload_through_here(answer: Response) -> None:
        told: dict[str, Any] = json.loads(answer.get_data())
        place = urlsplit(told["upload"]["url"])
        bucket = place.path.strip("/") or (place.hostname or "").split(".")[0]  # by path, or by host
        told["upload"]["url"] = f"{request.host_url}upload/{bucket}"
        answer.set_data(json.dumps(told))


def _problem(status: int, title: str, detail: str) -> Response:
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": "urn:request:local"}
    return Response(json.dumps(told), status, content_type="application/problem+json")
