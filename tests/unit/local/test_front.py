"""The front of the local AWS hands the page's requests on, and brings its uploads back through itself."""

import json
import threading
from collections.abc import Iterator

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from local.services.front import Front
from local.services.service_error import ServiceError
from local.services.wire import refusal

API = "https://abc123.execute-api.us-east-1.amazonaws.com/api"


class Emulator:
    """Answers as MiniStack would, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str | None, bytes]] = []
        flask = Flask("emulator")
        flask.add_url_rule("/<path:path>", "all", self._answer, methods=["GET", "POST"])
        self.server = make_server("127.0.0.1", 0, flask)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _answer(self, path: str) -> Response:
        self.asked.append((request.method, request.full_path, request.headers.get("Authorization"), request.get_data()))
        if path.endswith("/images"):
            upload = {"url": f"{self.url}/acme-images", "fields": {"key": "k"}}
            return Response(json.dumps({"id": "signs.1.png", "upload": upload}), 201, content_type="application/json")
        return Response("later", 503, {"Retry-After": "7", "X-Secret": "not for the page"})


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    emulator = Emulator()
    threading.Thread(target=emulator.server.serve_forever, daemon=True).start()
    yield emulator
    emulator.server.shutdown()
    emulator.server.server_close()


def front(endpoint: str) -> FlaskClient:
    flask = Flask("local")
    flask.register_error_handler(ServiceError, refusal)
    Front(endpoint, None).add_to(flask)
    return flask.test_client()


@pytest.fixture
def page(emulator: Emulator) -> FlaskClient:
    client = front(emulator.url)
    client.post("/_local/page", json={"api_url": API})
    return client


def test_a_request_reaches_the_api_of_the_deployment_with_query_and_token(page: FlaskClient, emulator: Emulator):
    answer = page.get("/api/results.csv?after=a%20b", headers={"Authorization": "Bearer x", "Cookie": "a=b"})
    assert emulator.asked == [("GET", "/_aws/execute-api/abc123/api/results.csv?after=a%20b", "Bearer x", b"")]
    assert (answer.status_code, answer.headers["Retry-After"], answer.data) == (503, "7", b"later")
    assert "X-Secret" not in answer.headers


def test_an_upload_goes_through_the_page_s_own_origin(page: FlaskClient, emulator: Emulator):
    told = page.post("/api/images", json={"model": "signs"}).get_json()
    assert told["upload"] == {"url": "http://localhost/upload/acme-images", "fields": {"key": "k"}}
    page.post("/upload/acme-images", data=b"--form", content_type="multipart/form-data; boundary=form")
    assert emulator.asked[-1] == ("POST", "/acme-images?", None, b"--form")


def test_before_anything_is_deployed_the_page_is_told_so():
    answer = front("http://127.0.0.1:1").get("/api/models")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert "make up" in answer.get_json()["detail"]


def test_an_emulator_that_is_gone_is_a_bad_gateway():
    client = front("http://127.0.0.1:1")
    client.post("/_local/page", json={"api_url": API})
    assert client.get("/api/models").status_code == 502


def test_the_page_s_settings_are_those_that_were_told(page: FlaskClient):
    assert page.get("/config.json").get_json() == {"api": "/api", "authentication": "open"}
    config = {"api": "/api", "authentication": "jwt", "issuer": "http://127.0.0.1:1/_oidc", "client_id": "page"}
    page.post("/_local/page", json={"api_url": API, "config": config})
    assert page.get("/config.json").get_json() == config
    assert page.post("/_local/page", json={"api_url": 7}).status_code == 400
