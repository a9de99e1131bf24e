"""This process's moto on 127.0.0.1, for programs that run beside the test: each request goes on to moto as it came.

Auto Scaling alone is answered here, with success, since moto has no hooks; what was asked of it is kept.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote

import requests

SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
NOT_PASSED_ON = {"host", "connection", "transfer-encoding", "expect", "content-length", "content-encoding"}


@dataclass
class OverHttp:
    """The address, and what Auto Scaling was asked: the hook that was completed, or the protection that was wanted."""

    url: str = ""
    asked_of_the_group: list[str] = field(default_factory=list)


class _Bridge(BaseHTTPRequestHandler):
    """Which service is meant is in each request's signature."""

    kept: OverHttp
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65_537)
        if self.raw_requestline and self.parse_request():
            self._pass_on()
        else:
            self.close_connection = True

    def _pass_on(self) -> None:
        scope = SCOPE.search(self.headers.get("Authorization") or unquote(self.path))  # the latter of a presigned URL
        assert scope
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if scope["service"] == "autoscaling":
            self._succeed(dict(parse_qsl(content.decode())))
            return
        answer = requests.request(
            self.command,
            f"https://{scope['service']}.{scope['region']}.amazonaws.com{self.path}",
            headers={name: value for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON},
            data=content,
            timeout=30,
        )
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in NOT_PASSED_ON:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.content)

    def _succeed(self, asked: dict[str, str]) -> None:
        self.kept.asked_of_the_group.append(
            asked.get("LifecycleHookName") or f"protect: {asked['ProtectedFromScaleIn']}"
        )
        body = f"<{asked['Action']}Response><{asked['Action']}Result/></{asked['Action']}Response>".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@contextmanager
def moto_over_http() -> Iterator[OverHttp]:
    """This process's moto, inside mock_aws."""
    kept = OverHttp()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bridge", (_Bridge,), {"kept": kept}))
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
