"""What an archive's images are called, and what is kept of names that nobody believes."""

import re

import pytest

from dayshift.domain.archives import (
    ExpandedImage,
    Manifest,
    RefusedEntry,
    expanded_folder,
    expanded_folders,
    expanded_key,
    manifest_key,
)
from dayshift.domain.results import Status
from dayshift.domain.routing import is_archive
from dayshift.domain.zip_entry import UTF8, Entry
from tests.fakes import NOON, image

CONTENT_HASH = "ca978112ca1bbdca"  # the SHA-256 of b"a" begins so


def entry(name: bytes, flags: int = 0, size_bytes: int = 100) -> Entry:
    return Entry(0, name, flags, 8, 0, 90, size_bytes, 0, 0)


@pytest.mark.parametrize(
    ("key", "stem"),
    [
        ("incoming/signs/Monday walk.zip", "Monday-walk"),
        ("incoming/signs/../../etc/passwd.ZIP", "passwd"),
        ("incoming/signs/été à la plage.zip", "t-la-plage"),
        ("incoming/signs/写真.zip", "archive"),
        ("incoming/signs/.zip", "archive"),
        ("incoming/signs/" + "long " * 40 + ".zip", "long-" * 7 + "long"),
    ],
)
def test_a_folder_bears_what_a_person_can_read_of_the_archives_name(key: str, stem: str) -> None:
    folder = expanded_folder("signs", key, "abcdef0123456789")
    assert re.fullmatch(f"expanded/signs/{stem}-[0-9a-f]{{8}}-abcdef012345/", folder)


def test_all_archives_of_one_key_lie_side_by_side_and_those_of_another_elsewhere() -> None:
    key, other = "incoming/signs/a.zip", "incoming/signs/b/a.zip"
    folders = {expanded_folder("signs", key, fingerprint) for fingerprint in ("0" * 64, "1" * 64)}
    assert len(folders) == 2
    assert {folder[: folder.rindex("-") + 1] for folder in folders} == {expanded_folders("signs", key)}
    assert not expanded_folder("signs", other, "0" * 64).startswith(expanded_folders("signs", key))


def test_an_image_is_found_again_by_its_place_and_its_bytes() -> None:
    assert expanded_key("expanded/signs/x-1/", 7, b"a", "jpeg") == f"expanded/signs/x-1/0007-{CONTENT_HASH}.jpg"
    assert expanded_key("expanded/signs/x-1/", 12345, b"a", "png") == f"expanded/signs/x-1/12345-{CONTENT_HASH}.png"


def test_a_manifest_lies_where_the_archives_record_lies_under_another_root() -> None:
    archive = image("incoming/signs/a b.zip")
    assert manifest_key("signs", archive) == "archives/signs/incoming/signs/a b.zip/v1.json"
    assert manifest_key("signs", image("incoming/signs/\n.zip")).startswith("archives/signs/~")


@pytest.mark.parametrize(
    ("name", "flags", "text"),
    [
        ("été.png".encode(), UTF8, "été.png"),
        ("été.png".encode(), 0, "été.png"),
        (b"\x82t\x82.png", 0, "été.png"),
        (b"\xff.png", UTF8, "\\xff.png"),
        (b"a\0b", 0, "a\0b"),
        (b"../../a", 0, "../../a"),
        (b"", 0, ""),
    ],
)
def test_a_name_is_text_whatever_its_bytes_are(name: bytes, flags: int, text: str) -> None:
    assert entry(name, flags).name == text


@pytest.mark.parametrize("name", [b"folder/", b"folder\\", b"__MACOSX/._a.png", b".DS_Store", b"folder/.DS_Store"])
def test_what_nobody_means_is_skipped(name: bytes) -> None:
    assert entry(name, size_bytes=0).is_skipped


@pytest.mark.parametrize("name", [b"folder/", b"x__MACOSX/a.png", b"a.DS_Store", b".DS_Store.png", b"a.png"])
def test_what_may_be_an_image_is_not(name: bytes) -> None:
    assert not entry(name).is_skipped


def test_a_summary_counts_what_came_out_why_the_rest_did_not_and_how_it_ended() -> None:
    images = tuple(ExpandedImage(at, "a", image()) for at in range(3))
    refused = tuple(
        RefusedEntry(at, "b", reason) for at, reason in enumerate(("empty: 0", "archive_crc: x", "empty: 1"))
    )
    manifest = Manifest(image(), "signs", "expanded/signs/a-1-2/", NOON, images, refused)
    assert manifest.summary({}) == "ok 3, rejected 3 (archive_crc 1, empty 2)"
    assert manifest.summary({"ok": 2, "failed": 1}).endswith("; its images: failed 1, ok 2")


@pytest.mark.parametrize(
    ("images", "refused", "status", "reason"),
    [
        (1, 1, Status.OK, "ok 1, rejected 1 (empty 1)"),
        (0, 2, Status.REJECTED, "archive_no_image: ok 0, rejected 2 (empty 2)"),
        (0, 0, Status.NONE, "ok 0, rejected 0"),
    ],
)
def test_an_archive_of_which_all_was_refused_was_refused_and_an_empty_one_had_nothing_in_it(
    images: int, refused: int, status: Status, reason: str
) -> None:
    manifest = Manifest(
        image(),
        "signs",
        "expanded/signs/a-1-2/",
        NOON,
        tuple(ExpandedImage(at, "a", image()) for at in range(images)),
        tuple(RefusedEntry(at, "b", "empty: 0") for at in range(refused)),
    )
    assert manifest.ending({}) == (status, reason)


@pytest.mark.parametrize(("key", "expected"), [("a.zip", True), ("A.ZIP", True), ("a.zip/b", False), ("zip", False)])
def test_the_end_of_a_key_tells_an_archive(key: str, expected: bool) -> None:
    assert is_archive(key) is expected
