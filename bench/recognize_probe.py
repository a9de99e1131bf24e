"""Times POST /recognize and the same call by boto3 alone, in turns, in one fresh process: milliseconds, as JSON."""

import base64
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3

from bench.canned import TARGET
from dayshift.handlers.api import handle

# A header of 640 x 480 pixels, and as many bytes as a small photograph.
IMAGE = bytes.fromhex("ffd8 ffc0 0011 08 01e0 0280 03 011100 021101 031101") + bytes(200_000)
WARM = 5


class Context:
    """As much of Lambda's context as the handler reads."""

    aws_request_id = "bench"


def event(model: str) -> dict[str, Any]:
    """API Gateway's payload."""
    claims = {"iss": "https://login.example.com/", "sub": "ada"}
    return {
        "routeKey": "POST /recognize",
        "headers": {"content-type": "image/jpeg"},
        "queryStringParameters": {"model": model},
        "requestContext": {"requestId": "bench", "authorizer": {"jwt": {"claims": claims}}},
        "body": base64.b64encode(IMAGE).decode(),
        "isBase64Encoded": True,
    }


def ours(model: str) -> Callable[[], None]:
    """One request; anything but an answer at once is an error."""
    asked = event(model)
    context: Any = Context()

    def ask() -> None:
        answer = handle(asked, context)
        if answer["statusCode"] != 200:
            raise RuntimeError(f"wanted 200; got {answer}")

    return ask


def direct() -> dict[str, Callable[[], None]]:
    """The model's own calls, as a program without the API would make them."""
    rekognition = boto3.client("rekognition")

    def signs() -> None:
        rekognition.detect_labels(Image={"Bytes": IMAGE}, MaxLabels=25, MinConfidence=55)
        rekognition.detect_text(Image={"Bytes": IMAGE}, Filters={"WordFilter": {"MinConfidence": 55}})

    def logos() -> None:
        rekognition.detect_custom_labels(ProjectVersionArn=TARGET, Image={"Bytes": IMAGE})

    return {"signs": signs, "logos": logos}


def timed(call: Callable[[], None]) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """The command line: how many times each."""
    measured = {}
    for model, plain in direct().items():
        turns = {"direct": plain, "ours": ours(model)}
        for _ in range(WARM):
            for call in turns.values():
                call()
        times = [{who: timed(call) for who, call in turns.items()} for _ in range(int(sys.argv[1]))]
        measured[model] = {who: [each[who] for each in times] for who in turns}
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
