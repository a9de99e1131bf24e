"""SageMaker Runtime: InvokeEndpoint and InvokeEndpointAsync, answered by the local container."""

import logging
import random
import re
import threading
import uuid
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from flask import Response, request

from local.services.container import Container, ContainerError
from local.services.endpoint import ANSWERING
from local.services.sagemaker_shapes import CONTAINERS
from local.services.sagemaker_store import SageMakerStore
from local.services.schedule_groups import Route
from local.services.service_error import ServiceError
from local.services.wire import answer

log = logging.getLogger("local.sagemaker")
MAXIMUM_BYTES = 6_291_456
HEADER = "X-Amzn-SageMaker-"
PLACE = re.compile(r"s3://([^/]+)/(.+)")
Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Running:
    """An endpoint that answers: its configuration, and the variant that this call reaches."""

    name: str
    configuration: Shape
    variant: str

    @property
    def environment(self) -> dict[str, str]:
        """Its container's."""
        return dict(self.configuration[CONTAINERS][self.variant].get("Environment") or {})


class SageMakerRuntime:
    """One method an operation; `routes` says where each is found."""

    def __init__(self, store: SageMakerStore, container: Container, s3: Any, seed: int = 0) -> None:
        self._store, self._container, self._s3 = store, container, s3
        self._region, self._account = store.place.split(":")[3:5]
        self._chance = random.Random(seed)

    def routes(self) -> tuple[Route, ...]:
        """Method, path, operation and function (botocore's model of the service)."""
        one = "/endpoints/<EndpointName>"
        return (
            ("POST", f"{one}/invocations", "InvokeEndpoint", self.invoke),
            ("POST", f"{one}/async-invocations", "InvokeEndpointAsync", self.invoke_async),
        )

    def invoke(self, EndpointName: str) -> Response:
        """The container's answer to these bytes."""
        body = request.get_data()
        if len(body) > MAXIMUM_BYTES:
            raise ServiceError("413", f"HTTP content length exceeded {MAXIMUM_BYTES} bytes.", 413)
        running = self._running(EndpointName, request.headers.get(f"{HEADER}Target-Variant"))
        if "AsyncInferenceConfig" in running.configuration:
            raise invalid(f"Endpoint {EndpointName} is an asynchronous one: InvokeEndpointAsync is what it answers.")
        content_type, accept = (request.headers.get(name) or "" for name in ("Content-Type", "Accept"))
        try:
            said = self._container.answer(running.environment, body, content_type, accept)
        except ContainerError as error:
            raise self._model_error(running, error) from error
        response = Response(said, content_type="application/json")
        response.headers["x-Amzn-Invoked-Production-Variant"] = running.variant
        return response

    def invoke_async(self, EndpointName: str) -> Response:
        """Takes the order; what the container answers will lie in S3."""
        given = PLACE.fullmatch(request.headers.get(f"{HEADER}InputLocation") or "")
        if given is None:
            raise invalid("InputLocation must look like s3://bucket/key")
        running = self._running(EndpointName, None)
        if "AsyncInferenceConfig" not in running.configuration:
            raise invalid(f"Endpoint {EndpointName} is not an asynchronous one: InvokeEndpoint is what it answers.")
        output = running.configuration["AsyncInferenceConfig"]["OutputConfig"]
        number = request.headers.get(f"{HEADER}Inference-Id") or str(uuid.uuid4())
        name = request.headers.get(f"{HEADER}Filename") or f"{uuid.uuid4()}.out"
        further = (request.headers.get(f"{HEADER}S3OutputPathExtension") or "").strip("/")
        places = {
            kind: "/".join(part for part in (output[kind].rstrip("/"), further, name) if part)
            for kind in ("S3OutputPath", "S3FailurePath")
            if output.get(kind)
        }
        kinds = tuple(request.headers.get(f"{HEADER}{header}") or "" for header in ("Content-Type", "Accept"))
        work = (running, given.groups(), places, kinds)
        threading.Thread(target=self._work, args=work, name="async", daemon=True).start()
        response = answer({"InferenceId": number})
        response.status_code = 202
        for kind, header in (("S3OutputPath", "OutputLocation"), ("S3FailurePath", "FailureLocation")):
            if kind in places:
                response.headers[f"{HEADER}{header}"] = places[kind]
        return response

    def _work(self, running: Running, given: tuple[str, str], places: dict[str, str], kinds: tuple[str, str]) -> None:
        """Reads, asks, writes; a failure is written beside, where there is a place for it."""
        try:
            body = self._s3.get_object(Bucket=given[0], Key=given[1])["Body"].read()
            said, place = self._container.answer(running.environment, body, *kinds), places.get("S3OutputPath")
        except ContainerError as error:
            said, place = self._message(running, error).encode(), places.get("S3FailurePath")
        except (ClientError, BotoCoreError) as error:
            said, place = f"Failed to download the input: {error}".encode(), places.get("S3FailurePath")
        if place is None or (to := PLACE.fullmatch(place)) is None:
            log.warning("%s: nowhere to write %r", running.name, said[:200])
            return
        self._s3.put_object(Bucket=to[1], Key=to[2], Body=said, ContentType="application/json")

    def _running(self, name: str, variant: str | None) -> Running:
        with self._store.open() as book:
            endpoint = book.endpoints.get(name)
            if endpoint is None or endpoint.status not in ANSWERING:
                raise invalid(f"Endpoint {name} of account {self._account} not found.")
            configuration = endpoint.configuration
        weights = {each["VariantName"]: each["InitialVariantWeight"] for each in configuration["ProductionVariants"]}
        if variant is not None and variant not in weights:
            raise invalid(f"Variant {variant} of endpoint {name} not found.")
        reached = self._chance.choices(list(weights), [weight or 1e-9 for weight in weights.values()])[0]
        return Running(name, configuration, variant or reached)

    def _model_error(self, running: Running, error: ContainerError) -> ServiceError:
        stream = f"arn:aws:logs:{self._region}:{self._account}:log-group:/aws/sagemaker/Endpoints/{running.name}"
        more = {"OriginalStatusCode": error.status, "OriginalMessage": error.message, "LogStreamArn": stream}
        return ServiceError("ModelError", self._message(running, error), 424, more)

    def _message(self, running: Running, error: ContainerError) -> str:
        whose = "client" if error.status < 500 else "server"
        return (
            f'Received {whose} error ({error.status}) from primary with message "{error.message}". See '
            f"/aws/sagemaker/Endpoints/{running.name} in account {self._account} for more information."
        )


def invalid(message: str) -> ServiceError:
    """The runtime's own word, not the control plane's."""
    return ServiceError("ValidationError", message)
