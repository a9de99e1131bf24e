"""The wrapped command as a worker runs it: what it fetches, what the user's command sees, what is stored in the end."""

import io
import os
import shlex
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dayshift.adapters.proximl_command import wrapped

HOUR = timedelta(hours=1)


@dataclass
class Store:
    """What stands for S3: one zip to fetch, one place to store. `failures` answers so often with 503 first."""

    url: str = ""
    fetched: bytes = b""
    stored: list[bytes] = field(default_factory=list)
    failures: int = 0
    asked: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    store: Store

    def do_GET(self) -> None:
        self._answer(self.store.fetched)

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self._answer(b""):
            self.store.stored.append(content)

    def _answer(self, body: bytes) -> bool:
        self.store.asked.append(f"{self.command} {self.path}")
        self.store.failures -= 1
        self.send_response(503 if self.store.failures >= 0 else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return self.store.failures < 0

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def store() -> Iterator[Store]:
    kept = Store()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"store": kept}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept.url = f"http://127.0.0.1:{server.server_port}"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("0000.jpg", b"first")
        made.writestr("0001.png", b"second")
    kept.fetched = packed.getvalue()
    yield kept
    server.shutdown()
    server.server_close()


def run(store: Store, folder: Path, command: str, lasts: timedelta = HOUR, **more: str) -> Any:
    environment = {
        "PATH": os.environ["PATH"], "TMPDIR": str(folder), "DAYSHIFT_INPUT_URL": f"{store.url}/in?X-Amz-Signature=a",
        "DAYSHIFT_OUTPUT_URL": f"{store.url}/out?X-Amz-Signature=b", **more,
    }  # fmt: skip
    words = ["sh", "-c", wrapped(command, lasts)]
    return subprocess.run(words, env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_sees_two_folders_and_what_it_writes_is_stored(store: Store, tmp_path: Path) -> None:
    command = 'cat "$DAYSHIFT_INPUT"/* > "$DAYSHIFT_OUTPUT/results.jsonl"; ls "$DAYSHIFT_INPUT"; pwd'
    done = run(store, tmp_path, command)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["0000.jpg", "0001.png", str(tmp_path)]
    assert store.stored == [b"firstsecond"]
    assert store.asked == ["GET /in?X-Amz-Signature=a", "PUT /out?X-Amz-Signature=b"]
    assert list(tmp_path.iterdir()) == []  # nothing is left behind


def test_quotes_and_variables_of_the_command_reach_it_as_they_are(store: Store, tmp_path: Path) -> None:
    command = """printf '%s|' "$WHO" 'it'"'"'s $WHO' \\$WHO `echo "a  b"` > "$DAYSHIFT_OUTPUT"/results.jsonl"""
    done = run(store, tmp_path, command, WHO="Ada Lovelace")
    assert done.returncode == 0, done.stderr
    assert store.stored == [b"Ada Lovelace|it's $WHO|$WHO|a|b|"]


def test_the_command_does_not_see_the_addresses(store: Store, tmp_path: Path) -> None:
    done = run(store, tmp_path, 'env > "$DAYSHIFT_OUTPUT/results.jsonl"', BATCH="32")
    assert done.returncode == 0, done.stderr
    assert b"BATCH=32" in store.stored[0]
    assert b"X-Amz-Signature" not in store.stored[0]


def test_what_was_written_before_a_failure_is_stored_and_the_job_fails(store: Store, tmp_path: Path) -> None:
    done = run(store, tmp_path, 'echo half > "$DAYSHIFT_OUTPUT/results.jsonl"; exit 3')
    assert (done.returncode, store.stored) == (3, [b"half\n"])


def test_a_command_that_takes_too_long_is_ended_and_what_it_wrote_is_stored(store: Store, tmp_path: Path) -> None:
    command = 'echo half > "$DAYSHIFT_OUTPUT/results.jsonl"; sleep 50'
    shortened = wrapped(command, HOUR).replace("timeout -k 30 3480", "timeout -k 30 1")
    assert shortened != wrapped(command, HOUR)
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)} | {
        f"DAYSHIFT_{name}_URL": store.url for name in ("INPUT", "OUTPUT")
    }
    done = subprocess.run(["sh", "-c", shortened], env=environment, check=False, timeout=30, capture_output=True)
    assert (done.returncode, store.stored) == (124, [b"half\n"])


@pytest.mark.parametrize("seconds", [0, 60, 240, 600, 21_600])
def test_both_times_are_in_it_the_shorter_for_the_command(seconds: int) -> None:
    words = shlex.split(wrapped("true", timedelta(seconds=seconds)))
    whole = max(seconds, 240)
    assert words[:3] == ["timeout", "-k", "30"]
    assert words[3] == str(whole)
    assert f"timeout -k 30 {whole - 120} env -u" in words[-1]


def test_a_job_that_writes_nothing_fails_and_says_so(store: Store, tmp_path: Path) -> None:
    done = run(store, tmp_path, "true")
    assert (done.returncode, store.stored) == (1, [])
    assert "there is no" in done.stderr


def test_a_store_that_fails_for_a_moment_is_asked_again(store: Store, tmp_path: Path) -> None:
    store.failures = 1
    done = run(store, tmp_path, 'echo done > "$DAYSHIFT_OUTPUT/results.jsonl"')
    assert (done.returncode, store.stored) == (0, [b"done\n"]), done.stderr


def test_images_that_cannot_be_fetched_begin_nothing(store: Store, tmp_path: Path) -> None:
    store.fetched = b"<Error><Code>AccessDenied</Code></Error>"
    done = run(store, tmp_path, "echo began")
    assert done.returncode != 0
    assert "began" not in done.stdout
    assert store.stored == []


def test_it_is_one_line(tmp_path: Path) -> None:
    assert "\n" not in wrapped("python3 predict.py", HOUR)
