"""The labeler: one model, its family's predictor, its records and its queue."""

from functools import cache

from dayshift.adapters.families import family_of
from dayshift.adapters.s3 import S3Records
from dayshift.adapters.sqs import SqsInbox
from dayshift.bootstrap import CALLS_IN_FLIGHT, client
from dayshift.services.label import LabelPorts
from dayshift.settings import LabelerSettings


@cache
def ports() -> LabelPorts:
    """The labeler's ports. Raises ConfigurationError."""
    settings = LabelerSettings.from_environment()
    return LabelPorts(
        model=settings.model,
        images_bucket=settings.images_bucket,
        predictor=family_of(settings.model).predictor(client, settings.model),
        records=S3Records(client("s3"), settings.results_bucket, settings.model.name),
        inbox=SqsInbox(lambda: client("sqs"), settings.queue_url),
        maximum_receive_count=settings.maximum_receive_count,
        calls_in_flight=CALLS_IN_FLIGHT,
    )
