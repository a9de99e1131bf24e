"""What a batch transform job is given and what it brings, in S3.

    job-files/<model>/<job>/<attempt>/input/0007.jpg          the image, as the container is sent it
    job-files/<model>/<job>/<attempt>/input.manifest          which of them: [{"prefix": "s3://…/input/"}, "0007.jpg"]
    job-files/<model>/<job>/<attempt>/output/0007.jpg.out     the container's answer

The images are copies, for two reasons. SageMaker reads no version but the latest of an object; and it names an answer
by its image's file name alone, so that of `a/1.jpg` and `b/1.jpg` one answer would be lost, or taken for the other's.
"""

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dayshift.adapters.aws_errors import surroundings
from dayshift.adapters.transform_model import TransformModel
from dayshift.domain.images import ImageRef
from dayshift.domain.job_names import files_prefix, image_name, index_of
from dayshift.domain.job_ports import Order

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PUTS_AT_ONCE = 4  # each holds an image of up to 15 MB, a third more in base64
READS_AT_ONCE = 8
LARGEST_ANSWER_BYTES = 1024 * 1024  # a thousand classes with long names are 100 kB
ANSWER = ".out"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one attempt's files lie."""

    bucket: str
    prefix: str

    @classmethod
    def of(cls, bucket: str, order: Order) -> "Place":
        """The same for the same order, always."""
        return cls(bucket, files_prefix(order.model, order.job_id, order.attempt))

    @property
    def input(self) -> str:
        """The folder of the images, as a key."""
        return f"{self.prefix}input/"

    @property
    def manifest(self) -> str:
        """The list of them, as a key."""
        return f"{self.prefix}input.manifest"

    @property
    def output(self) -> str:
        """The folder of the answers, as a key."""
        return f"{self.prefix}output/"

    def url(self, key: str) -> str:
        """The key as SageMaker is told it."""
        return f"s3://{self.bucket}/{key}"


class TransformParcel:
    """Lays the images down, some at once; the manifest, without which they are nothing, comes last."""

    def __init__(self, s3: "S3Client", place: Place, model: TransformModel) -> None:
        self._s3, self._place, self._model = s3, place, model
        self._pool = ThreadPoolExecutor(PUTS_AT_ONCE)
        self._names: list[str] = []
        self._under_way: deque[Future[None]] = deque()

    def add(self, index: int, image: ImageRef, content: bytes, form: str) -> None:
        """Takes one image, and waits for an earlier one where many are under way. Raises TransientError."""
        while len(self._under_way) >= PUTS_AT_ONCE:
            self._under_way.popleft().result()
        name = image_name(index, form)
        body = self._model.body(content)
        self._under_way.append(self._pool.submit(self._put, f"{self._place.input}{name}", body))
        self._names.append(name)

    def close(self) -> None:
        """Writes the manifest when all images are there. Raises TransientError."""
        while self._under_way:
            self._under_way.popleft().result()
        self._pool.shutdown()
        manifest = [{"prefix": self._place.url(self._place.input)}, *self._names]
        self._put(self._place.manifest, json.dumps(manifest).encode())

    def _put(self, key: str, body: bytes) -> None:
        with surroundings(f"writing {key}"):
            self._s3.put_object(Bucket=self._place.bucket, Key=key, Body=body)


class Answers:
    """The answers that lie in an attempt's output folder."""

    def __init__(self, s3: "S3Client", place: Place) -> None:
        self._s3, self._place = s3, place
        self.strange: list[str] = []  # what lies there and counts for nothing, for `problem`

    def read(self, asked: Iterable[int]) -> Mapping[int, bytes]:
        """By index, for those that were asked for. Raises TransientError."""
        found = dict(self._found(set(asked)))
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            return dict(zip(found, pool.map(self._get, found.values()), strict=True))

    def _found(self, asked: set[int]) -> Iterator[tuple[int, str]]:
        """Index and key of each. Whatever subfolder SageMaker chose, a file name is there once, or tells nothing."""
        listed = list(self._listed())
        times = Counter(_name(one["Key"]) for one in listed)
        for one in listed:
            name = _name(one["Key"])
            index = index_of(name.removesuffix(ANSWER)) if name.endswith(ANSWER) else None
            if index is None or index not in asked:
                self.strange.append(f"{name}: nobody asked for it")
            elif times[name] > 1:
                self.strange.append(f"{name}: it is there {times[name]} times")
            elif one["Size"] > LARGEST_ANSWER_BYTES:
                self.strange.append(f"{name}: {one['Size']:,} bytes, and at most {LARGEST_ANSWER_BYTES:,} are read")
            else:
                yield index, one["Key"]

    def _listed(self) -> Iterator[Any]:
        with surroundings(f"listing {self._place.output}"):
            pages = self._s3.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._place.bucket, Prefix=self._place.output):
                yield from page.get("Contents", ())

    def _get(self, key: str) -> bytes:
        with surroundings(f"reading {key}"):
            return self._s3.get_object(Bucket=self._place.bucket, Key=key)["Body"].read()


def _name(key: str) -> str:
    return key.rpartition("/")[2]
