"""What SageMaker refuses before it does anything, in its own words as far as they are known."""

import re
from collections.abc import Mapping
from typing import Any

from local.services.endpoint import refused

NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
MODEL_NAME = re.compile(r"[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?")
ROLE = re.compile(r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+")
MEMORY_MB = (1024, 2048, 3072, 4096, 5120, 6144)
INSTANCES, MOST_PAYLOAD_MB = range(1, 101), 100
MOST_TAGS, MOST_VARIANTS, MOST_CONCURRENCY = 50, 10, 200
Record = Mapping[str, Any]


def name_in(request: Record, key: str) -> str:
    """The name that this member holds. Raises ServiceError."""
    value, pattern = request.get(key), MODEL_NAME if key == "ModelName" else NAME
    if not isinstance(value, str) or not pattern.fullmatch(value) or len(value) > 63:
        member = key[0].lower() + key[1:]
        raise refused(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {pattern.pattern}"
        )
    return value


def tags_in(request: Record) -> dict[str, str]:
    """The tags that a request brings. Raises ServiceError."""
    tags = {str(tag["Key"]): str(tag["Value"]) for tag in request.get("Tags") or ()}
    if len(tags) > MOST_TAGS or len(tags) < len(request.get("Tags") or ()):
        raise refused(f"A resource has at most {MOST_TAGS} tags, each key once; got {len(request['Tags'])}.")
    return tags


def check_model(request: Record) -> None:
    """Raises ServiceError."""
    if not ROLE.fullmatch(str(request.get("ExecutionRoleArn"))):
        raise refused(f"ExecutionRoleArn must be a role's ARN; got {request.get('ExecutionRoleArn')!r}.")
    containers = [each for each in (request.get("PrimaryContainer"), *(request.get("Containers") or ())) if each]
    if not containers or (len(containers) > 1 and request.get("PrimaryContainer")):
        raise refused("Exactly one of PrimaryContainer and Containers must be given.")
    for container in containers:
        if not re.fullmatch(r"\S{1,255}", container.get("Image") or ""):
            raise refused(f"A container needs an image in ECR; got {container.get('Image')!r}.")
        if not re.fullmatch(r"(https|s3)://([^/]+)/?(.*)", container.get("ModelDataUrl") or "s3://none/"):
            raise refused(f"ModelDataUrl must begin with s3:// or https://; got {container['ModelDataUrl']!r}.")


def check_configuration(request: Record) -> None:
    """Raises ServiceError."""
    variants = request.get("ProductionVariants") or []
    names = [variant.get("VariantName") for variant in variants]
    if not 1 <= len(variants) <= MOST_VARIANTS or len(set(names)) < len(names):
        raise refused(f"ProductionVariants must be 1 to {MOST_VARIANTS}, each name once; got {names}.")
    serverless = [variant for variant in variants if variant.get("ServerlessConfig")]
    for variant in variants:
        name_in(variant, "VariantName")
        name_in(variant, "ModelName")
        _check_capacity(variant)
    if serverless and (request.get("AsyncInferenceConfig") or request.get("KmsKeyId") or len(variants) > 1):
        raise refused("A serverless variant stands alone, without AsyncInferenceConfig and KmsKeyId.")
    output = ((request.get("AsyncInferenceConfig") or {}).get("OutputConfig") or {}).get("S3OutputPath", "s3://none/")
    if not re.fullmatch(r"(https|s3)://([^/])/?(.*)", output):
        raise refused(f"S3OutputPath must begin with s3://; got {output!r}.")


def check_transform(request: Record) -> None:
    """Raises ServiceError."""
    resources, payload = request.get("TransformResources") or {}, request.get("MaxPayloadInMB", 6)
    if not str(resources.get("InstanceType")).startswith("ml.") or resources.get("InstanceCount") not in INSTANCES:
        raise refused(f"InstanceType must begin with ml., InstanceCount be 1 to 100; got {dict(resources)}.")
    if payload * max(request.get("MaxConcurrentTransforms", 1), 1) > MOST_PAYLOAD_MB:
        raise refused(f"MaxConcurrentTransforms times MaxPayloadInMB must not exceed {MOST_PAYLOAD_MB} MB.")
    source = ((request.get("TransformInput") or {}).get("DataSource") or {}).get("S3DataSource") or {}
    if source.get("S3DataType") != "ManifestFile":
        raise refused(f"Of S3DataType only ManifestFile is here; got {source.get('S3DataType')!r}.")
    for place in (source.get("S3Uri"), (request.get("TransformOutput") or {}).get("S3OutputPath")):
        if not re.fullmatch(r"(https|s3)://([^/]+)/?(.*)", str(place)):
            raise refused(f"S3Uri and S3OutputPath must begin with s3://; got {place!r}.")


def _check_capacity(variant: Record) -> None:
    serverless, counted = variant.get("ServerlessConfig"), variant.get("InstanceType")
    if bool(serverless) == bool(counted):
        raise refused(f"Variant {variant['VariantName']} needs either InstanceType or ServerlessConfig.")
    if counted and not (str(counted).startswith("ml.") and (variant.get("InitialInstanceCount") or 0) >= 1):
        raise refused(f"InstanceType must begin with ml., InitialInstanceCount be at least 1; got {dict(variant)}.")
    if serverless and (
        serverless.get("MemorySizeInMB") not in MEMORY_MB
        or not 1 <= (serverless.get("MaxConcurrency") or 0) <= MOST_CONCURRENCY
    ):
        raise refused(f"MemorySizeInMB must be one of {MEMORY_MB}, MaxConcurrency 1 to {MOST_CONCURRENCY}.")
