"""What a child may load instead of the model: a reader that does to its process what an image tells it."""

import ctypes
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from dayshift.domain.detections import BoundingBox
from dayshift.domain.errors import PermanentError
from dayshift.domain.faces import Face
from dayshift.domain.plain_image import plain_png
from dayshift.faces.child import PLAIN_SIDE


def face(number: float) -> Face:
    """One that tells a number."""
    return Face(BoundingBox(0.0, 0.0, 1.0, 1.0), (float(number), *[0.0] * 127))


def reader(argument: str) -> Callable[[bytes], Sequence[Face]]:
    """`argument` is a folder in which each child leaves a file by its id, or how not to start."""
    if argument == "broken":
        raise FileNotFoundError("no such model")
    if argument == "slow":
        time.sleep(60)
    Path(argument, str(os.getpid())).touch()

    def read(content: bytes) -> Sequence[Face]:
        if content == plain_png(PLAIN_SIDE):
            return ()
        word, _, rest = content.decode().partition(" ")
        return DEEDS[word](rest)

    return read


def segfault(_: str) -> NoReturn:
    ctypes.string_at(0)
    raise AssertionError("read address 0")


def burn(_: str) -> NoReturn:
    while True:
        pass


def work(seconds: str) -> Sequence[Face]:
    until = time.process_time() + float(seconds)
    while time.process_time() < until:
        pass
    return [face(os.getpid())]


def hoard(_: str) -> Sequence[Face]:
    held = [bytearray(10**8) for _ in range(100)]
    return [face(len(held))]


def sleep(seconds: str) -> Sequence[Face]:
    time.sleep(float(seconds))
    return [face(os.getpid())]


def die_twice(folder: str) -> Sequence[Face]:
    for deaths in (0, 1):
        if not Path(folder, str(deaths)).exists():
            break
    else:
        return [face(2)]
    Path(folder, str(deaths)).mkdir()
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError("lives on")


def killed(_: str) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("lives on")


def refuse(_: str) -> NoReturn:
    raise PermanentError("truncated", "it ends: too early")


def open_something(path: str) -> Sequence[Face]:
    """The errors of opening a file and a socket."""
    return [face(errno_of(Path(path).open)), face(errno_of(socket.socket))]


def errno_of(deed: Callable[[], Any]) -> int:
    try:
        deed()
    except OSError as error:
        return error.errno or 0
    return 0


def lie(answer: str) -> NoReturn:
    """Says something that is no answer, as a child might that was taken over."""
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, len(answer).to_bytes(4, "big") + answer.encode())
        except OSError:
            continue
    time.sleep(60)
    raise AssertionError("was believed")


def raise_unforeseen(_: str) -> NoReturn:
    raise RuntimeError("nobody thought of this")


DEEDS = {
    "segfault": segfault, "burn": burn, "work": work, "hoard": hoard, "sleep": sleep, "die_twice": die_twice,
    "refuse": refuse, "open": open_something, "lie": lie, "unforeseen": raise_unforeseen,
    "killed": killed, "exit": lambda code: os._exit(int(code)), "pid": lambda _: [face(os.getpid())],
}  # fmt: skip
