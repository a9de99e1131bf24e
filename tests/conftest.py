"""What powertools reads once, at import, as Terraform sets it; and the functions over moto."""

import gc
import os
from collections.abc import Iterator

import pytest
from moto import mock_aws

os.environ["POWERTOOLS_SERVICE_NAME"] = "test"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "Dayshift"
os.environ["POWERTOOLS_LOG_LEVEL"] = "INFO"

from tests.functions import World  # after the environment that its imports read


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # A function keeps for good what its start has made (bootstrap.warm); here that would be 50 MB a test.
    monkeypatch.setattr(gc, "freeze", lambda: None)
    with mock_aws():
        yield World(monkeypatch)
