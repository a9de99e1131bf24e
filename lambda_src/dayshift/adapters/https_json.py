"""One HTTP call to a service outside AWS, bounded as a whole: in time, however slowly it drips, and in size.

Nothing is tried again here, no redirect is followed, and no text of an error has a header or a query in it.
"""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.httpsession import get_cert_path

from dayshift.domain.errors import TransientError

CONNECT_SECONDS = 5
WHOLE_SECONDS = 20  # of one call, from its first byte to its last
MAXIMUM_BYTES = 20 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]  # by their names in small letters
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises TransientError."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise TransientError(
                f"an answer of {len(self.body):,} bytes with status {self.status} is no JSON"
            ) from error


@dataclass(frozen=True, slots=True)
class Outside:
    """Calls of services by HTTP. `whole_seconds` bounds each of them."""

    whole_seconds: float = WHOLE_SECONDS
    maximum_bytes: int = MAXIMUM_BYTES

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Reply:
        """One request, `body` as JSON if there is one. Raises TransientError where no whole answer came."""
        place = urlsplit(url)
        doing = f"{method} {place.scheme}://{place.netloc}{place.path}"
        path = (place.path or "/") + (f"?{urlencode(query)}" if query else "")
        sent = None if body is None else json.dumps(body).encode()
        given = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
        connection = _connection(place.scheme, place.netloc)
        try:
            connection.connect()
            with self._bounded(connection.sock) as is_cut:
                connection.request(method, path, sent, given)
                answer = connection.getresponse()
                reply = Reply(answer.status, _small(answer), self._read(answer, doing))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise TransientError(f"{type(error).__name__} while asking {doing}") from error
        finally:
            connection.close()
        if is_cut.is_set():  # a body without a length ends like this too
            raise TransientError(f"no whole answer after {self.whole_seconds:g} s while asking {doing}")
        return reply

    @contextmanager
    def _bounded(self, sock: socket.socket) -> Iterator[threading.Event]:
        """A timeout of the socket's bounds only the pause between two bytes; this bounds all of them together."""
        sock.settimeout(self.whole_seconds)
        is_cut = threading.Event()
        over = threading.Timer(self.whole_seconds, _cut, [sock, is_cut])
        over.daemon = True
        over.start()
        try:
            yield is_cut
        finally:
            over.cancel()

    def _read(self, answer: http.client.HTTPResponse, doing: str) -> bytes:
        found = bytearray()
        while part := answer.read1(CHUNK_BYTES):
            found += part
            if len(found) > self.maximum_bytes:
                raise TransientError(f"more than {self.maximum_bytes:,} bytes while asking {doing}")
        if answer.length:  # what was announced and never came; read1 tells nobody
            raise TransientError(f"{answer.length:,} bytes are missing while asking {doing}")
        return bytes(found)


def _connection(scheme: str, netloc: str) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(netloc, timeout=CONNECT_SECONDS, context=_trust())
    return http.client.HTTPConnection(netloc, timeout=CONNECT_SECONDS)  # the local AWS alone


@cache
def _trust() -> ssl.SSLContext:
    """The certificates that boto3 trusts; reading them takes 20 ms."""
    return ssl.create_default_context(cafile=get_cert_path(True))


def _cut(sock: socket.socket, is_cut: threading.Event) -> None:
    is_cut.set()
    with suppress(OSError):  # it may have ended just now
        sock.shutdown(socket.SHUT_RDWR)


def _small(answer: http.client.HTTPResponse) -> Mapping[str, str]:
    return {name.lower(): value for name, value in answer.getheaders()}
