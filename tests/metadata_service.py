"""An instance metadata service (version 2 alone) on 127.0.0.1, which says what the test wants."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class FakeMetadata:
    """`texts` by their path below meta-data/; `tokens` that are good; `broken` is what all is answered with."""

    texts: dict[str, str] = field(default_factory=lambda: {"instance-id": "i-0123456789abcdef0"})
    tokens: list[str] = field(default_factory=list)
    broken: int | None = None
    url: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, token: str | None, ttl: str | None) -> tuple[int, str]:
        """As the service answers one request below its prefix."""
        self.asked.append(f"{method} {path}")
        if self.broken is not None:
            return self.broken, "broken"
        if (method, path) == ("PUT", "/latest/api/token"):
            self.tokens.append(f"token-{len(self.asked)}")
            return (200, self.tokens[-1]) if ttl else (400, "")
        if token not in self.tokens:
            return 401, ""
        text = self.texts.get(path.removeprefix("/latest/meta-data/"))
        return (404, "<html>not found</html>") if text is None else (200, text)


@contextmanager
def metadata_service(prefix: str = "/machine-1") -> Iterator[FakeMetadata]:
    """A service whose address has a path of its own."""
    fake = FakeMetadata()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_PUT(self) -> None:
            self._answer("PUT")

        def _answer(self, method: str) -> None:
            assert self.path.startswith(prefix)
            names = ("X-aws-ec2-metadata-token", "X-aws-ec2-metadata-token-ttl-seconds")
            status, text = fake.answer(method, self.path.removeprefix(prefix), *(self.headers.get(n) for n in names))
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}{prefix}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
