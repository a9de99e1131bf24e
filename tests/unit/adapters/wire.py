"""A client whose every call is answered on the wire, for what moto does not have: real requests, real parsing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from threading import local
from typing import Any
from xml.sax.saxutils import escape

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from moto.core.models import botocore_stubber

# What any service may say besides what its model declares.
UNDECLARED = ("InternalFailure", "ServiceUnavailable", "ExpiredTokenException", "UnrecognizedClientException", "New")


@dataclass(frozen=True)
class Refusal:
    """An error, as JSON services say it."""

    code: str
    message: str = "the service's own words"
    fields: Mapping[str, Any] = field(default_factory=dict)  # what else the error's shape has


@dataclass(frozen=True)
class Payload:
    """An answer whose body is not the service's JSON but somebody's bytes; its fields are in headers."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Mapping[str, Any] | Refusal | Payload | BaseException


class Raw(BytesIO):
    """A body as urllib3 would hand it over."""

    def stream(self, *_: object, **__: object) -> Any:
        yield self.read()


@dataclass
class Wire:
    """One client. `answers` holds by operation an answer, or a function from the request's parameters to one."""

    service: str
    answers: dict[str, Answer | Callable[[Mapping[str, Any]], Answer]] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    attempts: int = 1  # of the client, until it gives up
    _asked: local = field(default_factory=local)  # each thread is answered what it asked

    def __post_init__(self) -> None:
        session: Any = boto3.Session()  # whose typed `client` wants the service's name as a literal
        self.client = session.client(
            self.service, config=Config(retries={"mode": "standard", "total_max_attempts": self.attempts})
        )
        self.client.meta.events.register(f"provide-client-params.{self.service}", self._note)
        self.client.meta.events.unregister("before-send", botocore_stubber)  # moto answers nothing here
        self.client.meta.events.register(f"before-send.{self.service}", self._send)

    @property
    def asked(self) -> list[str]:
        """The operations, in order."""
        return [name for name, _ in self.calls]

    def last(self, operation: str) -> Mapping[str, Any]:
        """The parameters of its last call."""
        return [params for name, params in self.calls if name == operation][-1]

    def _note(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        self.calls.append((model.name, params))
        self._asked.call = (model.name, params)

    def _send(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        name, params = self._asked.call
        given = self.answers[name]
        answer = given(params) if callable(given) else given
        if isinstance(answer, BaseException):
            raise answer
        status, headers, body = 200, {}, b""
        match answer:
            case _ if self.client.meta.service_model.metadata["protocol"] == "query":
                status, body = in_xml(name, answer)
            case Refusal(code, message, fields):
                status, headers = 400, {"x-amzn-errortype": code}
                body = json.dumps({"__type": code, "message": message, **fields}).encode()
            case Payload():
                headers, body = dict(answer.headers), answer.body
            case _:
                body = json.dumps(answer).encode()
        raw: Any = Raw(body)
        return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), raw)


def in_xml(operation: str, answer: Any) -> tuple[int, bytes]:
    """Status and body, as services of the older Query protocol say it."""
    if isinstance(answer, Refusal):
        error = {"Code": answer.code, "Message": answer.message}
        return 400, f"<ErrorResponse><Error>{_elements(error)}</Error></ErrorResponse>".encode()
    result = f"<{operation}Result>{_elements(answer)}</{operation}Result>"
    return 200, f"<{operation}Response>{result}</{operation}Response>".encode()


def _elements(value: Any) -> str:
    match value:
        case Mapping():
            return "".join(f"<{name}>{_elements(each)}</{name}>" for name, each in value.items())
        case list() | tuple():
            return "".join(f"<member>{_elements(each)}</member>" for each in value)
        case bool():
            return str(value).lower()
        case _:
            return escape(str(value))


def declared(service: str, *operations: str) -> list[str]:
    """The codes of all errors that a service's model declares for these operations, and of some that none declares."""
    model = botocore.session.get_session().get_service_model(service)
    shapes = (shape for name in operations for shape in model.operation_model(name).error_shapes)
    return sorted({str(shape.metadata.get("error", {}).get("code") or shape.name) for shape in shapes} | {*UNDECLARED})
