"""Two models that are read in jobs, with exactly the options that Terraform tells the package (`environment.json`)."""

from typing import Any

_EVERY_SERVICE: dict[str, Any] = {
    "gather_minutes": 0, "maximum_images": 1000, "jobs_at_once": 1, "deadline_minutes": 120, "maximum_attempts": 3,
    "budget_usd": 2, "maximum_usd_per_hour": 0.6, "tick_minutes": 1, "maximum_labels": 5,
    "minimum_confidence_percent": 0,
}  # fmt: skip

_OPTIONS: dict[str, dict[str, Any]] = {
    "proximl": {
        "user_parameter": "/acme/proximl/user", "key_parameter": "/acme/proximl/key", "project": None,
        "gpu_types": ["rtx3090"], "gpu_count": 1, "disk_gb": 10, "command": "python classify.py",
        "model_git": "https://git.example.com/echo.git",
        "environment": {"type": "DEEPLEARNING_PY310", "custom_image": None}, "variables": {"BATCH": "32"},
    },
    "batch_transform": {
        "model_name": "acme-pictures-1", "instance_type": "ml.g4dn.xlarge", "instance_count": 1,
        "content_type": "application/x-image", "accept": "application/json", "json": None, "kms_key_arn": None,
        "classes": None, "response": {"at": "", "name": "n", "names_at": None, "score": "s", "scores_are": "percent"},
    },
}  # fmt: skip


def job_model(provider: str) -> dict[str, Any]:
    """The model as MODEL holds it."""
    options = {"provider": provider, **_EVERY_SERVICE, **_OPTIONS[provider]}
    return {
        "name": "pictures", "family": "gpu_job", "target": None, "prefix": "incoming/pictures/", "options": options,
    }  # fmt: skip
