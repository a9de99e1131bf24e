"""A model's options for jobs at proxiML.

{"provider": "proximl", "user_parameter": "/acme/proximl/user", "key_parameter": "/acme/proximl/key",
 "project": null, "gpu_types": ["rtx3090", "a100"], "gpu_count": 1, "disk_gb": 10,
 "model_git": "https://github.com/acme/classifier.git", "command": "python $ML_MODEL_PATH/predict.py",
 "environment": {"type": "DEEPLEARNING_PY310"},                or {"custom_image": "acme/classifier:7"}
 "variables": {"BATCH": "32"}, "maximum_usd_per_hour": 1.2}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.job_results import Kept
from dayshift.domain.model import ModelSpec

ASSUMED_ENVIRONMENT = "DEEPLEARNING_PY310"
OURS = "DAYSHIFT_"
TEXTS = ("user_parameter", "key_parameter", "command", "model_git")


@dataclass(frozen=True, slots=True)
class ProximlOptions:
    """What an order at proxiML is made of. `usd_per_gpu_hour` is what the service is told not to exceed."""

    user_parameter: str
    key_parameter: str
    project: str
    command: str
    resources: Mapping[str, Any]
    environment: Mapping[str, Any]
    variables: Mapping[str, str]
    model_git: str
    kept: Kept

    @classmethod
    def of(cls, model: ModelSpec) -> "ProximlOptions":
        """Raises ConfigurationError naming all that is missing or wrong."""
        options = model.options
        faults = [f"{name} must be a text" for name in TEXTS if not _is_text(options.get(name))]
        gpu_types = options.get("gpu_types")
        if not isinstance(gpu_types, list) or not gpu_types or not all(map(_is_text, gpu_types)):
            faults.append('gpu_types must be a list such as ["rtx3090"]')
        count, price = options.get("gpu_count") or 1, options.get("maximum_usd_per_hour")
        if not isinstance(price, int | float) or isinstance(price, bool) or price <= 0:
            faults.append("maximum_usd_per_hour must be a number above 0")
        variables = options.get("variables") or {}
        if any(name.startswith(OURS) for name in variables):
            faults.append(f"the names of variables must not begin with {OURS}")
        if faults:
            raise ConfigurationError(f"the options of {model.name} for proxiML: {'; '.join(faults)}")
        environment = options.get("environment") or {}
        image = environment.get("custom_image")
        return cls(
            user_parameter=options["user_parameter"],
            key_parameter=options["key_parameter"],
            project=options.get("project") or "",
            command=options["command"],
            resources={
                "gpu_types": gpu_types,
                "gpu_count": count,
                "disk_size": options.get("disk_gb") or 10,
                "max_price": round(float(price or 0) / count, 4),  # proximl 1.0.2, `--max-price`: per GPU
            },
            environment=(
                {"type": "CUSTOM", "custom_image": image}
                if image
                else {"type": environment.get("type") or ASSUMED_ENVIRONMENT}
            ),
            variables={name: str(value) for name, value in variables.items()},
            model_git=options["model_git"],
            kept=Kept.of(options),
        )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
