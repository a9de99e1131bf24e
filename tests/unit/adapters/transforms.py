"""What the tests of batch transform share: a model, an order of three images, and where its files lie."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dayshift.domain.job_names import files_prefix
from dayshift.domain.job_ports import Order
from dayshift.domain.jobs import JobImage
from dayshift.domain.model import ModelSpec
from tests.fakes import NOON, image

JOB, NAME = "20261120-120000-1a2b3c4d", "20261120-120000-1a2b3c4d-1-acme-prod-flowers"
PREFIX = files_prefix("flowers", JOB, 1)
INPUT, MANIFEST, OUTPUT = f"{PREFIX}input/", f"{PREFIX}input.manifest", f"{PREFIX}output/"
ORDER = Order(
    "flowers", JOB, 1, NAME, tuple(JobImage(n, image(f"incoming/flowers/{n}.jpg"), NOON) for n in range(3)),
    timedelta(hours=2),
)  # fmt: skip


def flowers(**options: Any) -> ModelSpec:
    """The model, as Terraform describes it to the function."""
    whole = {
        "provider": "batch_transform", "model_name": "acme-prod-flowers-1a2b3c4d", "instance_type": "ml.g4dn.xlarge",
        "instance_count": 1, "content_type": "application/x-image", "classes": None, "kms_key_arn": None,
        "response": {"at": "", "name": None, "score": None, "names_at": None, "scores_are": "probabilities"},
        "maximum_labels": 5, "minimum_confidence_percent": 0, "budget_usd": 2, "maximum_usd_per_hour": 0.9,
    }  # fmt: skip
    return ModelSpec("flowers", "gpu_job", None, "incoming/flowers/", {**whole, **options})


def another_attempt() -> Order:
    """The same images, ordered a second time."""
    return replace(ORDER, attempt=2, name=NAME.replace("-1-", "-2-"))
