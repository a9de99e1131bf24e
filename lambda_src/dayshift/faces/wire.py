"""What parent and child say to each other, over a socket pair: frames of a length and that many bytes.

The parent sends an image; the child answers JSON, which the parent checks: a decoder may have been taken over by the
image it decoded, so nothing of it is unpickled or believed.
"""

import json
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any

from dayshift.domain.detections import BoundingBox
from dayshift.domain.errors import PermanentError
from dayshift.domain.faces import Face
from dayshift.domain.gallery import is_embedding

READY = b"ready"
LONGEST_ANSWER = 4 * 1024 * 1024  # a hundred faces take a twentieth of it
_LENGTH = struct.Struct(">I")


class BrokenWire(Exception):
    """The other side says what makes no sense."""


class Gone(BrokenWire):
    """The other side has ended."""


def send(wire: socket.socket, content: bytes) -> None:
    """One frame."""
    wire.sendall(_LENGTH.pack(len(content)))
    wire.sendall(content)


def receive(wire: socket.socket, at_most: int, before: Callable[[], None] = lambda: None) -> bytes:
    """One frame. `before` is called ahead of each wait. Raises Gone, or BrokenWire for one that is too long."""
    (length,) = _LENGTH.unpack(_exactly(wire, _LENGTH.size, before))
    if length > at_most:
        raise BrokenWire(f"a frame of {length:,} bytes; at most {at_most:,} are read")
    return _exactly(wire, length, before)


def _exactly(wire: socket.socket, length: int, before: Callable[[], None]) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        before()
        part = wire.recv(min(length - len(parts), 1 << 20))
        if not part:
            raise Gone("the other side is gone")
        parts += part
    return bytes(parts)


def answer_of(faces: Sequence[Face]) -> bytes:
    """Faces as a child says them."""
    said = [
        {"box": (face.box.left, face.box.top, face.box.width, face.box.height), "embedding": face.embedding}
        for face in faces
    ]
    return json.dumps({"faces": said}).encode()


def refusal_of(error: PermanentError) -> bytes:
    """Why an image cannot be read, as a child says it."""
    return json.dumps({"code": error.code, "sentence": str(error).removeprefix(f"{error.code}: ")}).encode()


def faces_in(answer: bytes) -> list[Face]:
    """What a child found. Raises PermanentError where it refused the image, BrokenWire for what is no answer."""
    try:
        said = json.loads(answer)
    except ValueError as error:
        raise BrokenWire(f"an answer that is no JSON: {error}") from error
    match said:
        case {"code": str(code), "sentence": str(sentence)}:
            raise PermanentError(code, sentence)
        case {"faces": list(faces)}:
            return [_face(face) for face in faces]
        case _:
            raise BrokenWire("an answer without faces")


def _face(said: Any) -> Face:
    match said:
        case {"box": [left, top, width, height], "embedding": list(numbers)} if is_embedding(numbers):
            sides = (left, top, width, height)
            if all(isinstance(side, int | float) and 0 <= side <= 1 for side in sides):
                return Face(BoundingBox(*map(float, sides)), tuple(map(float, numbers)))
    raise BrokenWire("a face that is none")
