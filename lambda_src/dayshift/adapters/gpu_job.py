"""Family `gpu_job`: many images in one order at a service outside, which one option names.

No function calls a model of this family for one image; its jobs are brought about by services/run_jobs. A service's
modules are imported when a model of it is made.
"""

from collections.abc import Callable, Mapping
from typing import Any

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.images import Limits
from dayshift.domain.job_ports import JobService
from dayshift.domain.model import ModelSpec

# Ours, not a service's: a few images at a time pass through the memory of the function that packs them.
LIMITS = Limits(maximum_bytes=15 * 1024 * 1024, minimum_pixels=1, maximum_pixels=10_000, formats=("jpeg", "png"))

Client = Callable[[str], Any]


def _proximl(client: Client, signer: Any, model: ModelSpec, bucket: str, url: str) -> JobService:
    from dayshift.adapters.proximl import proximl_jobs

    return proximl_jobs(client, signer, model, bucket, url)


def _batch_transform(client: Client, signer: Any, model: ModelSpec, bucket: str, url: str) -> JobService:
    from dayshift.adapters.batch_transform import BatchTransform

    return BatchTransform(client("sagemaker"), client("s3"), model, bucket)


PROVIDERS: Mapping[str, Callable[[Client, Any, ModelSpec, str, str], JobService]] = {
    "proximl": _proximl,
    "batch_transform": _batch_transform,
}


def job_service(client: Client, signer: Any, model: ModelSpec, bucket: str, url: str = "") -> JobService:
    """The service that `provider` in the model's options names. Raises ConfigurationError.

    `signer` is an S3 client whose presigned URLs others can follow; `bucket` is that of the results; `url` is where the
    local AWS has its stand-in, "" for the real one.
    """
    name = model.options.get("provider")
    if not isinstance(name, str) or name not in PROVIDERS:
        raise ConfigurationError(f"the provider of {model.name} must be one of {sorted(PROVIDERS)}; got {name!r}")
    return PROVIDERS[name](client, signer, model, bucket, url)
