"""An entry's content comes out whole, in pieces of bounded size, however its compressed bytes are handed over."""

import zlib
from collections.abc import Iterator
from random import Random

import pytest

from dayshift.domain.archives import MAXIMUM_RATIO, RATIO_SPARES_BYTES
from dayshift.domain.errors import PermanentError
from dayshift.domain.zip_content import PIECE_BYTES, unpacked
from dayshift.domain.zip_entry import DEFLATED, STORED, Entry
from tests.zip_writer import deflated


def entry(content: bytes, method: int = DEFLATED) -> Entry:
    return Entry(0, b"a", 0, method, zlib.crc32(content), 0, len(content), 0, 0)


def handed(packed: bytes, size: int) -> Iterator[bytes]:
    return (packed[at : at + size] for at in range(0, len(packed), size))


@pytest.mark.parametrize("length", [1, 100, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
@pytest.mark.parametrize("size", [1, 7, 1000, 10**9])
def test_what_fits_into_no_piece_comes_out_to_its_last_byte(length: int, size: int) -> None:
    """Ten bytes in a row of each: 100 times smaller when packed, so that one chunk makes many pieces."""
    content = b"".join(bytes([number % 251]) * 10 for number in range(length // 10 + 1))[:length]
    for packed in (deflated(content), deflated(content, level=0)):
        if len(packed) / size < 2000:
            pieces = list(unpacked(entry(content), handed(packed, size)))
            assert b"".join(pieces) == content
            assert max(map(len, pieces)) <= PIECE_BYTES


def test_what_is_stored_comes_out_as_it_is() -> None:
    content = Random(1).randbytes(5000)
    assert b"".join(unpacked(entry(content, STORED), handed(content, 999))) == content


def test_a_bomb_is_left_when_it_begins_to_be_one() -> None:
    content, pieces = bytes(50 * RATIO_SPARES_BYTES), list[bytes]()
    with pytest.raises(PermanentError, match="archive_ratio"):
        pieces.extend(unpacked(entry(content), handed(deflated(content), 1000)))
    assert 0 < sum(map(len, pieces)) <= RATIO_SPARES_BYTES


def test_what_shrinks_a_hundredfold_and_no_more_is_no_bomb() -> None:
    """Random bytes, each many times over: a ratio just below what is allowed, over many megabytes."""
    dice = Random(2)
    content = b"".join(dice.randbytes(1) * 150 for _ in range(4 * RATIO_SPARES_BYTES // 150))
    packed = deflated(content)
    assert MAXIMUM_RATIO / 4 < len(content) / len(packed) < MAXIMUM_RATIO
    assert b"".join(unpacked(entry(content), handed(packed, 5000))) == content


def test_more_than_was_said_is_never_handed_on() -> None:
    content = bytes(range(256)) * 4000
    short, pieces = entry(content[:100]), list[bytes]()
    with pytest.raises(PermanentError, match="archive_size: more"):
        pieces.extend(unpacked(short, handed(deflated(content), 10**9)))
    assert pieces == []


@pytest.mark.parametrize("more", range(1, 260, 7))
def test_what_zlib_still_holds_when_its_input_is_used_up_comes_out_too(more: int) -> None:
    """The last match of a run lies across the end of a piece, and the last byte of input tells it, and the end too."""
    content = bytes(PIECE_BYTES + more)
    assert b"".join(unpacked(entry(content), [deflated(content)])) == content
