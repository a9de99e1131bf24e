"""S3: terminal records and CSVs as those are answered who uploaded the images."""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.s3 import MISSING
from dayshift.domain.api_ports import Sheet
from dayshift.domain.results import CSV_ROOT, record_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

AFTER_ALL_VERSIONS = "/~"  # version ids and ETags are letters, digits, ".", "_" and "-"


class S3Answers:
    """The results bucket, for keys that the API made: those lie in it as they are (domain/results)."""

    def __init__(self, s3: "S3Client", bucket: str, calls_in_flight: int) -> None:
        self._s3, self._bucket, self._calls_in_flight = s3, bucket, calls_in_flight

    def latest(self, model: str, key: str) -> Mapping[str, Any] | None:
        """The record that was written last: a form may be used twice, and each version has its own."""
        folder = record_key(model, key, "").removesuffix(".json")
        with surroundings(f"looking for the record of {key}"):
            answer = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=folder)
        found = sorted(answer.get("Contents", ()), key=lambda entry: entry["LastModified"])
        text = self._read(found[-1]["Key"]) if found else None
        record: Mapping[str, Any] | None = json.loads(text) if text is not None else None
        return record

    def sheets(self, model: str, folder: str, after: str, most: int) -> tuple[Sequence[Sheet], bool]:
        """Lists, then reads side by side. An image of two versions is one sheet."""
        place = f"{CSV_ROOT}{model}/{folder}"
        groups = groupby(self._keys(place, after), key=lambda key: key.removeprefix(place).partition("/")[0])
        images = [(name, list(keys)) for name, keys in islice(groups, most + 1)]
        with ThreadPoolExecutor(self._calls_in_flight, thread_name_prefix="sheets") as pool:
            rows = pool.map(self._rows, [keys for _, keys in images[:most]])
        sheets = [Sheet(name, text) for (name, _), text in zip(images, rows, strict=False)]
        return sheets, len(images) > most

    def _keys(self, place: str, after: str) -> Iterator[str]:
        where: dict[str, Any] = {"StartAfter": f"{place}{after}{AFTER_ALL_VERSIONS}"} if after else {}
        while True:
            with surroundings(f"listing {place}"):
                answer = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=place, **where)
            yield from (entry["Key"] for entry in answer.get("Contents", ()))
            if not answer.get("IsTruncated"):
                return
            where = {"ContinuationToken": answer["NextContinuationToken"]}

    def _rows(self, keys: Sequence[str]) -> str:
        """Without the header, whose cells hold no line feed; what a lifecycle rule took meanwhile is nothing."""
        return "".join((self._read(key) or "").partition("\r\n")[2] for key in keys)

    def _read(self, key: str) -> str | None:
        with surroundings(f"reading {key}"):
            try:
                return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode()
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise
