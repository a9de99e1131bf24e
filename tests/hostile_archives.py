"""Archives that mean harm, or came to harm; each with its expected end. Made by code, a few kB each.

`whole`: the code of the refusal of the archive, or None where its entries end one by one, as in `entries`; what is
skipped without a word is not among them.
"""

import bz2
import io
import lzma
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from dayshift.domain.archives import MAXIMUM_DIRECTORY_BYTES, MAXIMUM_ENTRIES, MAXIMUM_ENTRY_BYTES, MIB
from tests.zip_writer import DESCRIPTOR, Part, central_header, deflated, end_record, local_header, picture, zipped

UNSAID, UNSAID_COUNT = 0xFFFFFFFF, 0xFFFF
GOOD = Part(b"good.png", picture(1))
ZIP64_SIZES = struct.pack("<2H2Q", 1, 16, len(GOOD.content), len(GOOD.data))
JPEG_START = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(10)


@dataclass(frozen=True)
class Hostile:
    """One archive, made when it is asked for."""

    make: Callable[[], bytes]
    whole: str | None = None
    entries: tuple[str, ...] = ()


def refused(code: str, make: Callable[[], bytes]) -> Hostile:
    return Hostile(make, code)


def entry(end: str, part: Callable[[], Part]) -> Hostile:
    """One bad entry between two good ones, which it does not harm."""
    last = Part(b"last.png", picture(2))
    return Hostile(lambda: zipped([GOOD, part(), last]), None, ("ok", end, "ok"))


def named(name: bytes, flags: int = 0) -> Hostile:
    """A name is text, whatever it says."""
    return entry("ok", lambda: Part(name, picture(3), local={"flags": flags}, central={"flags": flags}))


def quoted_overlap() -> bytes:
    """Fifield's bomb: each entry quotes the next one's header as stored blocks; all end with the same kernel."""
    kernel = deflated(bytes(100_000))
    files = [Part(b"kernel", bytes(100_000), packed=kernel)]
    tail = local_header(files[0]) + kernel
    for number in range(20):
        quoted = tail[: len(local_header(files[-1]))]
        packed = b"\0" + struct.pack("<2H", len(quoted), len(quoted) ^ 0xFFFF) + tail
        files.append(Part(b"%06d" % number, quoted + files[-1].content, packed=packed))
        tail = local_header(files[-1]) + packed
    offsets, at = [], 0
    for part in reversed(files):
        offsets.append(at)
        at += len(local_header(part)) + 5
    directory = b"".join(central_header(part, at) for part, at in zip(reversed(files), offsets, strict=True))
    return tail + directory + end_record(len(files), len(directory), len(tail))


def extra_overlap() -> bytes:
    """Its own header has an extra field, unknown to the directory, that pushes its data into the next entry."""
    pushed = Part(b"pushed.png", picture(4), local_extra=struct.pack("<2H", 0xCAFE, 40) + bytes(40))
    whole = zipped([GOOD, pushed, Part(b"last.png", picture(2))])
    at = whole.index(b"PK\3\4", whole.index(b"pushed.png"))
    shorter = whole[: at - 44] + whole[at:]  # the 44 bytes are missing where the next one begins
    last = shorter.index(b"PK\1\2", shorter.rindex(b"pushed.png") - 46)
    at_last = shorter.index(b"PK\1\2", last + 4)
    fixed = bytearray(shorter)
    struct.pack_into("<L", fixed, at_last + 42, at - 44)
    end = fixed.rindex(b"PK\5\6")
    struct.pack_into("<L", fixed, end + 16, struct.unpack_from("<L", fixed, end + 16)[0] - 44)
    return bytes(fixed)


def by_zipfile(method: int) -> bytes:
    sheet = io.BytesIO()
    with zipfile.ZipFile(sheet, "w", method) as archive:
        archive.writestr("a.png", picture(5))
    return sheet.getvalue()


def fake_end(real: bytes) -> bytes:
    """The comment of the real end record holds another one, of an empty archive, that ends where the archive ends."""
    comment = end_record(0, 0, 0)
    return real[:-2] + struct.pack("<H", len(comment)) + comment


def cut(content: bytes, bytes_: int) -> bytes:
    return content[: len(content) - bytes_]


CORPUS: dict[str, Hostile] = {
    # Not an archive, or not a whole one
    "nothing at all": refused("archive_unreadable", lambda: b""),
    "a text": refused("archive_unreadable", lambda: b"dear model, " * 20),
    "a PNG": refused("archive_unreadable", picture),
    "a RAR": refused("archive_unreadable", lambda: b"Rar!\x1a\7\1\0" + bytes(200)),
    "cut in the middle": refused("archive_unreadable", lambda: zipped([GOOD])[:150]),
    "cut by one byte": refused("archive_unreadable", lambda: cut(zipped([GOOD]), 1)),
    "its first half is missing": refused("archive_damaged", lambda: zipped([GOOD])[90:]),
    "something behind its end": refused("archive_unreadable", lambda: zipped([GOOD]) + b"x"),
    "a page of zeros behind its end": refused("archive_unreadable", lambda: zipped([GOOD]) + bytes(70_000)),
    "a program in front, offsets unadjusted": refused("archive_damaged", lambda: b"MZ" + bytes(98) + zipped([GOOD])),
    "a program in front, offsets adjusted": Hostile(lambda: zipped([GOOD], front=b"MZ" + bytes(98)), entries=("ok",)),
    "a JPEG in front": Hostile(lambda: zipped([GOOD], front=JPEG_START), entries=("ok",)),
    # Two ways to read it
    "two end records": refused("archive_ambiguous", lambda: fake_end(zipped([GOOD]))),
    "an end record in a comment that does not fit": Hostile(
        lambda: zipped([GOOD], comment=end_record(0, 0, 0) + b"!"), entries=("ok",)
    ),
    "zip64 and end record contradict each other": refused(
        "archive_ambiguous", lambda: zipped([GOOD], zip64={"entries": 2, "here": 2})
    ),
    "two zip64 fields": refused(
        "archive_damaged",
        lambda: zipped([Part(central={"size": UNSAID, "packed": UNSAID}, central_extra=ZIP64_SIZES * 2)]),
    ),
    # Its directory
    "a count too large": refused("archive_damaged", lambda: zipped([GOOD], end={"entries": 2, "here": 2})),
    "a count too small": refused("archive_damaged", lambda: zipped([GOOD, GOOD], end={"entries": 1, "here": 1})),
    "a directory that lies elsewhere": refused("archive_damaged", lambda: zipped([GOOD], end={"offset": 7})),
    "a directory longer than the archive": refused("archive_damaged", lambda: zipped([GOOD], end={"length": 10**6})),
    "a name longer than the directory": refused(
        "archive_damaged", lambda: zipped([Part(central={"name_length": 60_000})])
    ),
    "more entries than are taken": refused(
        "archive_too_many", lambda: zipped([Part(b"%d" % n, b"x", 0) for n in range(MAXIMUM_ENTRIES + 1)])
    ),
    "more directory than is taken": refused(
        "archive_too_many",
        lambda: zipped([Part(b"__MACOSX/" + b"x" * 65_000, b"", 0)] * (MAXIMUM_DIRECTORY_BYTES // 65_000 + 1)),
    ),
    "more to come out than is taken": refused(
        "archive_too_large",
        lambda: zipped([Part(b"%d" % n, central={"size": MAXIMUM_ENTRY_BYTES}) for n in range(34)]),
    ),
    # zip64
    "zip64 without a record": refused("archive_damaged", lambda: zipped([GOOD], end={"offset": UNSAID})),
    "zip64 with a record elsewhere": refused(
        "archive_damaged", lambda: zipped([GOOD], zip64={"record_offset": 3}, end={"offset": UNSAID})
    ),
    "zip64 with a record beyond the end": refused(
        "archive_damaged", lambda: zipped([GOOD], zip64={"record_offset": 2**63}, end={"offset": UNSAID})
    ),
    "zip64 with a record too long": refused(
        "archive_damaged", lambda: zipped([GOOD], zip64={"record_length": 2**40}, end={"offset": UNSAID})
    ),
    "zip64 with a count of billions": refused(
        "archive_damaged",
        lambda: zipped(
            [GOOD], zip64={"entries": 2**40, "here": 2**40}, end={"entries": UNSAID_COUNT, "here": UNSAID_COUNT}
        ),
    ),
    "zip64 with a directory of terabytes": refused(
        "archive_damaged", lambda: zipped([GOOD], zip64={"length": 2**42}, end={"length": UNSAID})
    ),
    "zip64 that says too little": refused(
        "archive_damaged",
        lambda: zipped([Part(central={"size": UNSAID, "packed": UNSAID}, central_extra=b"\1\0\x04\0abcd")]),
    ),
    "zip64 that says nothing": refused("archive_damaged", lambda: zipped([Part(central={"size": UNSAID})])),
    "zip64 sizes of exabytes": refused(
        "archive_overlap",
        lambda: zipped(
            [Part(central={"size": UNSAID, "packed": UNSAID}, central_extra=struct.pack("<2H2Q", 1, 16, 2**62, 2**62))]
        ),
    ),
    "zip64, and all of it true": Hostile(
        lambda: zipped(
            [Part(GOOD.name, GOOD.content, central={"size": UNSAID, "packed": UNSAID}, central_extra=ZIP64_SIZES)],
            zip64={},
            end={"entries": UNSAID_COUNT, "here": UNSAID_COUNT, "offset": UNSAID, "length": UNSAID},
        ),
        entries=("ok",),
    ),
    "zip64 in its own header, with another size": entry(
        "archive_mismatch",
        lambda: Part(local={"size": UNSAID, "packed": UNSAID}, local_extra=struct.pack("<2H2Q", 1, 16, 5, 5)),
    ),
    # In parts
    "a last part": refused("archive_multi_disk", lambda: zipped([GOOD], end={"disk": 1})),
    "entries on other disks": refused("archive_multi_disk", lambda: zipped([GOOD], end={"entries": 9})),
    "an entry on another disk": refused("archive_multi_disk", lambda: zipped([Part(central={"disk": 3})])),
    "several disks by zip64": refused("archive_multi_disk", lambda: zipped([GOOD], zip64={"disks": 2})),
    # One entry in another's space
    "quoted overlap (CVE-2024-0450)": refused("archive_overlap", quoted_overlap),
    "two entries with one content": refused(
        "archive_overlap", lambda: zipped([GOOD, Part(b"b", GOOD.content, header_offset=0)])
    ),
    "an entry that runs into the directory": refused(
        "archive_overlap", lambda: zipped([Part(central={"packed": 9999})])
    ),
    "an entry behind the directory": refused("archive_overlap", lambda: zipped([Part(header_offset=2**31)])),
    "an entry pushed into the next by its own header": Hostile(extra_overlap, entries=("ok", "archive_overlap", "ok")),
    "no room for the descriptor it announces": entry(
        "archive_overlap", lambda: Part(local={"flags": DESCRIPTOR}, central={"flags": DESCRIPTOR})
    ),
    # Bombs
    "ten megabytes of zeros behind a JPEG's beginning": entry(
        "archive_ratio", lambda: Part(b"a.jpg", JPEG_START + bytes(10 * MIB))
    ),
    "ten megabytes of zeros": entry("unsupported_format", lambda: Part(b"a.jpg", bytes(10 * MIB))),
    "sixteen megabytes": entry("too_large", lambda: Part(central={"size": 16 * MIB}, local={"size": 16 * MIB})),
    "an archive in an archive": entry("archive_nested", lambda: Part(b"inner.zip", zipped([GOOD, GOOD]))),
    "an archive in an archive, stored, and called an image": entry(
        "archive_nested", lambda: Part(b"inner.jpg", zipped([GOOD, GOOD]), 0)
    ),
    "a 7-Zip in an archive": entry("archive_nested", lambda: Part(b"a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(90))),
    "a hundred thousand empty blocks": entry("archive_damaged", lambda: Part(packed=b"\0\0\0\xff\xff" * 100_000)),
    # Sizes and checksums that lie
    "more comes out than was said": entry("archive_size", lambda: Part(central={"size": 200}, local={"size": 200})),
    "less comes out than was said": entry("archive_size", lambda: Part(central={"size": 9000}, local={"size": 9000})),
    "another checksum": entry("archive_crc", lambda: Part(central={"crc": 1}, local={"crc": 1})),
    "stored, with two sizes": entry(
        "archive_size", lambda: Part(method=0, central={"size": 5000}, local={"size": 5000})
    ),
    "compressed data that goes on": entry("archive_size", lambda: Part(packed=deflated(picture()) + b"more")),
    "compressed data that ends too early": entry("archive_damaged", lambda: Part(packed=cut(deflated(picture()), 9))),
    "compressed data that is none": entry("archive_damaged", lambda: Part(packed=b"\xff" * 300)),
    "deflate within zlib": entry("archive_damaged", lambda: Part(packed=b"\x78\x9c" + deflated(picture()))),
    # Its own header against the directory
    "another name in its own header": entry("archive_mismatch", lambda: Part(b"a.png", local_name=b"b.png")),
    "another method in its own header": entry("archive_mismatch", lambda: Part(local={"method": 0})),
    "another size in its own header": entry("archive_mismatch", lambda: Part(local={"size": 5})),
    "another checksum in its own header": entry("archive_mismatch", lambda: Part(local={"crc": 5})),
    "encrypted in its own header only": entry("archive_mismatch", lambda: Part(local={"flags": 1})),
    "no header where the directory says": refused("archive_overlap", lambda: zipped([GOOD, Part(header_offset=11)])),
    "nothing where the directory says": Hostile(
        lambda: zipped([Part(header_offset=0, gap=bytes(200))]), entries=("archive_mismatch",)
    ),
    # What is not read
    "encrypted": entry("archive_encrypted", lambda: Part(local={"flags": 1}, central={"flags": 1})),
    "encrypted strongly": entry("archive_encrypted", lambda: Part(local={"flags": 0x41}, central={"flags": 0x41})),
    "encrypted by AES": entry("archive_encrypted", lambda: Part(method=99)),
    "a patch": entry("archive_method", lambda: Part(local={"flags": 0x20}, central={"flags": 0x20})),
    "bzip2": Hostile(lambda: by_zipfile(zipfile.ZIP_BZIP2), entries=("archive_method",)),
    "LZMA": Hostile(lambda: by_zipfile(zipfile.ZIP_LZMA), entries=("archive_method",)),
    "Zstandard": entry("archive_method", lambda: Part(method=93)),
    "no method there is": entry("archive_method", lambda: Part(method=1234)),
    "bzip2 that calls itself deflated": entry("archive_damaged", lambda: Part(packed=bz2.compress(picture()))),
    "LZMA that calls itself stored": entry(
        "unsupported_format", lambda: Part(content=lzma.compress(picture()), method=0)
    ),
    "a symbolic link": entry("archive_special", lambda: Part(b"a.png", b"/etc/passwd" * 9, mode=0o120777)),
    "an image that came through a pipe": entry("ok", lambda: Part(b"-", picture(8), mode=0o010600)),
    "a device": entry("archive_special", lambda: Part(mode=0o020666)),
    "a folder with content": entry("archive_special", lambda: Part(b"folder/", mode=0o040755)),
    "nothing in it": entry("empty", lambda: Part(content=b"", method=0)),
    "a text that calls itself an image": entry("unsupported_format", lambda: Part(b"a.jpg", b"dear model, " * 20)),
    "a page that calls itself an image": entry("unsupported_format", lambda: Part(b"a.png", b"<html><script>" * 9)),
    "an image cut in its header": entry(
        "truncated", lambda: Part(b"a.jpg", b"\xff\xd8" + b"\xff\xe1\0\x40" + bytes(60))
    ),
    "an image too small for the model": entry("too_small", lambda: Part(content=picture(6, side=79))),
    # Names
    "a name that climbs": named(b"../../../etc/passwd.png"),
    "an absolute name": named(b"/etc/cron.d/a.png"),
    "a name with backslashes": named(b"..\\..\\windows\\a.png"),
    "a name with a drive": named(b"C:\\a.png"),
    "a name with NUL": named(b"a.png\0.exe"),
    "a name with line feeds and escapes": named(b"a\r\n\x1b[2J.png"),
    "a name of sixty thousand characters": named(b"x" * 60_000),
    "a name that is not UTF-8": named(b"\xff\xfe\x80.png"),
    "a name that says it is UTF-8, and is not": named(b"\xff\xfe\x80.png", flags=0x0800),
    "a name that turns around": named("a\u202egpj.exe".encode()),
    "no name": named(b""),
    "the same name again": named(GOOD.name),
    "a name that looks like our own": named(b"0000-0123456789abcdef.png"),
    "a name like a formula": named(b"=HYPERLINK(1).png"),
    # Skipped without a word
    "folders, and what macOS adds": Hostile(
        lambda: zipped(
            [
                Part(b"folder/", b"", 0, mode=0o040755),
                Part(b"windows\\", b"", 0),
                Part(b"__MACOSX/._a.png", b"\0\5\x16\7" * 30),
                Part(b"folder/.DS_Store", b"Bud1" * 100),
                Part(b"folder/.DS_Store.png", picture(7)),
            ]
        ),
        entries=("ok",),
    ),
    "nothing but a folder": Hostile(lambda: zipped([Part(b"folder/", b"", 0)])),
    "an archive of nothing": Hostile(lambda: zipped([])),
}
