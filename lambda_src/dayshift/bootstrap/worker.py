"""The worker: the labeler's ports, with a queue, a gate and a machine of its own around them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.utils import METADATA_BASE_URL

from dayshift.adapters.gate_parameter import GateParameter
from dayshift.adapters.instance import Ec2Machine
from dayshift.adapters.instance_metadata import InstanceMetadata
from dayshift.adapters.s3 import S3Records
from dayshift.adapters.watchdog import Watchdog
from dayshift.adapters.worker_gate import WorkerGate
from dayshift.adapters.worker_mailbox import LONG_POLL_SECONDS, SqsMailbox
from dayshift.bootstrap import CONFIG, READ_TIMEOUT_SECONDS, _session, client
from dayshift.bootstrap.faces import face_predictor
from dayshift.domain.messages import Envelope
from dayshift.faces.children import processors
from dayshift.services.label import LabelPorts
from dayshift.services.work import WorkPorts
from dayshift.settings import WorkerSettings

Envelopes = Callable[[Iterable[Mapping[str, Any]], str], tuple[Envelope, ...]]
# For each processor: while one is read, another comes from S3 or its record goes there; two more wait with them, as SQS
# is slow too. Two in hand, one after the other, left a processor idle for a quarter of its time (bench/fleet).
IN_HAND, AT_ONCE = 4, 2


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker's ports, and those of its parts that its process itself has to do with.

    `prepare` loads the model; it raises TransientError.
    """

    ports: WorkPorts
    prepare: Callable[[], None]
    machine: Ec2Machine
    watchdog: Watchdog


def worker(envelopes: Envelopes, say: Callable[[str], None]) -> Worker:
    """A worker of family face_fleet, with one child a processor. Raises ConfigurationError.

    `envelopes` reads what the queue hands out for a model; `say` is told what goes wrong around the images.
    """
    settings = WorkerSettings.from_environment()
    label, cpus = settings.labeler, processors()

    def read(messages: Iterable[Mapping[str, Any]]) -> tuple[Envelope, ...]:
        return envelopes(messages, label.model.name)

    mailbox = SqsMailbox(
        queue_client(),
        label.queue_url,
        read,
        at_once=IN_HAND * cpus,
        visibility_seconds=settings.visibility_seconds,
        say=say,
    )
    machine = Ec2Machine(metadata(), client("autoscaling"), settings.group_name, say=say)
    watchdog = Watchdog(settings.watchdog_address)
    predictor = face_predictor(
        client("s3"),
        label.model,
        results_bucket=label.results_bucket,
        models_folder=settings.models_folder,
        children=cpus,
        alive=watchdog.alive,
    )
    labelling = LabelPorts(
        model=label.model,
        images_bucket=label.images_bucket,
        predictor=predictor,
        records=S3Records(client("s3"), label.results_bucket, label.model.name),
        inbox=mailbox,
        maximum_receive_count=label.maximum_receive_count,
        calls_in_flight=AT_ONCE * cpus,
    )
    gate = WorkerGate(GateParameter(client("ssm"), settings.gate_parameter))
    ports = WorkPorts(labelling, mailbox, gate, machine)
    return Worker(ports, predictor.prepare, machine, watchdog)


@cache
def queue_client() -> Any:
    """SQS for one that waits for messages: it must have more patience than the long poll, or it loses what comes."""
    patience = Config(read_timeout=LONG_POLL_SECONDS + READ_TIMEOUT_SECONDS)
    return _session().client("sqs", config=CONFIG.merge(patience))


def metadata() -> InstanceMetadata:
    """The metadata service where boto3 itself looks for it (AWS_EC2_METADATA_SERVICE_ENDPOINT)."""
    endpoint = botocore.session.Session().get_config_variable("ec2_metadata_service_endpoint")
    return InstanceMetadata(endpoint or METADATA_BASE_URL)
