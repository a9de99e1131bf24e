"""The expander: the archives of all models, and for each model what its images are handed over with."""

from functools import cache

from dayshift.adapters.archive_reader import S3Archives
from dayshift.adapters.expanded import S3Endings, S3ExpandedImages, S3Manifests
from dayshift.adapters.families import family_of, widest_limits
from dayshift.adapters.s3 import S3Records
from dayshift.adapters.sqs import SqsInbox, SqsQueue
from dayshift.bootstrap import client
from dayshift.domain.model import ModelSpec
from dayshift.domain.routing import Route
from dayshift.services.expand import ExpandPorts, Reading
from dayshift.settings import ExpanderSettings


@cache
def ports() -> ExpandPorts:
    """The expander's ports. Raises ConfigurationError."""
    settings = ExpanderSettings.from_environment()
    return ExpandPorts(
        images_bucket=settings.images_bucket,
        models={route.model: _reading(route, settings.results_bucket) for route in settings.routes},
        archives=S3Archives(client("s3")),
        expanded=S3ExpandedImages(client("s3"), settings.images_bucket),
        inbox=SqsInbox(lambda: client("sqs"), settings.queue_url),
        maximum_receive_count=settings.maximum_receive_count,
    )


def _reading(route: Route, results_bucket: str) -> Reading:
    s3, model = client("s3"), ModelSpec(route.model, route.family, None, route.prefix)
    return Reading(
        model=model,
        limits=widest_limits(model),
        records=S3Records(s3, results_bucket, route.model),
        queue=SqsQueue(client("sqs"), route.queue_url),
        manifests=S3Manifests(s3, results_bucket, route.model),
        endings=S3Endings(s3, results_bucket, route.model),
        takes_whole=family_of(model).whole_archives,
    )
