"""Serving: each request to its operation, and each error to a problem document."""

from collections.abc import Callable, Mapping
from datetime import datetime

from dayshift.domain.errors import ConfigurationError, TransientError
from dayshift.domain.web import ProblemError, Reply, Request, problem
from dayshift.services.api.document import get_document
from dayshift.services.api.models import list_models
from dayshift.services.api.ports import ApiPorts, Operation
from dayshift.services.api.recognise import recognize
from dayshift.services.api.results import get_results
from dayshift.services.api.show import get_image
from dayshift.services.api.switch import switch_auto, switch_off, switch_on
from dayshift.services.api.upload import create_upload

TRY_AGAIN_SECONDS = 5


OPERATIONS: Mapping[str, Operation] = {
    "createUpload": create_upload,
    "getDocument": get_document,
    "getImage": get_image,
    "getResults": get_results,
    "listModels": list_models,
    "recognize": recognize,
    "switchAuto": switch_auto,
    "switchOff": switch_off,
    "switchOn": switch_on,
}


def serve(request: Request, routes: Mapping[str, str], ports: Callable[[], ApiPorts], now: datetime) -> Reply:
    """The reply to a request, whose route names its operation. Only what nobody foresaw is raised."""
    try:
        return OPERATIONS[routes[request.route]](request, ports(), now)
    except ProblemError as error:
        return problem(error, request.request_id)
    except (TransientError, ConfigurationError) as error:
        told = ProblemError(503, "A service that this needs does not answer; try again.", TRY_AGAIN_SECONDS)
        return _noted(problem(told, request.request_id), error)


def unforeseen(request_id: str) -> Reply:
    """The reply to a bug."""
    return problem(ProblemError(500, "Something went wrong that nobody foresaw; it is in the log."), request_id)


def _noted(reply: Reply, error: Exception) -> Reply:
    return Reply(reply.status, reply.body, reply.headers, reply.content_type, {"reason": str(error)})
