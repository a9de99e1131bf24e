"""Each hostile archive ends as expected, harms no good entry beside it, and is never read more than it is long."""

import re
from typing import Any

import pytest

from dayshift.domain.archives import MAXIMUM_RATIO, RATIO_SPARES_BYTES
from dayshift.domain.zip_content import PIECE_BYTES
from dayshift.domain.zip_directory import TAIL_BYTES
from tests.archives import Bench
from tests.hostile_archives import CORPUS, Hostile

LOCAL_HEADER_BYTES = 30


@pytest.fixture(params=CORPUS, ids=lambda name: name.replace(" ", "_"))
def hostile(request: pytest.FixtureRequest) -> Hostile:
    return CORPUS[request.param]


def test_there_are_enough_of_them() -> None:
    assert len(CORPUS) >= 90


def test_it_ends_as_expected(hostile: Hostile) -> None:
    bench = Bench()
    outcome = bench.expand(hostile.make())
    if hostile.whole:
        assert (bench.record.status, outcome.result) == ("rejected", "rejected")
        assert str(bench.record.reason).startswith(f"{hostile.whole}: "), bench.record.reason
        assert (bench.expanded.stored, bench.queue.sent, bench.manifests.written) == ({}, [], {})
        return
    assert tuple(bench.ends()) == hostile.entries, [one.reason for one in bench.manifest.refused]
    assert len(bench.queue.sent) == len(bench.expanded.stored) == hostile.entries.count("ok")
    if "ok" not in hostile.entries:
        assert bench.record.status == ("rejected" if hostile.entries else "none")


def test_no_part_of_a_key_is_the_archives_own_word(hostile: Hostile) -> None:
    bench = Bench()
    bench.expand(hostile.make())
    for key in bench.expanded.stored:
        folder, _, name = key.rpartition("/")
        assert re.fullmatch("expanded/signs/Monday-walk-[0-9a-f]{8}-[0-9a-f]{12}", folder)
        assert set(name) <= set("0123456789abcdef-.png")


def test_it_is_read_once_and_no_more(hostile: Hostile) -> None:
    """What is asked for is bounded by the archive's length, whatever its fields say."""
    content, bench = hostile.make(), Bench()
    bench.expand(content)
    entries = content.count(b"PK\1\2")
    headers = entries * (LOCAL_HEADER_BYTES + 2 * 0xFFFF)
    for reader in bench.archives.readers:
        assert reader.bytes_read <= TAIL_BYTES + 2 * len(content) + headers


def test_what_comes_out_is_bounded_while_it_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred of one, and a megabyte: not the sizes that an archive tells, but what really came out."""
    from dayshift.domain import zip_content

    made = 0
    inflate = zip_content._piece

    def counted(*args: Any) -> bytes:
        nonlocal made
        piece = inflate(*args)
        made += len(piece)
        assert len(piece) <= PIECE_BYTES
        return piece

    monkeypatch.setattr(zip_content, "_piece", counted)
    for hostile in CORPUS.values():
        made = 0
        content = hostile.make()
        Bench().expand(content)
        assert made <= max(MAXIMUM_RATIO * len(content), RATIO_SPARES_BYTES) + PIECE_BYTES
