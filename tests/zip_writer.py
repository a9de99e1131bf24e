"""ZIPs written byte by byte, so that each field of each header can lie."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dayshift.domain.plain_image import plain_png

DESCRIPTOR = 0x0008


def picture(number: int = 0, side: int = 100) -> bytes:
    """A good PNG that no other number has; what follows its end is no part of it."""
    return plain_png(side) + struct.pack(">I", number)


def deflated(content: bytes, level: int = 9) -> bytes:
    """As a ZIP has it: without a header."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


@dataclass(frozen=True)
class Part:
    """One entry. `local` and `central` say of either header which fields lie; `gap` is laid in front of it."""

    name: bytes = b"a.png"
    content: bytes = field(default_factory=picture)
    method: int = 8
    packed: bytes | None = None
    mode: int = 0
    local: Mapping[str, int] = field(default_factory=dict)
    central: Mapping[str, int] = field(default_factory=dict)
    local_name: bytes | None = None
    local_extra: bytes = b""
    central_extra: bytes = b""
    behind: bytes = b""  # a data descriptor, or what a liar has there
    gap: bytes = b""
    header_offset: int | None = None  # where the directory says it is

    @property
    def data(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflated(self.content) if self.method == 8 else self.content

    def fields(self, lies: Mapping[str, int]) -> dict[str, int]:
        told = {"crc": zlib.crc32(self.content), "packed": len(self.data), "size": len(self.content)}
        return {"flags": 0, "method": self.method, "disk": 0, **told, **lies}


def local_header(part: Part) -> bytes:
    """In front of an entry's data."""
    name, said = part.name if part.local_name is None else part.local_name, part.fields(part.local)
    fields = (20, said["flags"], said["method"], 0, 0, said["crc"], said["packed"], said["size"])
    return struct.pack("<4s5H3L2H", b"PK\3\4", *fields, len(name), len(part.local_extra)) + name + part.local_extra


def central_header(part: Part, offset: int) -> bytes:
    """In the directory."""
    said = part.fields(part.central)
    fields = (0x0314, 20, said["flags"], said["method"], 0, 0, said["crc"], said["packed"], said["size"])
    lengths = (said.get("name_length", len(part.name)), len(part.central_extra), 0)
    place = (said["disk"], 0, part.mode << 16, said.get("offset", offset))
    header = struct.pack("<4s6H3L5H2L", b"PK\1\2", *fields, *lengths, *place)
    return header + part.name + part.central_extra


def end_record(entries: int, length: int, offset: int, comment: bytes = b"", /, **lies: int) -> bytes:
    """At the end of an archive."""
    said: dict[str, Any] = {
        "disk": 0, "first_disk": 0, "here": entries, "entries": entries, "length": length, "offset": offset,
        "comment_length": len(comment), **lies,
    }  # fmt: skip
    return struct.pack("<4s4H2LH", b"PK\5\6", *said.values()) + comment


def zip64_records(at: int, entries: int, length: int, offset: int, /, **lies: int) -> bytes:
    """Both zip64 records, of which the first lies at `at`."""
    said = {"disk": 0, "first_disk": 0, "here": entries, "entries": entries, "length": length, "offset": offset}
    said = {**said, **{name: value for name, value in lies.items() if name in said}}
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", lies.get("record_length", 44), 45, 45, *said.values())
    return record + struct.pack("<4sLQL", b"PK\6\7", 0, lies.get("record_offset", at), lies.get("disks", 1))


def zipped(
    parts: Sequence[Part] = (Part(),),
    front: bytes = b"",
    comment: bytes = b"",
    end: Mapping[str, int] | None = None,
    zip64: Mapping[str, int] | None = None,
) -> bytes:
    """An archive of these entries. `end` and `zip64` say which fields of the end records lie."""
    body, offsets = bytearray(front), []
    for part in parts:
        body += part.gap
        offsets.append(len(body) if part.header_offset is None else part.header_offset)
        body += local_header(part) + part.data + part.behind
    directory = b"".join(central_header(part, offset) for part, offset in zip(parts, offsets, strict=True))
    at = len(body)
    body += directory
    if zip64 is not None:
        body += zip64_records(len(body), len(parts), len(directory), at, **zip64)
    return bytes(body) + end_record(len(parts), len(directory), at, comment, **(end or {}))
