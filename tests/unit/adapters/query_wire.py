"""A client of a service that answers XML (the Query protocol): all it is asked succeeds, but for what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from moto.core.models import botocore_stubber

from tests.unit.adapters.wire import Raw

ERROR = "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>"
SUCCESS = "<{0}Response><{0}Result/></{0}Response>"


@dataclass
class QueryWire:
    """One client. `refusals` holds by operation codes and messages, each of one call; `broken` has all calls fail."""

    service: str
    refusals: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    broken: Exception | None = None
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        session: Any = boto3.Session()  # whose typed `client` wants the service's name as a literal
        self.client = session.client(self.service, config=Config(retries={"total_max_attempts": 1}))
        self.client.meta.events.register(f"provide-client-params.{self.service}", self._note)
        self.client.meta.events.unregister("before-send", botocore_stubber)  # moto answers nothing here
        self.client.meta.events.register(f"before-send.{self.service}", self._send)

    def last(self, operation: str) -> Mapping[str, Any]:
        """The parameters of its last call."""
        return [params for name, params in self.calls if name == operation][-1]

    def _note(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        self.calls.append((model.name, params))

    def _send(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        name = self.calls[-1][0]
        if self.broken is not None:
            raise EndpointConnectionError(endpoint_url=request.url, error=self.broken)
        refusals = self.refusals.get(name)
        status, body = (400, ERROR.format(*refusals.pop(0))) if refusals else (200, SUCCESS.format(name))
        raw: Any = Raw(body.encode())
        return AWSResponse(request.url, status, HTTPHeaders.from_dict({}), raw)
