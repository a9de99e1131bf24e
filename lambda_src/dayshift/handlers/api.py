"""A request to the HTTP API becomes its answer."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from dayshift import events
from dayshift.bootstrap import api, logger, metrics, warm
from dayshift.domain.web import Reply, Request
from dayshift.handlers import clock
from dayshift.services.api.serving import serve, unforeseen

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

warm(api.warm_ports)


def handle(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answers API Gateway. `event` is its payload 2.0, drawn in events.py; the routes are those of openapi.json."""
    logger.append_keys(request_id=context.aws_request_id)
    request = events.request_from_api(event)
    try:
        reply = serve(request, api.routes(), api.ports, clock.now(api.settings().clock_url))
    except Exception:  # noqa: BLE001 - the caller gets a problem document, the log the error, the alarm on 5xx rings
        logger.exception("request_failed", route=request.route)
        reply = unforeseen(request.request_id)
    report(request, reply)
    return events.api_reply(reply)


def report(request: Request, reply: Reply) -> None:
    """One line in the log for each request; what an image cost, as a metric of its model. Never a body."""
    owner = request.caller.owner if request.caller else None
    logger.info("request_answered", route=request.route, status=reply.status, owner=owner, **reply.notes)
    if cost_usd := reply.notes.get("cost_usd"):
        metrics.add_dimension("model", reply.notes["model"])
        metrics.add_metric("CostUsd", MetricUnit.NoUnit, cost_usd)
        metrics.flush_metrics()
