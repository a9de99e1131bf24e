"""An archive is read from S3 in parts: each byte as it lies there, in few calls, never more than a part in memory."""

import random
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber
from mypy_boto3_s3 import S3Client

from dayshift.adapters.range_reader import LEAST_AHEAD_BYTES, MOST_AHEAD_BYTES, RangeReader
from dayshift.domain.errors import ClosedError, GoneError, TransientError
from dayshift.domain.images import ImageRef
from tests.fakes import IMAGES, image

KEY = "incoming/signs/a.zip"
MIB = 1024 * 1024


def stored(s3: S3Client, content: bytes) -> ImageRef:
    answer = s3.put_object(Bucket=IMAGES, Key=KEY, Body=content)
    return ImageRef(IMAGES, KEY, answer["VersionId"], answer["ETag"].strip('"'), len(content))


def ranges(s3: S3Client) -> list[tuple[int, int]]:
    """First and last byte of each GET from now on."""
    asked: list[tuple[int, int]] = []

    def note(params: dict[str, Any], **_: object) -> None:
        first, _, last = params["Range"].removeprefix("bytes=").partition("-")
        asked.append((int(first), int(last)))

    s3.meta.events.register("provide-client-params.s3.GetObject", note)
    return asked


def test_any_part_in_any_order_is_as_it_lies_there(s3: S3Client) -> None:
    content = random.Random(7).randbytes(2 * MIB + 11)
    reader = RangeReader(s3, stored(s3, content))
    dice = random.Random(8)
    for _ in range(60):
        offset = dice.randrange(len(content))
        length = dice.choice([1, 30, 70_000, 600_000])
        assert reader.read(offset, length) == content[offset : offset + length]
    assert reader.read(len(content), 5) == b""


def test_reading_on_takes_ever_larger_parts_and_a_jump_a_small_one(s3: S3Client) -> None:
    reader = RangeReader(s3, stored(s3, bytes(40 * MIB)))
    asked = ranges(s3)
    for at in range(0, 40 * MIB, 64 * 1024):
        reader.read(at, 64 * 1024)
    lengths = [last - first + 1 for first, last in asked]
    assert sum(lengths) == 40 * MIB, "nothing is read twice"
    assert len(lengths) < 10
    assert max(lengths) == MOST_AHEAD_BYTES
    asked.clear()
    reader.read(5, 30)
    assert asked == [(5, 5 + LEAST_AHEAD_BYTES - 1)]


def test_what_is_behind_the_read_ahead_part_is_read_in_bounded_parts_too(s3: S3Client) -> None:
    content = random.Random(9).randbytes(10 * MIB)
    reader = RangeReader(s3, stored(s3, content))
    asked = ranges(s3)
    assert reader.read(1, 9 * MIB) == content[1 : 1 + 9 * MIB]
    assert max(last - first + 1 for first, last in asked) <= MOST_AHEAD_BYTES


def test_it_is_the_version_that_was_announced_whatever_was_put_over_it(s3: S3Client) -> None:
    first = stored(s3, b"first" * 100)
    stored(s3, b"second" * 100)
    assert RangeReader(s3, first).read(0, 5) == b"first"


def test_a_version_that_was_deleted_is_gone(s3: S3Client) -> None:
    archive = stored(s3, b"x" * 100)
    assert archive.version_id
    s3.delete_object(Bucket=IMAGES, Key=KEY, VersionId=archive.version_id)
    with pytest.raises(GoneError):
        RangeReader(s3, archive).read(0, 5)


def test_an_object_without_versions_that_was_overwritten_is_gone(s3: S3Client) -> None:
    s3.create_bucket(Bucket="plain")
    etag = s3.put_object(Bucket="plain", Key=KEY, Body=b"x" * 100)["ETag"].strip('"')
    archive = ImageRef("plain", KEY, None, etag, 100)
    assert RangeReader(s3, archive).read(0, 5) == b"xxxxx"
    s3.put_object(Bucket="plain", Key=KEY, Body=b"y" * 100)
    with pytest.raises(GoneError):
        RangeReader(s3, archive).read(0, 5)


@pytest.mark.parametrize(
    ("code", "kind"), [("SlowDown", TransientError), ("AccessDenied", ClosedError), ("InvalidRange", TransientError)]
)
def test_a_refusal_is_never_about_the_archive(s3: S3Client, code: str, kind: type) -> None:
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code, http_status_code=503)
        with pytest.raises(TransientError) as caught:
            RangeReader(s3, image(KEY)).read(0, 5)
    assert type(caught.value) is kind


def test_a_body_that_ends_too_early_goes_back(s3: S3Client) -> None:
    class Short:
        def read(self) -> bytes:
            return b"xy"

    with Stubber(s3) as stub:
        stub.add_response("get_object", {"Body": Short()})
        with pytest.raises(TransientError, match="2 bytes while reading"):
            RangeReader(s3, image(KEY)).read(0, 5)


def test_a_connection_that_breaks_while_it_is_read_goes_back(s3: S3Client) -> None:
    class Broken:
        def read(self) -> bytes:
            raise ReadTimeoutError(endpoint_url="https://s3")

    with Stubber(s3) as stub:
        stub.add_response("get_object", {"Body": Broken()})
        with pytest.raises(TransientError, match="ReadTimeoutError"):
            RangeReader(s3, image(KEY)).read(0, 5)
