"""However much comes out of an archive, one image at a time is in memory; the rest of 256 MB is Python and boto3."""

import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from dayshift.adapters.archive_reader import ZipArchive
from dayshift.domain.archives import MAXIMUM_ENTRY_BYTES, MIB
from dayshift.domain.images import ImageRef
from tests.archives import Bench, FakeArchives, FakeExpanded
from tests.fakes import IMAGES
from tests.zip_writer import picture


class FileReader:
    """A file, of which nothing is kept."""

    def __init__(self, path: Path) -> None:
        self._file, self.size_bytes = path.open("rb"), path.stat().st_size

    def read(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(length)


class FromFile(FakeArchives):
    """One archive, whatever its key."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def open(self, archive: ImageRef) -> ZipArchive:
        return ZipArchive(FileReader(self._path))


class Forgetting(FakeExpanded):
    """Objects of which only the lengths are known."""

    lengths: list[int]

    def put(self, key: str, content: bytes, content_type: str) -> ImageRef:
        self.lengths.append(len(content))
        return ImageRef(IMAGES, key, "v1", "e", len(content))


@pytest.fixture
def heavy(tmp_path: Path) -> Iterator[Path]:
    """Eight images of the greatest length there may be, half of them deflated; 120 MB come out of it."""
    path, noise = tmp_path / "heavy.zip", Random(7).randbytes(MAXIMUM_ENTRY_BYTES - len(picture()))
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(8):
            method = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[number % 2]
            archive.writestr(zipfile.ZipInfo(f"{number}.png"), picture() + noise, method, 1)
    yield path
    path.unlink()


def test_one_image_at_a_time_is_in_memory(heavy: Path) -> None:
    expanded = Forgetting()
    expanded.lengths = []
    bench = Bench(archives=FromFile(heavy), expanded=expanded)
    tracemalloc.start()
    try:
        bench.expand()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert expanded.lengths == [MAXIMUM_ENTRY_BYTES] * 8, bench.manifest.refused
    assert most < 4 * MAXIMUM_ENTRY_BYTES, f"{most / MIB:.0f} MiB"
