"""Requests of API Gateway as values of ours, and replies as it wants them."""

import json
from pathlib import Path
from typing import Any

import pytest

from dayshift import events
from dayshift.domain.caller import Caller
from dayshift.domain.errors import ForeignMessageError
from dayshift.domain.web import ProblemError, Reply, problem

EVENTS = Path(__file__).parents[1] / "events"


def event(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((EVENTS / f"api_{name}.json").read_text())
    return value


def test_a_signed_request_with_an_image() -> None:
    request = events.request_from_api(event("iam"))
    assert (request.route, request.query, request.path) == ("POST /recognize", {"model": "signs"}, {})
    assert (request.content_type, request.body) == ("image/jpeg", b"\xff\xd8\xff\xdb\x00")
    assert request.request_id == "JKJaXmPLvHcESHA="
    assert request.caller == Caller.of_principal("123456789012", "AROAEXAMPLE", "ada")


def test_a_request_with_a_token() -> None:
    request = events.request_from_api(event("jwt"))
    assert (request.route, request.body, request.query) == ("GET /images/{id}", b"", {})
    assert request.path == {"id": "signs.9f1c2d3e4b5a69788796a5b4c3d2e1f0.jpg"}
    assert request.caller == Caller.of_token("https://login.example.com/", "5f1d7a9c-ada0", "ada@example.com")


@pytest.mark.parametrize(
    "authorizer",
    [
        None, {}, {"jwt": None}, {"jwt": {"claims": {"iss": "x"}}}, {"iam": {}},
        {"iam": {"accountId": "1", "userId": None}}, {"lambda": {"sub": "ada"}},
    ],
)  # fmt: skip
def test_whom_the_gateway_did_not_verify_is_nobody(authorizer: object) -> None:
    given = event("iam")
    given["requestContext"]["authorizer"] = authorizer
    assert events.request_from_api(given).caller is None


def test_nothing_that_a_client_sends_makes_a_caller() -> None:
    given = event("iam")
    del given["requestContext"]["authorizer"]
    given["headers"] |= {"x-amzn-iam-user": "ada", "x-caller": "ada"}
    given["queryStringParameters"] |= {"caller": "ada", "owner": "0123456789abcdef"}
    assert events.request_from_api(given).caller is None


@pytest.mark.parametrize(
    ("header", "content_type"),
    [
        ("IMAGE/JPEG", "image/jpeg"),
        ("image/png; charset=binary", "image/png"),
        (" application/json ;", "application/json"),
    ],
)
def test_a_content_type_is_read_without_its_parameters(header: str, content_type: str) -> None:
    given = event("iam")
    given["headers"]["content-type"] = header
    assert events.request_from_api(given).content_type == content_type


def test_text_comes_as_it_is() -> None:
    given = event("jwt") | {"body": '{"minutes": 5}', "isBase64Encoded": False}
    assert events.request_from_api(given).body == b'{"minutes": 5}'


@pytest.mark.parametrize(
    "given",
    [{}, {"routeKey": "GET /models"}, {"Records": []}, {**event("iam"), "body": "/9j", "isBase64Encoded": True}],
)
def test_what_is_no_request_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ForeignMessageError, match="not a request of API Gateway"):
        events.request_from_api(given)


def test_a_reply_is_json_that_nobody_may_keep() -> None:
    reply = events.api_reply(Reply(202, {"name": "Straße"}, {"Retry-After": "5"}))
    assert reply["statusCode"] == 202
    assert json.loads(reply["body"]) == {"name": "Straße"}
    assert reply["headers"] == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Retry-After": "5",
    }
    assert events.api_reply(Reply(200, "a,b\r\n", content_type="text/csv"))["body"] == "a,b\r\n"


def test_a_problem_is_told_with_the_requests_id_and_without_names_of_aws() -> None:
    role = "arn:aws:sts::123456789012:assumed-role/acme-prod-api"
    reply = problem(ProblemError(422, f"unreadable: {role} may not"), "JKJaXmPLvHcESHA=")
    assert reply.body == {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "unreadable: … may not",
        "instance": "urn:request:JKJaXmPLvHcESHA=",
    }
    assert reply.content_type == "application/problem+json"
