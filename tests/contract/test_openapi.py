"""openapi.json is the one table of the API: what Terraform makes routes of, what Python serves, what clients read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import validator_for

import dayshift
from dayshift.bootstrap import api
from dayshift.domain.detections import Kind
from dayshift.domain.image_id import _ID, EXTENSIONS
from dayshift.domain.outlook import Wakefulness
from dayshift.domain.override import LONGEST
from dayshift.domain.policy import Kind as Power
from dayshift.services.api import recognise, results
from dayshift.services.api.serving import OPERATIONS
from dayshift.services.api.show import READ

DOCUMENT: Any = api.document()
SCHEMAS: Any = DOCUMENT["components"]["schemas"]
DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def contents(node: Any) -> Iterator[tuple[Any, Any]]:
    """Each schema of a body, with each example of it."""
    if isinstance(node, dict):
        if "schema" in node and ("example" in node or "examples" in node):
            examples = [node["example"]] if "example" in node else [each["value"] for each in node["examples"].values()]
            yield from ((node["schema"], example) for example in examples)
        for value in node.values():
            yield from contents(value)
    elif isinstance(node, list):
        for value in node:
            yield from contents(value)


def test_every_operation_has_its_function_and_every_function_its_operation() -> None:
    assert sorted(api.routes().values()) == sorted(OPERATIONS)
    assert len(api.routes()) == len(OPERATIONS)


def test_it_is_valid_json_schema_and_every_example_fits_its_schema() -> None:
    found = list(contents(DOCUMENT))
    assert len(found) > 15
    for schema, example in found:
        validator_for({**DIALECT, **schema, "components": DOCUMENT["components"]}, validate_formats=True).validate(
            example
        )


@pytest.mark.parametrize(
    ("route", "operation"), list(operations()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_operation_tells_what_may_go_wrong(route: str, operation: dict[str, Any]) -> None:
    said = {int(status) for status in operation["responses"]}
    assert said >= {401, 403, 429, 500, 503}, "by API Gateway, or by the function, at any time"
    assert ("requestBody" in operation) <= (said >= {413, 415, 422})
    assert ("{" in route) <= (404 in said)
    assert operation["summary"]


def test_no_operation_takes_a_url() -> None:
    """A server that fetches what it is told to is asked for what only it can reach."""
    asked = json.dumps([operation.get("requestBody") for _, operation in operations()])
    parameters = json.dumps(DOCUMENT["components"]["parameters"])
    for schema in ("UploadWish", "Minutes"):
        asked += json.dumps(SCHEMAS[schema])
        assert SCHEMAS[schema]["additionalProperties"] is False
    assert "uri" not in asked + parameters
    assert "url" not in (asked + parameters).lower()


def test_its_words_are_those_of_the_code() -> None:
    assert SCHEMAS["Detection"]["properties"]["kind"]["enum"] == [*map(str, Kind)]
    assert SCHEMAS["Model"]["properties"]["power"]["enum"] == [*map(str, Power), None]
    assert SCHEMAS["Model"]["properties"]["state"]["enum"] == [*map(str, Wakefulness)]
    assert SCHEMAS["Result"]["properties"]["status"]["enum"] == [*map(str, READ)]
    assert SCHEMAS["ContentType"]["enum"] == [*EXTENSIONS]
    assert SCHEMAS["Minutes"]["properties"]["minutes"]["maximum"] == LONGEST.total_seconds() / 60
    assert _ID.fullmatch(SCHEMAS["ImageId"]["examples"][0])
    text = json.dumps(DOCUMENT)
    assert f"at most {recognise.LONGEST_BODY:,} bytes" in text.lower()
    assert f"at most {results.IMAGES} images" in text


def test_it_lies_beside_the_code_and_is_served_from_there() -> None:
    assert json.loads(Path(dayshift.__file__).with_name("openapi.json").read_text()) == DOCUMENT
