"""The producer: its settings, a queue for each model, and that of archives."""

from functools import cache

from dayshift.adapters.sqs import SqsQueue
from dayshift.bootstrap import client
from dayshift.services.enqueue import EnqueuePorts
from dayshift.settings import ProducerSettings


@cache
def ports() -> EnqueuePorts:
    """The producer's ports. Raises ConfigurationError."""
    settings = ProducerSettings.from_environment()
    queues = {route.model: SqsQueue(client("sqs"), route.queue_url) for route in settings.routes}
    archives = SqsQueue(client("sqs"), settings.archives_queue_url)
    return EnqueuePorts(settings.images_bucket, settings.routes, queues, archives)
