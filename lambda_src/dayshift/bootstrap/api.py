"""The API: its settings, its document and routes, and the ports of all models."""

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from botocore.config import Config

import dayshift
from dayshift import bootstrap
from dayshift.adapters.answers import S3Answers
from dayshift.adapters.aws_errors import surroundings
from dayshift.adapters.counts import DynamoDbCounts
from dayshift.adapters.families import family_of
from dayshift.adapters.powered_models import SsmPoweredModels
from dayshift.adapters.read_by_workers import ReadByWorkers
from dayshift.adapters.sqs import SqsQueue
from dayshift.adapters.uploads import S3Uploads
from dayshift.bootstrap import CALLS_IN_FLIGHT, CONFIG, client
from dayshift.domain.api_model import ApiModel, models_from_json
from dayshift.domain.errors import TransientError
from dayshift.domain.ports import Predictor
from dayshift.services.api.ports import ApiPorts
from dayshift.settings import ApiSettings

# A model that does not answer must leave time to keep the image: two calls and the PUT are done within the 29 s that
# the function has, and the queue asks again.
MODEL_CONFIG = CONFIG.merge(Config(read_timeout=8, retries={"mode": "standard", "total_max_attempts": 1}))
# The form names the bucket by its host name in the Region: the one without a Region redirects for hours after a bucket
# is made, and a browser follows no redirect of a form from another origin.
FORM_CONFIG = CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


@cache
def settings() -> ApiSettings:
    """The function's settings. Raises ConfigurationError."""
    return ApiSettings.from_environment()


@cache
def document() -> Mapping[str, Any]:
    """The API's document, which lies beside the code."""
    text: Mapping[str, Any] = json.loads(Path(dayshift.__file__).with_name("openapi.json").read_text("utf-8"))
    return text


@cache
def routes() -> Mapping[str, str]:
    """The operation of each route: "POST /images" is "createUpload"."""
    return {
        f"{method.upper()} {path}": operation["operationId"]
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
    }


@cache
def ports() -> ApiPorts:
    """The API's ports. Raises ConfigurationError, and TransientError where the index of models cannot be read."""
    found, models = settings(), _models()
    return ApiPorts(
        authentication=found.authentication,
        models=models,
        predictor=_predictor,
        queues={name: SqsQueue(client("sqs"), model.queue_url) for name, model in models.items() if model.power},
        powered=SsmPoweredModels(client("ssm"), found.parameters),
        uploads=S3Uploads(_client("s3", FORM_CONFIG), found.images_bucket),
        answers=S3Answers(client("s3"), found.results_bucket, CALLS_IN_FLIGHT),
        counts=DynamoDbCounts(client("dynamodb"), found.counts_table, found.images_a_day),
        document=document(),
        new_digits=lambda: uuid4().hex,
    )


def warm_ports() -> None:
    """Makes the ports, unless their index cannot be read now: then the first requests are told so, and try again."""
    with suppress(TransientError):
        ports()


@cache
def _models() -> Mapping[str, ApiModel]:
    with surroundings("reading the index of models"):
        answer = client("s3").get_object(Bucket=settings().results_bucket, Key=settings().models_key)
        return models_from_json(answer["Body"].read().decode())


@cache
def _predictor(name: str) -> Predictor:
    spec = _models()[name].spec
    family = family_of(spec)
    if family.limits is not None:
        return ReadByWorkers(family.limits())
    return family.predictor(lambda service: _client(service, MODEL_CONFIG), spec)


@cache
def _client(service: str, config: Config) -> Any:
    return bootstrap._session().client(service, config=config)
