"""Invoking a function of the deployment and reading its answer, or why it gave none."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dayshift_cli.errors import Failure

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def invoke(functions: "LambdaClient", name: str, wish: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """The entry `models` of what the function answers; raises Failure if it failed or answered something else."""
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(wish).encode())
    payload = answer["Payload"].read()
    try:
        value = json.loads(payload)
        if "FunctionError" in answer:
            raise Failure(f"The function {name} failed: {value.get('errorType')}: {value.get('errorMessage')}")
        return {str(model): dict(found) for model, found in value["models"].items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise strange(name, kind, payload[:200]) from error


def strange(name: str, kind: str, answer: object) -> Failure:
    """The error of a function that answered, but not as its release should."""
    return Failure(f"The function {name} answered something else than {kind}: {answer!r}")
