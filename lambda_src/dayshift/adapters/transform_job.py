"""One transform job in SageMaker's shapes: how it is asked for, and what its description comes down to."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from dayshift.adapters.transform_files import Place
from dayshift.adapters.transform_model import TransformModel
from dayshift.domain.job_ports import Order, ServiceJob
from dayshift.domain.jobs import Phase

ENDED = ("Completed", "Failed", "Stopped")
UNDER_WAY = ("InProgress", "Stopping")
HOUR = timedelta(hours=1)
# SageMaker's own are ten minutes and three retries: forty minutes of machine for each image that a container hangs at.
PATIENCE = {"InvocationsTimeoutInSeconds": 300, "InvocationsMaxRetries": 1}


def request(order: Order, place: Place, model: TransformModel) -> dict[str, Any]:
    """What CreateTransformJob is told. An object is a body: nothing is split, and nothing put together."""
    return {
        "TransformJobName": order.name,
        "ModelName": model.name,
        "ModelClientConfig": PATIENCE,
        "BatchStrategy": "SingleRecord",
        "MaxPayloadInMB": model.payload_mb,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": place.url(place.manifest)}},
            "ContentType": model.content_type,
            "SplitType": "None",
            "CompressionType": "None",
        },
        "TransformOutput": {
            "S3OutputPath": place.url(place.output.rstrip("/")),
            "Accept": model.accept,
            "AssembleWith": "None",
            **({"KmsKeyId": model.kms_key_arn} if model.kms_key_arn else {}),
        },
        "TransformResources": {"InstanceType": model.instance_type, "InstanceCount": model.instance_count},
    }


def described(found: Mapping[str, Any], model: TransformModel) -> ServiceJob:
    """What DescribeTransformJob answered, with what the job has cost."""
    word, began = found["TransformJobStatus"], found.get("TransformStartTime")
    cost = _hours(began, found.get("TransformEndTime") or _date(found)) * model.usd_per_hour
    return ServiceJob(found["TransformJobName"], _phase(word, began), word, cost, found.get("FailureReason", ""))


def _phase(word: str, began: datetime | None) -> Phase:
    """A word that is new to us is reckoned as paid; what has not begun on its instances is not."""
    if word in ENDED:
        return Phase.ENDED
    return Phase.WAITING if word in UNDER_WAY and began is None else Phase.RUNNING


def _hours(began: datetime | None, until: datetime | None) -> float:
    """From the start on the instances to the end, as it is billed."""
    return 0.0 if began is None or until is None else max((until - began) / HOUR, 0.0)


def _date(found: Mapping[str, Any]) -> datetime | None:
    """SageMaker's own clock, for a job that has not ended."""
    told = found["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(told) if told else None
