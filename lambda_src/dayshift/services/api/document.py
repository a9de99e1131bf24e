"""Document: the API's own, as it is for this deployment."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from dayshift.domain.web import Reply, Request
from dayshift.services.api.asking import OPEN, caller_of
from dayshift.services.api.ports import ApiPorts


def get_document(request: Request, ports: ApiPorts, now: datetime) -> Reply:
    """With the models that there are, of which one must be named where there are several, and the one way to
    authenticate."""
    caller_of(request, ports)
    document: dict[str, Any] = deepcopy(dict(ports.document))
    document["security"] = [] if ports.authentication == OPEN else [{ports.authentication: []}]
    schemas, parameters = document["components"]["schemas"], document["components"]["parameters"]
    schemas["ModelName"] = {"type": "string", "enum": [*ports.models]}
    if len(ports.models) > 1:
        schemas["UploadWish"]["required"] = ["model", "content_type"]
        parameters["ModelQuery"]["required"] = True
    return Reply(200, document)
