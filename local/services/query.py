"""AWS's Query protocol, by botocore's model of a service: a form comes in, XML goes out.

The model says which member is a number and which a list, so no service here spells out its own requests and answers.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn
from xml.etree import ElementTree as ET

import botocore.session
from flask import Response, request

from local.services.service_error import ServiceError

Operation = Callable[[dict[str, Any]], dict[str, Any]]
Form = Mapping[str, str]
SERVER_ERROR = 500


class Query:
    """One service that speaks it, by boto3's name for it."""

    def __init__(self, service: str, operations: Mapping[str, Operation]) -> None:
        self.service, self.operations = service, operations
        self._model: Any = botocore.session.Session().get_service_model(service)
        self._namespace = self._model.metadata["xmlNamespace"]

    def is_meant(self, form: Form) -> bool:
        """Whether this request is for it: each service of this protocol has a version of its own."""
        return form.get("Version") == self._model.api_version

    def read(self, operation: str, form: Form) -> dict[str, Any]:
        """What the form says, by the operation's members."""
        shape = self._model.operation_model(operation).input_shape
        return dict(_read(shape, "", form) or {}) if shape is not None else {}

    def written(self, operation: str, answer: Mapping[str, Any]) -> bytes:
        """The answer as XML; members that the service does not know are left out."""
        shape = self._model.operation_model(operation).output_shape
        root = ET.Element(f"{operation}Response", xmlns=self._namespace)
        if shape is not None:
            _write(shape, ET.SubElement(root, shape.serialization["resultWrapper"]), answer)
        ET.SubElement(ET.SubElement(root, "ResponseMetadata"), "RequestId").text = str(uuid.uuid4())
        return bytes(ET.tostring(root, "utf-8"))

    def refused(self, error: ServiceError) -> bytes:
        """The error as XML."""
        root = ET.Element("ErrorResponse", xmlns=self._namespace)
        said = ET.SubElement(root, "Error")
        kind = "Receiver" if error.status >= SERVER_ERROR else "Sender"
        for name, text in (("Type", kind), ("Code", error.code), ("Message", error.message)):
            ET.SubElement(said, name).text = text
        ET.SubElement(root, "RequestId").text = str(uuid.uuid4())
        return bytes(ET.tostring(root, "utf-8"))

    def answer(self, before: Callable[[str], None]) -> Response:
        """Answers the request at hand; `before` is told the operation first and may refuse."""
        form = request.form.to_dict()
        name = form.get("Action", "")
        try:
            operation = self.operations.get(name) or _unknown(name, self)
            before(f"{self.service}.{name}")
            found = operation(self.read(name, form))
            return Response(self.written(name, found), content_type="text/xml")
        except ServiceError as error:
            return Response(self.refused(error), error.status, content_type="text/xml")


def _unknown(name: str, query: Query) -> NoReturn:
    known = ", ".join(query.operations)
    raise ServiceError("InvalidAction", f"{name or 'no action'} is not here; {query.service} has {known}")


def _read(shape: Any, prefix: str, form: Form) -> Any:
    """The value at this prefix, None if the form has nothing there."""
    match shape.type_name:
        case "structure":
            found = {name: _read(member, _place(prefix, name, member), form) for name, member in shape.members.items()}
            return {name: value for name, value in found.items() if value is not None} or None
        case "list":
            return _read_list(shape, prefix, form)
        case "integer":
            return int(form[prefix]) if prefix in form else None
        case "double":
            return float(form[prefix]) if prefix in form else None
        case "boolean":
            return form[prefix].lower() == "true" if prefix in form else None
        case _:
            return form.get(prefix)


def _place(prefix: str, name: str, member: Any) -> str:
    place = f"{prefix}{member.serialization.get('name', name)}"
    return f"{place}." if member.type_name == "structure" else place


def _read_list(shape: Any, prefix: str, form: Form) -> list[Any] | None:
    name, values = shape.member.serialization.get("name", "member"), list[Any]()
    while True:
        place = f"{prefix}.{name}.{len(values) + 1}"
        if not any(key == place or key.startswith(f"{place}.") for key in form):
            return values or ([] if prefix in form else None)  # an empty list is sent as its bare name
        values.append(_read(shape.member, f"{place}." if shape.member.type_name == "structure" else place, form))


def _write(shape: Any, element: ET.Element, value: Any) -> None:
    match shape.type_name:
        case "structure":
            for name, member in shape.members.items():
                if value.get(name) is not None:
                    child = ET.SubElement(element, member.serialization.get("name", name))
                    _write(member, child, value[name])
        case "list":
            for each in value:
                child = ET.SubElement(element, shape.member.serialization.get("name", "member"))
                _write(shape.member, child, each)
        case "boolean":
            element.text = "true" if value else "false"
        case "timestamp":
            at = datetime.fromtimestamp(value, UTC)
            element.text = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case _:
            element.text = str(value)
