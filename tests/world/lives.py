"""What becomes of a job at a service outside: how long it waits and works, what it brings, and how it misbehaves."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tests.world.clock import MINUTE
from tests.world.storage import Stored

Lines = list[dict[str, Any]]


def jsonl(lines: Lines) -> bytes:
    """One object a line, of each image what is to be seen."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Life:
    """One job's. `waits` and `works` are minutes: None for one that never gets its GPU, or never comes to an end.

    `keeps_time`: its own time limit ends it, as the command has it that we send along. `deaf`: so many cancellations
    come to nothing. `told_after` and `listed_after`: so many seconds until the service has the order, and until it says
    so to whoever looks for a name. `late`: seconds from its end until what it brings lies there.
    """

    waits: float | None = 2.0
    works: float | None = 6.0
    keeps_time: bool = True
    deaf: int = 0
    told_after: float = 0.0
    listed_after: float = 0.0
    late: float = 0.0
    brings: Callable[[Lines], bytes | None] = jsonl


GOOD = Life()


def nothing(_: Lines) -> None:
    """It ended, and brought nothing."""


def half(lines: Lines) -> bytes:
    """It got no further."""
    return jsonl(lines[: len(lines) // 2])


def garbage(_: Lines) -> bytes:
    """Not JSON, nor any text."""
    return b"\x89\xff{not json\n\n[1, 2]\n7\nnull\n" * 3


def forged(lines: Lines) -> bytes:
    """Images that nobody asked for, one of ours twice, answers that are none; and the same again with big words."""
    stranger: dict[str, Any] = {"image": "../0000.png", "classes": [{"name": "forged", "confidence_percent": 99.0}]}
    wrong: Lines = [
        stranger | {"image": "9999.png"},
        stranger | {"image": 7},
        *({**line, "classes": [{"name": "forged", "confidence_percent": 1e9}]} for line in lines),
        *({**line, "classes": "forged"} for line in lines),
        *({**line, "classes": [{"name": None, "confidence_percent": 50}]} for line in lines),
    ]
    return jsonl([stranger, *wrong]) + b'{"image": "0000.png", "classes": [{"name": "x", "confidence_percent": NaN}]}\n'


def twofold(lines: Lines) -> bytes:
    """Each image twice, and differently."""
    return jsonl(lines + [{"image": line["image"], "classes": []} for line in lines])


def too_much(lines: Lines) -> bytes:
    """More than anybody reads."""
    return jsonl(lines) + b" " * (21 * 1024 * 1024)


def lines_of(packed: Mapping[str, Stored]) -> Lines:
    """What a good worker says of these files."""
    found: Lines = []
    for name, stored in sorted(packed.items()):
        if not stored.is_readable:
            found.append({"image": name, "error": "cannot make anything of it"})
        else:
            classes = [] if is_empty(stored) else [{"name": class_of(stored), "confidence_percent": 93.1}]
            found.append({"image": name, "classes": classes})
    return found


def class_of(stored: Stored) -> str:
    """What is to be seen in this image and in no other."""
    return sha256(f"{stored.image.key} {stored.image.version}".encode()).hexdigest()[:12]


def is_empty(stored: Stored) -> bool:
    """Whether nothing is to be seen."""
    return "empty" in stored.image.key


HANGS = Life(works=None)  # its own limit ends it
NEVER_ENDS = Life(works=None, keeps_time=False)
NO_GPU = Life(waits=None)
DEAF = Life(works=None, keeps_time=False, deaf=3)
NEVER_BRINGS = Life(works=4.0, brings=nothing)
STOPS_HALFWAY = Life(works=4.0, brings=half)
ANSWERS_GARBAGE = Life(works=4.0, brings=garbage)
FORGES = Life(works=4.0, brings=forged)
BRINGS_TOO_MUCH = Life(works=4.0, brings=too_much)
SAYS_TWO_THINGS = Life(works=4.0, brings=twofold)
BRINGS_LATE = Life(works=4.0, late=20 * MINUTE)
LISTED_LATE = Life(listed_after=8 * MINUTE)
TOLD_LATE = Life(told_after=45.0, listed_after=4 * MINUTE)
ODD = {
    "hangs": HANGS, "never_ends": NEVER_ENDS, "no_gpu": NO_GPU, "deaf": DEAF, "brings_nothing": NEVER_BRINGS,
    "stops_halfway": STOPS_HALFWAY, "garbage": ANSWERS_GARBAGE, "forged": FORGES, "late": BRINGS_LATE,
    "listed_late": LISTED_LATE, "told_late": TOLD_LATE, "long": Life(works=50.0), "quick": Life(waits=0.0, works=0.1),
    "too_much": BRINGS_TOO_MUCH, "two_things": SAYS_TWO_THINGS,
}  # fmt: skip
