"""Jobs: one model, its book, its queue, its records, and the service outside."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from botocore.config import Config

from dayshift import bootstrap
from dayshift.adapters.expanded import S3Manifests
from dayshift.adapters.gate_parameter import GateParameter
from dayshift.adapters.gpu_job import job_service
from dayshift.adapters.image_bytes import S3ImageContents
from dayshift.adapters.job_book import S3ClosedJobs, S3JobBook
from dayshift.adapters.s3 import S3Records
from dayshift.adapters.sqs import BATCH, SqsQueue
from dayshift.adapters.worker_mailbox import SqsMailbox
from dayshift.bootstrap import CONFIG, client
from dayshift.domain.job_steps import Rules
from dayshift.domain.messages import Envelope
from dayshift.domain.worker_ports import WorkGate
from dayshift.job_settings import JobsSettings
from dayshift.services.job_desk import JobPorts

Envelopes = Callable[[Iterable[Mapping[str, Any]], str], tuple[Envelope, ...]]
VISIBILITY_SECONDS = 1800  # the queue's own: six times the function's timeout
# A presigned URL names the bucket by its host name in the Region, as the API's upload form does.
SIGNER_CONFIG = CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


class AlwaysOpen:
    """The gate of a model without power."""

    def is_open(self) -> bool:
        """Its jobs may begin at any time."""
        return True


@cache
def settings() -> JobsSettings:
    """The function's settings. Raises ConfigurationError."""
    return JobsSettings.from_environment()


@cache
def ports(envelopes: Envelopes, say: Callable[[str], None]) -> JobPorts:
    """The ports of the model's jobs. Raises ConfigurationError.

    `envelopes` reads what the queue hands out for a model; `say` is told what goes wrong around the messages.
    """
    found, s3 = settings(), client("s3")
    label = found.labeler
    name, results = label.model.name, label.results_bucket

    def read(messages: Iterable[Mapping[str, Any]]) -> tuple[Envelope, ...]:
        return envelopes(messages, name)

    return JobPorts(
        model=label.model,
        images_bucket=label.images_bucket,
        maximum_receive_count=label.maximum_receive_count,
        rules=Rules(found.terms, found.deployment),
        service=job_service(client, _signer(), label.model, results, found.service_url),
        book=S3JobBook(s3, results, name),
        closed=S3ClosedJobs(s3, results, name),
        mailbox=SqsMailbox(
            client("sqs"),
            label.queue_url,
            read,
            at_once=BATCH,
            visibility_seconds=VISIBILITY_SECONDS,
            say=say,
            wait_seconds=0,
        ),
        records=S3Records(s3, results, name),
        manifests=S3Manifests(s3, results, name),
        contents=S3ImageContents(s3),
        archives=SqsQueue(client("sqs"), found.archives_queue_url),
        gate=_gate(found.gate_parameter),
    )


def _gate(parameter: str) -> WorkGate:
    return GateParameter(client("ssm"), parameter) if parameter else AlwaysOpen()


@cache
def _signer() -> Any:
    return bootstrap._session().client("s3", config=SIGNER_CONFIG)
