"""Forms for uploads, read back and tried; and images that the API stores itself."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from dayshift.adapters.uploads import S3Uploads
from dayshift.bootstrap.api import FORM_CONFIG
from dayshift.domain.errors import TransientError
from tests.fakes import IMAGES

KEY = "incoming/signs/0123456789abcdef/9f1c2d3e4b5a69788796a5b4c3d2e1f0.jpg"


def uploads(monkeypatch: pytest.MonkeyPatch | None = None) -> S3Uploads:
    """As Lambda has it: keys of a session, Signature Version 4."""
    if monkeypatch:
        monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    return S3Uploads(boto3.client("s3", config=Config(signature_version="s3v4")), IMAGES)


def policy_of(fields: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(fields["policy"]))
    return found


def test_the_policy_holds_one_key_one_type_and_a_size_for_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    form = uploads(monkeypatch).form(KEY, "image/jpeg", 15_728_640)
    policy = policy_of(dict(form.fields))
    conditions = [condition for condition in policy["conditions"] if not _is_signature(condition)]
    assert sorted(conditions, key=str) == sorted(
        [
            {"bucket": IMAGES},
            {"key": KEY},
            {"Content-Type": "image/jpeg"},
            ["content-length-range", 64, 15_728_640],
        ],
        key=str,
    ), "and no condition that only begins with something, such as starts-with"
    left = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
    assert timedelta(minutes=4, seconds=50) < left <= timedelta(minutes=5)


def _is_signature(condition: Any) -> bool:
    return isinstance(condition, dict) and next(iter(condition)).startswith("x-amz-")


def test_the_fields_are_those_that_the_policy_wants_and_the_signature_is_version_4(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = uploads(monkeypatch).form(KEY, "image/png", 1_000)
    assert form.url.startswith("https://")
    assert form.fields.keys() == {
        "key", "Content-Type", "policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token",
        "x-amz-signature",
    }  # fmt: skip
    assert (form.fields["key"], form.fields["Content-Type"]) == (KEY, "image/png")
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert re.fullmatch("[0-9a-f]{64}", form.fields["x-amz-signature"])


def test_a_form_is_made_without_a_call(s3: S3Client) -> None:
    calls: list[str] = []
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    client.meta.events.register("before-call", lambda model, **_: calls.append(model.name))
    S3Uploads(client, IMAGES).form(KEY, "image/jpeg", 1_000)
    assert calls == []


def test_an_image_posted_by_the_form_lies_at_its_key_with_its_type(s3: S3Client) -> None:
    form = uploads().form(KEY, "image/jpeg", 1_000)
    answer = requests.post(form.url, data=form.fields, files={"file": ("../../etc/passwd", b"x" * 100)}, timeout=10)
    assert answer.status_code < 300
    assert uploads().uploaded_at(KEY) is not None
    assert s3.head_object(Bucket=IMAGES, Key=KEY)["ContentType"] == "image/jpeg"
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=IMAGES)["Contents"]] == [KEY]


def test_an_image_that_is_sent_along_is_stored_as_it_is(s3: S3Client) -> None:
    assert uploads().uploaded_at(KEY) is None
    uploads().put(KEY, "image/png", b"the image")
    stored = s3.get_object(Bucket=IMAGES, Key=KEY)
    assert (stored["Body"].read(), stored["ContentType"]) == (b"the image", "image/png")
    assert uploads().uploaded_at(KEY) == stored["LastModified"]


def test_a_key_that_only_begins_alike_is_another(s3: S3Client) -> None:
    uploads().put(f"{KEY}.bak", "image/jpeg", b"the image")
    assert uploads().uploaded_at(KEY) is None


def test_a_bucket_that_refuses_is_said_with_its_code() -> None:
    client = boto3.client("s3", config=Config(signature_version="s3v4"))

    def fail(model: Any, **_: object) -> None:
        raise ClientError({"Error": {"Code": "SlowDown", "Message": "reduce your rate"}}, model.name)

    client.meta.events.register("before-call", fail)
    broken = S3Uploads(client, IMAGES)
    for call in (lambda: broken.put(KEY, "image/jpeg", b""), lambda: broken.uploaded_at(KEY)):
        with pytest.raises(TransientError, match="SlowDown"):
            call()


def test_a_form_goes_to_the_buckets_own_region() -> None:
    """The bucket's name without one redirects for hours after it was made, which no browser follows with a form."""
    form = S3Uploads(boto3.client("s3", region_name="eu-west-1", config=FORM_CONFIG), "a-bucket").form(
        KEY, "image/png", 99
    )
    assert form.url == "https://a-bucket.s3.eu-west-1.amazonaws.com/"
