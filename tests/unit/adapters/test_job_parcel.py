"""The zip of an attempt: written as it grows, the same for the same images, and nowhere until it is closed."""

import io
import tracemalloc
import zipfile
from random import Random
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from dayshift.adapters.job_parcel import PART_BYTES, ZipParcel
from dayshift.domain.errors import ClosedError, TransientError
from tests.fakes import RESULTS, image

KEY = "job-files/cats/20261121-120000-1a2b3c4d/1/input.zip"
NOISE = Random(1).randbytes(3 * 1024 * 1024)


def packed(s3: S3Client, *contents: bytes) -> zipfile.ZipFile:
    parcel = ZipParcel(s3, RESULTS, KEY)
    for index, content in enumerate(contents):
        parcel.add(index, image(), content, "png" if index % 2 else "jpeg")
    parcel.close()
    return zipfile.ZipFile(io.BytesIO(s3.get_object(Bucket=RESULTS, Key=KEY)["Body"].read()))


def test_it_holds_each_image_under_its_number(s3: S3Client) -> None:
    found = packed(s3, b"first", b"second", b"third")
    assert found.namelist() == ["0000.jpg", "0001.png", "0002.jpg"]
    assert [found.read(name) for name in found.namelist()] == [b"first", b"second", b"third"]
    assert {each.date_time for each in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # not of this hour
    assert found.testzip() is None
    assert s3.head_object(Bucket=RESULTS, Key=KEY)["ContentType"] == "application/zip"


@pytest.mark.parametrize("count", [2, 3, 8])  # less than a part, a part and a little, three parts
def test_many_images_are_many_parts_of_one_object(s3: S3Client, count: int) -> None:
    found = packed(s3, *[NOISE] * count)
    assert found.testzip() is None
    assert [len(found.read(name)) for name in found.namelist()] == [len(NOISE)] * count
    tag = s3.head_object(Bucket=RESULTS, Key=KEY)["ETag"].strip('"')
    assert tag.endswith("-4") == (count == 8)
    assert ("-" in tag) == (count * len(NOISE) > PART_BYTES)


def test_the_same_images_are_the_same_bytes_in_the_same_place(s3: S3Client) -> None:
    tags = set[str]()
    for _ in range(2):
        packed(s3, b"first", b"second")
        tags.add(s3.head_object(Bucket=RESULTS, Key=KEY)["ETag"])
    assert len(tags) == 1


def test_one_that_was_never_closed_is_nowhere(s3: S3Client) -> None:
    parcel = ZipParcel(s3, RESULTS, KEY)
    for index in range(4):
        parcel.add(index, image(), NOISE, "jpeg")
    del parcel
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket=RESULTS, Key=KEY)


class Sink:
    """Takes parts and keeps none of them; `refuses` says no to one operation, with this code."""

    def __init__(self, refuses: str = "", code: str = "") -> None:
        self._refuses, self._code = refuses, code
        self.sizes: list[int] = []

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        return self._answer("CreateMultipartUpload", UploadId="u1")

    def upload_part(self, **given: Any) -> dict[str, str]:
        self.sizes.append(len(given["Body"]))
        return self._answer("UploadPart", ETag="e1")

    def complete_multipart_upload(self, **_: Any) -> dict[str, str]:
        return self._answer("CompleteMultipartUpload")

    def _answer(self, operation: str, **answer: str) -> dict[str, str]:
        if operation == self._refuses:
            raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, operation)
        return answer


def packed_into(sink: Sink, count: int) -> None:
    parcel = ZipParcel(cast("S3Client", sink), RESULTS, KEY)
    for index in range(count):
        parcel.add(index, image(), NOISE, "jpeg")
    parcel.close()


def test_however_many_images_there_are_memory_holds_few() -> None:
    sink = Sink()
    tracemalloc.start()
    packed_into(sink, 40)  # 120 MB
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert set(sink.sizes[:-1]) == {PART_BYTES}
    assert sum(sink.sizes) > 40 * len(NOISE)
    assert peak < 48 * 1024 * 1024, f"wanted less than 48 MB, got {peak / 1024 / 1024:.0f}"


@pytest.mark.parametrize("operation", ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
@pytest.mark.parametrize("code", ["SlowDown", "InternalError", "NoSuchUpload", "EntityTooSmall", "AccessDenied"])
def test_what_s3_refuses_is_of_the_surroundings(operation: str, code: str) -> None:
    with pytest.raises(TransientError) as error:
        packed_into(Sink(operation, code), 3)
    assert isinstance(error.value, ClosedError) == (code == "AccessDenied")
