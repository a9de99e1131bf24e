"""The sweep's ledger: which images have a record, and what earlier sweeps left, beside the records in S3.

_ledger/<model>/progress.json         {"marker": ["key", "version"] | null, "last_answer_at": "…Z" | null}
_ledger/<model>/tries/<hash>.json     {"counted": 1, "enqueued_at": "…Z"}, one for each image ever swept
_ledger/<model>/expanded/…            the same of what came out of the model's archives
"""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.s3 import MISSING, is_there
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import rfc3339
from dayshift.domain.ports import Progress
from dayshift.domain.results import RECORDS_ROOT, record_key
from dayshift.domain.sweeping import Tries

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Ledger:
    """One model's ledger in the results bucket, or a part of it that is kept by itself."""

    def __init__(self, s3: "S3Client", bucket: str, model: str, part: str = "") -> None:
        self._s3, self._bucket, self._model = s3, bucket, model
        self._folder = f"_ledger/{model}/{part}"

    def answered(self, images: Sequence[ImageRef]) -> tuple[frozenset[ImageRef], datetime | None]:
        """Lists the records from the least to the greatest of theirs; those under a hash are looked up one by one.

        A record's key begins with its image's key, so adjacent images have nearly adjacent records ("nearly", since
        "/" sorts after "!"). One hash, which sorts last, would stretch that range over all records of the model.
        """
        places = {record_key(self._model, image.key, image.version): image for image in images}
        hashed = {place for place in places if place.startswith(f"{RECORDS_ROOT}{self._model}/~")}
        plain = places.keys() - hashed
        seen, newest = self._listed(min(plain), max(plain)) if plain else (set(), None)
        seen |= {place for place in hashed if is_there(self._s3, self._bucket, place)}
        return frozenset(image for place, image in places.items() if place in seen), newest

    def tries(self, image: ImageRef) -> Tries | None:
        """The tries of one image; None if it was never swept."""
        value = self._read(self._tries_key(image))
        return None if value is None else Tries(value["counted"], datetime.fromisoformat(value["enqueued_at"]))

    def remember(self, image: ImageRef, tries: Tries) -> None:
        """Keeps the tries of one image."""
        self._write(self._tries_key(image), {"counted": tries.counted, "enqueued_at": rfc3339(tries.enqueued_at)})

    def progress(self) -> Progress:
        """What the last sweep kept; nothing before the first."""
        value = self._read(self._progress_key) or {"marker": None, "last_answer_at": None}
        at = value["last_answer_at"]
        marker = value["marker"]
        return Progress(marker and (marker[0], marker[1]), at and datetime.fromisoformat(at))

    def keep(self, progress: Progress) -> None:
        """Keeps it for the next sweep."""
        at = progress.last_answer_at
        self._write(self._progress_key, {"marker": progress.marker, "last_answer_at": at and rfc3339(at)})

    @property
    def _progress_key(self) -> str:
        return f"{self._folder}progress.json"

    def _tries_key(self, image: ImageRef) -> str:
        name = sha256(f"{image.key}\n{image.version}".encode()).hexdigest()
        return f"{self._folder}tries/{name}.json"

    def _listed(self, first: str, last: str) -> tuple[set[str], datetime | None]:
        """The records from `first` to `last`, and when the newest of those listed was written."""
        seen: set[str] = set()
        newest: datetime | None = None
        # StartAfter excludes its own key: begin one character before the end of the first.
        where: dict[str, Any] = {"StartAfter": first[:-1]}
        while True:
            with surroundings(f"listing the records of {self._model}"):
                answer = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=f"{RECORDS_ROOT}{self._model}/", **where)
            for entry in answer.get("Contents", ()):
                seen.add(entry["Key"])
                newest = max(newest or entry["LastModified"], entry["LastModified"])
            if not answer.get("IsTruncated") or answer["Contents"][-1]["Key"] > last:
                return seen, newest
            where = {"ContinuationToken": answer["NextContinuationToken"]}

    def _read(self, key: str) -> Any:
        with surroundings(f"reading {key}"):
            try:
                return json.loads(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise

    def _write(self, key: str, value: Any) -> None:
        with surroundings(f"writing {key}"):
            self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=json.dumps(value).encode(), ContentType="application/json"
            )
