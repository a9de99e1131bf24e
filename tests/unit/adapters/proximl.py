"""What the tests of proxiML share: a model of jobs, an order, and our adapter before the local stand-in."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, cast

import boto3
from botocore.config import Config

from dayshift.adapters.https_json import Outside
from dayshift.adapters.proximl import ProximlJobs
from dayshift.adapters.proximl_api import ProximlApi
from dayshift.adapters.proximl_login import ProximlLogin
from dayshift.adapters.proximl_options import ProximlOptions
from dayshift.adapters.secrets import Secrets
from dayshift.domain.job_ports import Order
from dayshift.domain.jobs import JobImage
from dayshift.domain.model import ModelSpec
from local.outside import KEY, PARAMETERS, USER
from tests.fakes import NOON, RESULTS, image

NAME = "20261121-120000-1a2b3c4d-1-dayshift-dev-cats"
GIT = "https://git.example.com/echo.git"
OPTIONS: Mapping[str, Any] = {
    "provider": "proximl", "user_parameter": f"{PARAMETERS}/user", "key_parameter": f"{PARAMETERS}/key",
    "project": None, "gpu_types": ["rtx3090", "a100"], "gpu_count": 2, "disk_gb": 20, "command": "python3 echo.py",
    "model_git": GIT, "environment": {"type": "DEEPLEARNING_PY310", "custom_image": None}, "variables": {"BATCH": "32"},
    "budget_usd": 5, "maximum_usd_per_hour": 1.5, "maximum_labels": 5, "minimum_confidence_percent": 0,
}  # fmt: skip


def cats(**options: Any) -> ModelSpec:
    """The model, as Terraform describes it to the functions."""
    return ModelSpec("cats", "gpu_job", None, "incoming/cats/", {**OPTIONS, **options})


def order(*indexes: int, attempt: int = 1, name: str = NAME) -> Order:
    """One attempt about images of these indexes."""
    images = tuple(JobImage(index, image(f"incoming/cats/{index}.jpg"), NOON) for index in indexes or (0, 1))
    return Order("cats", "20261121-120000-1a2b3c4d", attempt, name, images, timedelta(hours=1))


class KnownSecrets:
    """User and key, as Secrets would read them."""

    def __init__(self, key: str = KEY) -> None:
        self.key = key

    def read(self, name: str) -> str:
        return self.key if name.endswith("/key") else USER

    def forget(self) -> None:
        """There is nothing to read anew."""


@cache
def signer(s3_url: str | None = None) -> Any:
    """Signs as bootstrap's does. `s3_url`: where the bucket is for whoever has a presigned URL."""
    config = Config(signature_version="s3v4", s3={"addressing_style": "path" if s3_url else "virtual"})
    return boto3.client("s3", "us-east-1", None, True, None, s3_url, "testing", "testing", None, config)


def jobs_at(url: str, key: str = KEY, *, s3: Any = None, s3_url: str | None = None, **options: Any) -> ProximlJobs:
    """Our adapter."""
    given, outside, secrets = ProximlOptions.of(cats(**options)), Outside(), cast("Secrets", KnownSecrets(key))
    login = ProximlLogin(outside, secrets, given.user_parameter, given.key_parameter, url)
    return ProximlJobs(ProximlApi(outside, login, given.project, url), s3, signer(s3_url), RESULTS, given)
