"""AWS events as values of ours: the only file that indexes into an event, and the one that shapes replies.

S3 notification: {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": "2026-…Z",
    "s3": {"bucket": {"name": "…"},
           "object": {"key": "incoming/signs/red+flower.jpg",      # form-encoded: a space is "+", a plus "%2B"
                      "size": 1024, "eTag": "…", "versionId": "…", "sequencer": "…"}}}]}
SQS batch: {"Records": [{"messageId": "…", "receiptHandle": "…", "body": "…",
    "attributes": {"ApproximateReceiveCount": "1"}}]}
SQS messages as ReceiveMessage answers them: [{"MessageId": "…", "ReceiptHandle": "…", "Body": "…",
    "Attributes": {"ApproximateReceiveCount": "1"}}]
API Gateway, HTTP API, payload 2.0: {"version": "2.0", "routeKey": "POST /images", "headers": {"content-type": "…"},
    "pathParameters": {"id": "…"}, "queryStringParameters": {"model": "signs"},     # each left out where there is none
    "body": "…", "isBase64Encoded": true,                                           # images come as base64
    "requestContext": {"requestId": "…", "authorizer": {                            # left out where nobody is verified
        "jwt": {"claims": {"iss": "…", "sub": "…"}},                                # or
        "iam": {"accountId": "…", "userId": "AROA…:session", "userArn": "…"}}}}
S3's test message, sent when a notification is configured: {"Service": "Amazon S3", "Event": "s3:TestEvent", …}
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from dayshift.domain.caller import Caller
from dayshift.domain.errors import ForeignMessageError
from dayshift.domain.images import ImageRef
from dayshift.domain.job_names import is_job_id
from dayshift.domain.messages import Envelope, InferenceRequest
from dayshift.domain.web import Reply, Request

Json = Any
BODY_EXCERPT = 300
WHO_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Uploaded:
    """One image that S3 says was created, and when."""

    image: ImageRef
    uploaded_at: datetime


def images_from_s3(event: Mapping[str, Json]) -> Iterator[Uploaded]:
    """The images of a notification, keys decoded once; none for S3's test event. Raises ForeignMessageError."""
    if event.get("Event") == "s3:TestEvent":
        return
    try:
        for record in event["Records"]:
            thing = record["s3"]["object"]
            if not record["eventName"].startswith("ObjectCreated:"):
                raise ForeignMessageError(f"wanted an ObjectCreated event; got {record['eventName']!r}")
            image = ImageRef(
                bucket=record["s3"]["bucket"]["name"],
                key=unquote_plus(thing["key"]),
                version_id=thing.get("versionId"),
                etag=thing["eTag"],
                size_bytes=int(thing["size"]),
            )
            yield Uploaded(image, datetime.fromisoformat(record["eventTime"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ForeignMessageError(f"not an S3 notification ({type(error).__name__}: {error})") from error


def envelopes_from_sqs(event: Mapping[str, Json], model: str) -> tuple[Envelope, ...]:
    """The messages of a batch for one model; a body that is not ours keeps its place, with the problem named."""
    return tuple(
        _envelope(one["messageId"], one["receiptHandle"], one["attributes"], one["body"], model)
        for one in event["Records"]
    )


def envelopes_from_messages(messages: Iterable[Mapping[str, Json]], model: str) -> tuple[Envelope, ...]:
    """The same of messages that were fetched: the API has other names for what an event holds."""
    return tuple(
        _envelope(one["MessageId"], one["ReceiptHandle"], one["Attributes"], one["Body"], model) for one in messages
    )


def batch_reply(returned: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """The answer to SQS: the ids to deliver again. A reply of another shape would fail, or lose, the whole batch."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in returned]}


def sweep_wish(event: Mapping[str, Json], default: timedelta) -> tuple[str | None, timedelta]:
    """`{"model": "signs", "older_than_minutes": 0}`, both optional: whose images to sweep, and how old they must be."""
    minutes = event.get("older_than_minutes", default / timedelta(minutes=1))
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or minutes < 0:
        raise ForeignMessageError(f"older_than_minutes must be a number from 0, for example 30; got {minutes!r}")
    return event.get("model"), timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class PowerWish:
    """Which model to reconcile, None for all; whether it is about to be destroyed, or nothing is to be done at all."""

    model: str | None
    is_retiring: bool = False
    is_nothing: bool = False


def power_wish(event: Mapping[str, Json]) -> PowerWish:
    """`{}` from the tick, `{"model": "logos"}` from an edge or a person, the same with "tf" from Terraform.

    Terraform's resource `aws_lambda_invocation` (lifecycle_scope CRUD) adds `"tf": {"action": "delete", …}`; while it
    creates or updates, nothing is to be done: an apply changes no model. Raises ForeignMessageError.
    """
    model, action = event.get("model"), (event.get("tf") or {}).get("action")
    if (model is not None and not isinstance(model, str)) or action not in (None, "create", "update", "delete"):
        raise ForeignMessageError(f'wanted {{}} or {{"model": "logos"}}; got {dict(event)!r}')
    if action == "delete" and model is None:
        raise ForeignMessageError(f"which model is to be destroyed? got {dict(event)!r}")
    return PowerWish(model, is_retiring=action == "delete", is_nothing=action in ("create", "update"))


@dataclass(frozen=True, slots=True)
class JobsWish:
    """The job to cancel and who says so; None for a tick, which only goes on with all jobs. `is_retiring`: the model is
    about to be destroyed. `is_nothing`: it is being made, or changed."""

    cancel: str | None = None
    by: str = ""
    is_retiring: bool = False
    is_nothing: bool = False


def jobs_wish(event: Mapping[str, Json]) -> JobsWish:
    """`{}` from the tick, `{"cancel": "20261121-120000-1a2b3c4d", "by": "ana"}` from a person, and with `"tf"` from
    Terraform, as at `power_wish`. Raises ForeignMessageError."""
    job_id, who, action = event.get("cancel"), event.get("by") or "a person", (event.get("tf") or {}).get("action")
    if action in ("create", "update", "delete"):
        return JobsWish(is_retiring=action == "delete", is_nothing=action != "delete")
    if job_id is None and action is None:
        return JobsWish()
    if not isinstance(job_id, str) or not is_job_id(job_id) or not isinstance(who, str):
        example = '{"cancel": "20261121-120000-1a2b3c4d", "by": "ana"}'
        raise ForeignMessageError(f"wanted {{}} or {example}; got {dict(event)!r}")
    return JobsWish(job_id, "".join(each for each in who if each.isprintable())[:WHO_LENGTH])


def request_from_api(event: Mapping[str, Json]) -> Request:
    """A request behind API Gateway, its caller verified there. Raises ForeignMessageError."""
    try:
        context, headers, body = event["requestContext"], event.get("headers") or {}, event.get("body") or ""
        return Request(
            route=event["routeKey"],
            request_id=context["requestId"],
            path=event.get("pathParameters") or {},
            query=event.get("queryStringParameters") or {},
            content_type=headers.get("content-type", "").partition(";")[0].strip().lower(),
            body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
            caller=_caller(context.get("authorizer") or {}),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ForeignMessageError(f"not a request of API Gateway ({type(error).__name__}: {error})") from error


def api_reply(reply: Reply) -> dict[str, Json]:
    """The answer to API Gateway. Nothing may be kept on the way: what an image's state is changes by itself."""
    body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body, ensure_ascii=False)
    fixed = {"Content-Type": reply.content_type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return {"statusCode": reply.status, "headers": {**fixed, **reply.headers}, "body": body, "isBase64Encoded": False}


def _caller(authorizer: Mapping[str, Json]) -> Caller | None:
    """Whom API Gateway has verified. A token that names no subject is nobody's."""
    claims, iam = (authorizer.get("jwt") or {}).get("claims") or {}, authorizer.get("iam") or {}
    if claims.get("iss") and claims.get("sub"):
        names = (claims.get(name) for name in ("email", "preferred_username", "cognito:username", "username"))
        return Caller.of_token(claims["iss"], claims["sub"], next(filter(None, names), ""))
    if iam.get("accountId") and iam.get("userId"):
        return Caller.of_principal(iam["accountId"], iam["userId"], iam.get("userArn") or "")
    return None


def _envelope(message_id: str, receipt: str, attributes: Mapping[str, str], body: str, model: str) -> Envelope:
    receives = int(attributes["ApproximateReceiveCount"])
    try:
        return Envelope(message_id, receipt, receives, requests=_requests(json.loads(body), model))
    except (ForeignMessageError, json.JSONDecodeError, RecursionError) as error:
        problem = f"{error}; the body begins {body[:BODY_EXCERPT]!r}"
        return Envelope(message_id, receipt, receives, problem=problem)


def _requests(body: Json, model: str) -> tuple[InferenceRequest, ...]:
    if not isinstance(body, dict):
        raise ForeignMessageError(f"wanted a JSON object; got {type(body).__name__}")
    if "v" in body:
        return (InferenceRequest.from_json(body),)
    # S3 may write to the queue itself, with no producer between: the same images in the notification's own shape.
    return tuple(InferenceRequest(found.image, model, found.uploaded_at) for found in images_from_s3(body))
