"""The API's function as Lambda runs it, over moto; the service of a model that sleeps answers on the wire. Every reply
is held against openapi.json: its status, its headers and its body."""

import base64
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module, reload
from typing import Any

import boto3
import pytest
from jsonschema_rs import validator_for

from dayshift import bootstrap
from dayshift.bootstrap import api
from dayshift.domain.results import record_key
from tests.api_fakes import GERMAN
from tests.fakes import IMAGES, RESULTS
from tests.functions import Context
from tests.powered import PARAMETERS, TARGET, WEEK
from tests.unit.adapters.wire import Refusal, Wire

TABLE, INDEX = "acme-test-api-counts", "_models/index-01234567.json"
ADA = {"iss": "https://login.example.com/", "sub": "ada", "email": "ada@example.com"}
BOB = {"iss": "https://login.example.com/", "sub": "bob"}
SAID: Mapping[str, Any] = {
    "DetectCustomLabels": Refusal("ResourceNotReadyException"),
    "DetectLabels": {"Labels": [{"Name": "Flower", "Confidence": 98.5}], "LabelModelVersion": "3.0"},
    "DetectText": {"TextDetections": [], "TextModelVersion": "3.0"},
}
MAKE_CLIENT = api._client
# What API Gateway answers itself: no reply of the function's has to look so.
BY_GATEWAY = "GatewayMessage"


class ApiWorld:
    """Two models: `signs` of Rekognition, always there, and `logos` of Custom Labels, whose service sleeps at first.
    The buckets are those of the fixture `world`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, authentication: str = "jwt", images_a_day: int = 100) -> None:
        self.s3, self.ssm, self.sqs = boto3.client("s3"), boto3.client("ssm"), boto3.client("sqs")
        self.dynamodb: Any = boto3.client("dynamodb")
        self.wire = Wire("rekognition", dict(SAID))
        self.monkeypatch = monkeypatch
        self.used = set[str]()  # IAM actions
        self.queue_url = self.sqs.create_queue(QueueName="logos")["QueueUrl"]
        keys: Any = ("caller", "HASH"), ("day", "RANGE")
        self.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        )
        index = [
            {"name": "logos", "family": "custom_labels", "target": TARGET, "prefix": "incoming/logos/", "options": {},
             "queue_url": self.queue_url, "power": "office_hours"},
            {"name": "signs", "family": "rekognition", "target": None, "prefix": "incoming/signs/", "options": {},
             "queue_url": "https://queue", "power": None},
        ]  # fmt: skip
        self.index = json.dumps(index).encode()
        self.s3.put_object(Bucket=RESULTS, Key=INDEX, Body=self.index)
        self.hours(WEEK)
        for name, value in {
            "IMAGES_BUCKET": IMAGES, "RESULTS_BUCKET": RESULTS, "MODELS_KEY": INDEX, "PARAMETERS": PARAMETERS,
            "AUTHENTICATION": authentication, "COUNTS_TABLE": TABLE, "IMAGES_A_DAY": str(images_a_day),
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        self.handle = self.cold_start()

    def hours(self, windows: list[str]) -> None:
        """When logos is open."""
        spec = {
            "name": "logos", "family": "custom_labels", "target": TARGET, "prefix": "incoming/logos/", "options": {},
            "queue_url": self.queue_url, "queue_name": "logos", "mapping_uuid": "m", "power": "office_hours",
            "hours": {**GERMAN, "open": windows},
        }  # fmt: skip
        for name, value in {"spec": spec, "memory": {}, "override": {}}.items():
            self.ssm.put_parameter(
                Name=f"{PARAMETERS}/logos/{name}", Value=json.dumps(value), Type="String", Overwrite=True
            )

    def ask(self, route: str, claims: Mapping[str, str] | None = ADA, **parts: Any) -> dict[str, Any]:
        """The function's answer. `parts`: path, query, body (bytes, or a value for JSON), content_type."""
        answer: dict[str, Any] = self.handle(event(route, claims, **parts), Context())
        conforms(route, answer)
        if answer["headers"]["Content-Type"].endswith("json"):
            answer["body"] = json.loads(answer["body"])
        return answer

    def answered(self, key: str, model: str, version: str = "v1") -> None:
        """The image has its terminal record."""
        at = "2026-11-20T12:00:00Z"
        record: dict[str, Any] = {
            "status": "ok", "reason": None, "enqueued_at": at, "finished_at": at, "model": {"version": "labels 3.0"},
            "detections": [],
        }  # fmt: skip
        self.s3.put_object(Bucket=RESULTS, Key=record_key(model, key, version), Body=json.dumps(record).encode())

    def cold_start(self) -> Any:
        """The function in a new execution environment."""
        for cached in (
            bootstrap.client, bootstrap._session, api.settings, api.document, api.routes, api.ports, api._models,
            api._predictor, MAKE_CLIENT,
        ):  # fmt: skip
            cached.cache_clear()

        def client(service: str, config: Any) -> Any:
            return self.wire.client if service == "rekognition" else self._watched(MAKE_CLIENT(service, config))

        self.monkeypatch.setattr(api, "_client", client)
        self.monkeypatch.setattr(api, "client", lambda service: self._watched(bootstrap.client(service)))
        return reload(import_module("dayshift.handlers.api")).handle

    def _watched(self, client: Any) -> Any:
        client.meta.events.register("before-call", self._note, unique_id="note")
        return client

    def _note(self, model: Any, **_: object) -> None:
        self.used.add(f"{model.service_model.service_name}:{model.name}")


def event(
    route: str,
    claims: Mapping[str, str] | None,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: Any = None,
    content_type: str = "application/json",
) -> dict[str, Any]:
    """API Gateway's payload."""
    context: dict[str, Any] = {"requestId": "JKJaXmPLvHcESHA=", "routeKey": route, "stage": "api"}
    if claims is not None:
        context["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": []}}
    made: dict[str, Any] = {"version": "2.0", "routeKey": route, "headers": {}, "requestContext": context}
    if body is not None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        made |= {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}
        made["headers"]["content-type"] = content_type
    return made | {"pathParameters": dict(path or {}), "queryStringParameters": dict(query or {})}


def conforms(route: str, answer: Mapping[str, Any]) -> None:
    """The answer is one that openapi.json tells of."""
    method, path = route.split(" ")
    said = _followed(api.document()["paths"][path][method.lower()]["responses"].get(str(answer["statusCode"])))
    assert said, f"{route} does not tell of {answer['statusCode']}: {answer['body']}"
    media = answer["headers"]["Content-Type"].partition(";")[0]
    assert media in said["content"], f"{route} {answer['statusCode']} does not tell of {media}"
    schema = said["content"][media]["schema"]
    if media.endswith("json"):
        assert schema.get("$ref", "").rpartition("/")[2] != BY_GATEWAY
        _validator(json.dumps(schema)).validate(json.loads(answer["body"]))
    for name, reference in said.get("headers", {}).items():
        header = _followed(reference)
        assert name in answer["headers"] or not header.get("required", False), f"{name} is missing"
        if name in answer["headers"] and header["schema"]["type"] == "integer":
            assert re.fullmatch("[1-9][0-9]*", answer["headers"][name])


def _followed(value: Any) -> Any:
    """What a reference leads to; anything else as it is."""
    if not isinstance(value, dict) or "$ref" not in value:
        return value
    found: Any = api.document()
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


@cache
def _validator(schema: str) -> Any:
    whole = {**json.loads(schema), "components": api.document()["components"]}
    return validator_for({"$schema": "https://json-schema.org/draft/2020-12/schema", **whole}, validate_formats=True)
