"""The families: how each is made from a model. A new family is one or two files beside this one and one row here.

A family's modules are imported when a model of it is made: a labeler never loads another family, nor what starts and
stops its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.images import Limits
from dayshift.domain.model import ModelSpec
from dayshift.domain.ports import OwnedPower, Predictor

Client = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Family:
    """How a family reads images, and how it is started and stopped: None for one that is always there.

    `Client` gives the boto3 client of a service by its name; the text is the deployment, as it marks what it owns.
    `limits`: of a family that only workers of its own can read with, since no Lambda function has its libraries.
    `widest`: what any model of the family may read, for whoever knows no model's options; None where that is `limits`.
    `whole_archives`: it reads many images at once, and is told of an archive's together, by the archive's own request.
    """

    predictor: Callable[[Client, ModelSpec], Predictor]
    power: Callable[[Client, ModelSpec, str], OwnedPower] | None = None
    limits: Callable[[], Limits] | None = None
    widest: Callable[[], Limits] | None = None
    whole_archives: bool = False


def _rekognition(client: Client, model: ModelSpec) -> Predictor:
    from dayshift.adapters.rekognition import RekognitionPredictor

    return RekognitionPredictor(client("rekognition"), client("s3"), model)


def _rekognition_limits() -> Limits:
    from dayshift.adapters.rekognition import LIMITS

    return LIMITS


def _custom_labels(client: Client, model: ModelSpec) -> Predictor:
    from dayshift.adapters.custom_labels import CustomLabelsPredictor

    return CustomLabelsPredictor(client("rekognition"), client("s3"), model)


def _custom_labels_limits() -> Limits:
    from dayshift.adapters.custom_labels import LIMITS

    return LIMITS


def _custom_labels_power(client: Client, model: ModelSpec, deployment: str) -> OwnedPower:
    from dayshift.adapters.custom_labels_power import CustomLabelsPower

    return CustomLabelsPower(client("rekognition"), model, deployment)


def _sagemaker(client: Client, model: ModelSpec) -> Predictor:
    if model.options.get("asynchronous"):
        from dayshift.adapters.sagemaker_async import SagemakerAsyncPredictor

        return SagemakerAsyncPredictor(client("sagemaker-runtime"), client("s3"), model)
    from dayshift.adapters.sagemaker import SagemakerPredictor

    return SagemakerPredictor(client("sagemaker-runtime"), client("s3"), model)


def _sagemaker_limits() -> Limits:
    from dayshift.adapters.sagemaker_endpoint import WIDEST

    return WIDEST


def _sagemaker_power(client: Client, model: ModelSpec, deployment: str) -> OwnedPower:
    from dayshift.adapters.sagemaker_power import SagemakerPower

    return SagemakerPower(client("sagemaker"), client("sagemaker-runtime"), model, deployment)


def _face_fleet(client: Client, model: ModelSpec) -> Predictor:
    from dayshift.adapters.face_fleet import FaceFleetPredictor

    return FaceFleetPredictor(client("s3"), model)


def _face_fleet_power(client: Client, model: ModelSpec, deployment: str) -> OwnedPower:
    from dayshift.adapters.face_fleet_power import FaceFleetPower

    return FaceFleetPower(client("autoscaling"), model, deployment)


def _face_fleet_limits() -> Limits:
    from dayshift.adapters.face_fleet import LIMITS

    return LIMITS


def _gpu_job(client: Client, model: ModelSpec) -> Predictor:
    from dayshift.adapters.gpu_job import LIMITS
    from dayshift.adapters.read_by_workers import ReadByWorkers

    return ReadByWorkers(LIMITS)


def _gpu_job_limits() -> Limits:
    from dayshift.adapters.gpu_job import LIMITS

    return LIMITS


FAMILIES: Mapping[str, Family] = {
    "rekognition": Family(_rekognition, widest=_rekognition_limits),
    "custom_labels": Family(_custom_labels, _custom_labels_power, widest=_custom_labels_limits),
    "sagemaker": Family(_sagemaker, _sagemaker_power, widest=_sagemaker_limits),
    "face_fleet": Family(_face_fleet, _face_fleet_power, _face_fleet_limits),
    "gpu_job": Family(_gpu_job, limits=_gpu_job_limits, whole_archives=True),
}


def family_of(model: ModelSpec) -> Family:
    """The family of a model; raises ConfigurationError for a word that is none."""
    if model.family not in FAMILIES:
        raise ConfigurationError(f"a model's family must be one of {sorted(FAMILIES)}; got {model.family!r}")
    return FAMILIES[model.family]


def widest_limits(model: ModelSpec) -> Limits:
    """What any model of this one's family may read: its own limits are no wider. Raises ConfigurationError."""
    family = family_of(model)
    told = family.widest or family.limits
    if told is None:
        raise ConfigurationError(f"family {model.family!r} tells nobody what it reads: its row needs `widest`")
    return told()
