"""One call of a service outside: whatever it does, it ends in time and is said without secrets."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from dayshift.adapters.https_json import Outside
from dayshift.domain.errors import TransientError

GOOD = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nX-One: two\r\n\r\n{"a": 1}'
Speak = Callable[[socket.socket], None]


@pytest.fixture
def served() -> Iterator[Callable[[Speak], str]]:
    """An address where this is what each connection gets."""
    doors: list[socket.socket] = []

    def serve(speak: Speak) -> str:
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)

        def wait() -> None:
            while True:
                try:
                    connection, _ = door.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.recv(65_536)
                        speak(connection)
                    except OSError:
                        continue  # the client has left

        threading.Thread(target=wait, daemon=True).start()
        return f"http://127.0.0.1:{door.getsockname()[1]}"

    yield serve
    for door in doors:
        door.close()


def saying(*parts: bytes, pause: float = 0.0) -> Speak:
    def speak(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)

    return speak


def test_an_answer_is_its_status_its_headers_and_its_body(served: Callable[[Speak], str]) -> None:
    reply = Outside().call("GET", f"{served(saying(GOOD))}/job")
    assert (reply.status, reply.headers["x-one"], reply.json()) == (200, "two", {"a": 1})


def test_what_is_asked_is_json_with_a_query_and_headers() -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            connection, _ = door.accept()
            with connection:
                while not b"".join(heard).endswith(b"}"):
                    heard.append(connection.recv(65_536))
                connection.sendall(GOOD)

        answering = threading.Thread(target=answer)
        answering.start()
        url = f"http://127.0.0.1:{door.getsockname()[1]}/job/1"
        Outside().call("PATCH", url, headers={"Authorization": "t"}, query={"a": "b c&d"}, body={"command": "stop"})
        answering.join()
    head, _, body = b"".join(heard).partition(b"\r\n\r\n")
    assert head.startswith(b"PATCH /job/1?a=b+c%26d HTTP/1.1\r\n")
    assert {b"Authorization: t", b"Content-Type: application/json"} <= set(head.split(b"\r\n"))
    assert body == b'{"command": "stop"}'


@pytest.mark.parametrize(
    "speak",
    [
        saying(),
        saying(b"SSH-2.0-OpenSSH_9.6\r\n"),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 80\r\n\r\n{"),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: minus one\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"),
        saying(b"HTTP/1.1 " + b"9" * 70_000),
        saying(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n{}"),
    ],
    ids=["silence", "no http", "too short", "no chunks", "half a chunk", "endless status", "endless headers"],
)
def test_an_answer_that_is_not_whole_is_none(served: Callable[[Speak], str], speak: Speak) -> None:
    with pytest.raises(TransientError, match=r"while asking GET http://127\.0\.0\.1:\d+/job$"):
        Outside().call("GET", f"{served(speak)}/job", query={"key": "secret"})


@pytest.mark.parametrize(
    "speak",
    [
        saying(GOOD[:5], pause=30),
        saying(*[b"H"] * 100, pause=0.1),
        saying(b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 100, pause=0.1),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"1"] * 100, pause=0.1),
        saying(b"HTTP/1.1 200 OK\r\n\r\n", *[b"1"] * 100, pause=0.1),
    ],
    ids=["stands still", "drips its status", "drips headers", "drips its body", "drips a body without a length"],
)
def test_however_slowly_it_drips_a_call_ends_in_time(served: Callable[[Speak], str], speak: Speak) -> None:
    began = time.monotonic()
    with pytest.raises(TransientError):
        Outside(whole_seconds=0.5).call("GET", f"{served(speak)}/job")
    assert time.monotonic() - began < 4


def test_an_answer_that_is_too_large_is_not_read_to_its_end(served: Callable[[Speak], str]) -> None:
    url = served(saying(b"HTTP/1.1 200 OK\r\n\r\n" + b"1" * 200_000))
    with pytest.raises(TransientError, match=r"more than 100,000 bytes"):
        Outside(maximum_bytes=100_000).call("GET", f"{url}/job")


def test_no_redirect_is_followed(served: Callable[[Speak], str]) -> None:
    url = served(saying(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"))
    assert Outside().call("GET", url).status == 302


def test_nobody_there_is_said_without_the_query() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    with pytest.raises(TransientError, match="ConnectionRefusedError") as error:
        Outside().call("GET", f"http://127.0.0.1:{port}/job", query={"key": "secret"})
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_says_how_long_it_is(served: Callable[[Speak], str], body: bytes) -> None:
    head = f"HTTP/1.1 502 Bad Gateway\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    reply = Outside().call("GET", served(saying(head + body)))
    with pytest.raises(TransientError, match=f"an answer of {len(body):,} bytes with status 502 is no JSON"):
        reply.json()


def test_a_certificate_that_nobody_has_signed_is_not_believed(served: Callable[[Speak], str]) -> None:
    with pytest.raises(TransientError, match="SSL"):
        Outside().call("GET", served(saying(b"\x15\x03\x01\x00\x02\x02\x28")).replace("http:", "https:"))
