"""What is taken away before a local deployment goes."""

from collections.abc import Iterator
from typing import Any

from local.deploying import empty


class Bucket:
    """Versions in pages of two. A page begins behind the last of the one before it; where that is gone, nowhere."""

    def __init__(self, count: int) -> None:
        self.there = [{"Key": f"{number:02}", "VersionId": f"v{number}"} for number in range(count)]

    def get_paginator(self, _: str) -> "Bucket":
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        last: dict[str, str] | None = None
        while last is None or last in self.there:
            begin = 0 if last is None else self.there.index(last) + 1
            found = self.there[begin : begin + 2]
            if not found:
                return
            last = found[-1]
            yield {"Versions": found[:1], "DeleteMarkers": found[1:]}

    def delete_object(self, **named: str) -> None:
        self.there.remove({"Key": named["Key"], "VersionId": named["VersionId"]})


def test_a_bucket_of_many_versions_is_emptied_to_the_last() -> None:
    bucket = Bucket(7)
    empty(bucket, "results")
    assert bucket.there == []
