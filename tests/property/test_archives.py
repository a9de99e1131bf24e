"""Whatever a good archiver makes of good images expands to exactly these, and no bytes at all do any harm."""

import io
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dayshift.domain.archives import (
    ExpandedImage,
    Manifest,
    RefusedEntry,
    expanded_folder,
    expanded_folders,
    manifest_key,
)
from dayshift.domain.results import MAXIMUM_KEY_BYTES, record_key
from tests.archives import ZIP, Bench
from tests.fakes import NOON, image
from tests.hostile_archives import CORPUS
from tests.property.test_keys import KEYS, VERSIONS
from tests.zip_writer import picture

NAMES = st.text(min_size=1, max_size=30).map(lambda name: name.encode(errors="replace").decode().replace("/", "-"))
CONTENTS = st.tuples(st.integers(0, 30), st.integers(80, 90)).map(lambda given: picture(*given))
# zipfile itself takes any end record within a comment for the archive's own, and gives up.
COMMENTS = st.binary(max_size=50).filter(lambda comment: b"PK\5\6" not in comment)


@dataclass(frozen=True)
class Written:
    """One image as zipfile is told to write it."""

    name: str
    content: bytes
    method: int
    level: int
    is_zip64: bool
    comment: bytes


WRITTEN = st.builds(
    Written, NAMES, CONTENTS, st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]), st.integers(0, 9),
    st.booleans(), st.binary(max_size=20),
)  # fmt: skip


class Unseekable(io.RawIOBase):
    """What an archiver writes to that streams: sizes and checksums come behind the data."""

    def __init__(self) -> None:
        self.content = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.content += piece
        return len(piece)


def archived(images: list[Written], is_streamed: bool, front: bytes, comment: bytes) -> bytes:
    """The archive, as zipfile writes it: behind something else, unless it is streamed."""
    sheet, stream = io.BytesIO(), Unseekable()
    sheet.write(front)
    target: Any = stream if is_streamed else sheet
    with zipfile.ZipFile(target, "w" if is_streamed else "a") as archive:
        for one in images:
            info = zipfile.ZipInfo(one.name or "x")
            info.compress_type, info.comment = one.method, one.comment
            with archive.open(info, "w", force_zip64=one.is_zip64) as entry:
                entry.write(one.content)
        archive.comment = comment
    return bytes(stream.content) if is_streamed else sheet.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(max_examples=300)
@given(st.lists(WRITTEN, max_size=8), st.booleans(), st.binary(max_size=50), COMMENTS)
@example([], True, b"", b"")
def test_any_archive_of_good_images_expands_to_exactly_those(
    images: list[Written], is_streamed: bool, front: bytes, comment: bytes
) -> None:
    bench = Bench()
    content = archived(images, is_streamed, front, comment)
    bench.expand(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [info.filename for info in archive.infolist()]
        theirs = [archive.read(info) for info in archive.infolist()]
    assert theirs == [one.content for one in images], "zipfile agrees with itself"
    assert bench.manifest.refused == ()
    assert [bench.expanded.stored[one.image.key] for one in bench.manifest.images] == theirs
    assert [one.name.partition("\0")[0] for one in bench.manifest.images] == names  # zipfile cuts a name at NUL
    assert [sent.image for sent in bench.queue.sent] == [one.image for one in bench.manifest.images]
    assert len(bench.expanded.stored) == len(images)


@settings(max_examples=1000)
@given(st.data())
def test_whatever_befalls_its_bytes_an_archive_ends_or_waits_for_images_of_its_own(data: st.DataObject) -> None:
    """Bytes of good and hostile archives, changed, moved, dropped and doubled: never an error of ours."""
    content = bytearray(data.draw(st.sampled_from([hostile for hostile in SMALL if hostile])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        other = data.draw(st.integers(0, len(content)))
        match data.draw(st.sampled_from(["change", "drop", "double", "write"])):
            case "change" if at < len(content):
                content[at] ^= 1 << data.draw(st.integers(0, 7))
            case "drop":
                del content[min(at, other) : max(at, other)]
            case "double":
                content[at:at] = content[min(at, other) : max(at, other)][:500]
            case _:
                content[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4))
    bench = Bench()
    outcome = bench.expand(bytes(content))
    if outcome.result == "expanded":
        assert bench.manifest.images
        assert set(bench.expanded.stored) == {one.image.key for one in bench.manifest.images}
    else:
        assert outcome.result in ("rejected", "none")
        assert bench.record.reason


SMALL = [made for hostile in CORPUS.values() if len(made := hostile.make()) < 20_000]


@given(KEYS, KEYS, VERSIONS, VERSIONS, st.binary(), st.binary())
def test_every_archive_has_a_manifest_and_every_content_of_one_key_a_folder_of_its_own(
    key: str, other_key: str, version: str, other: str, content: bytes, other_content: bytes
) -> None:
    archive, fingerprint = image(key + ".zip", version_id=version), sha256(content).hexdigest()
    folder, place = expanded_folder("a-model", archive.key, fingerprint), manifest_key("a-model", archive)
    assert folder.startswith(expanded_folders("a-model", archive.key))
    assert len(place.encode()) <= MAXIMUM_KEY_BYTES
    assert set(folder.removeprefix("expanded/a-model/")) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/"
    )
    assert record_key("a-model", folder + "0000-0123456789abcdef.jpg", "v1").startswith("results/a-model/expanded/")
    if version != other:
        assert manifest_key("a-model", image(archive.key, version_id=other)) != place
    if content != other_content:
        assert expanded_folder("a-model", archive.key, sha256(other_content).hexdigest()) != folder
    if key != other_key:
        assert expanded_folder("a-model", other_key + ".zip", fingerprint) != folder


@given(st.lists(st.tuples(st.text(), KEYS, VERSIONS)), st.lists(st.text()))
def test_a_manifest_reads_back_as_it_was_written(images: list[tuple[str, str, str]], refused: list[str]) -> None:
    manifest = Manifest(
        ZIP,
        "signs",
        "expanded/signs/a-1-2/",
        NOON,
        tuple(ExpandedImage(at, name, image(key, version_id=to)) for at, (name, key, to) in enumerate(images)),
        tuple(RefusedEntry(at, name, f"empty: {name}") for at, name in enumerate(refused)),
    )
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert manifest.to_json().isascii()
