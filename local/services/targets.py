"""Calls what a schedule names: a Lambda function, an SQS queue, or any operation of any service (universal target)."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError, UnknownServiceError

from local.services.firing import DeliveryError
from local.services.schedule_store import Delivery

log = logging.getLogger("local.scheduler")
# Where boto3 spells a service otherwise than the SDK whose names universal targets use.
BOTO3_NAMES = {"eventbridge": "events", "sfn": "stepfunctions", "cloudwatchlogs": "logs"}
HOPELESS = (ParamValidationError, UnknownServiceError, ValueError)
PASSING = {"TooManyRequestsException", "RequestTimeout", "ResourceConflictException", "SlowDown"}
CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, read_timeout=910
)  # a function runs 900 s at most


class AwsTargets:
    """Delivers by boto3, whose endpoints come from the environment of this process."""

    def __init__(self) -> None:
        self._client: Callable[[str], Any] = cache(lambda service: boto3.client(service, config=CONFIG))

    def deliver(self, delivery: Delivery, wait: bool) -> None:
        """Makes the call once. Raises DeliveryError."""
        arn = delivery.target["Arn"]
        calls = {"lambda": self._invoke, "sqs": self._send, "scheduler": self._call}
        try:
            calls[arn.split(":")[2]](arn, delivery, wait)
        except ClientError as error:
            code = str(error.response["Error"].get("Code"))
            status = error.response["ResponseMetadata"].get("HTTPStatusCode", 500)
            is_final = status < 500 and "Throttl" not in code and code not in PASSING
            raise DeliveryError(code, str(error), is_final) from error
        except (BotoCoreError, ValueError) as error:
            is_final = isinstance(error, HOPELESS)
            raise DeliveryError(type(error).__name__, str(error), is_final) from error

    def bury(self, delivery: Delivery, error: DeliveryError, condition: str | None) -> None:
        """Sends the event to the dead-letter queue, with the attributes that AWS adds."""
        arn = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
        log.warning("gave up %s/%s: %s", delivery.group, delivery.name, error)
        if arn is None:
            return
        attributes = {
            "ERROR_CODE": error.code,
            "ERROR_MESSAGE": error.message[:500],
            "EXECUTION_ID": delivery.execution_id,
            "RETRY_ATTEMPTS": str(delivery.attempt),
            "SCHEDULED_TIME": _rfc3339(delivery.scheduled_at),
            "SCHEDULE_ARN": delivery.schedule_arn,
            "TARGET_ARN": delivery.target["Arn"],
        } | ({"EXHAUSTED_RETRY_CONDITION": condition} if condition else {})
        try:
            self._client("sqs").send_message(
                QueueUrl=self._queue_url(arn),
                MessageBody=_payload(delivery) or "{}",
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
                },
            )
        except (ClientError, BotoCoreError) as unsent:
            log.error("the dead-letter queue %s did not take it either: %s", arn, unsent)

    def _invoke(self, arn: str, delivery: Delivery, wait: bool) -> None:
        # AWS invokes asynchronously. In a jump of the clock the order counts, so there the function's end is awaited;
        # what it answers, or raises, is as little Scheduler's business as on AWS.
        kind = "RequestResponse" if wait else "Event"
        self._client("lambda").invoke(FunctionName=arn, InvocationType=kind, Payload=_payload(delivery).encode())

    def _send(self, arn: str, delivery: Delivery, wait: bool) -> None:
        group = (delivery.target.get("SqsParameters") or {}).get("MessageGroupId")
        self._client("sqs").send_message(
            QueueUrl=self._queue_url(arn),
            MessageBody=_payload(delivery),
            **({"MessageGroupId": group} if group else {}),
        )

    def _call(self, arn: str, delivery: Delivery, wait: bool) -> None:
        service, operation = arn.split(":")[6:8]
        client = self._client(BOTO3_NAMES.get(service.lower(), service.lower()))
        known = {api.lower(): method for method, api in client.meta.method_to_api_mapping.items()}
        if operation.lower() not in known:
            raise ValueError(f"{service} has no operation {operation}")
        getattr(client, known[operation.lower()])(**json.loads(_input(delivery) or "{}"))

    def _queue_url(self, arn: str) -> str:
        return str(self._client("sqs").get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"])


def _input(delivery: Delivery) -> str | None:
    """The target's input, with the four words that Scheduler replaces in it."""
    given: str | None = delivery.target.get("Input")
    words = {
        "<aws.scheduler.schedule-arn>": delivery.schedule_arn,
        "<aws.scheduler.scheduled-time>": _rfc3339(delivery.scheduled_at),
        "<aws.scheduler.execution-id>": delivery.execution_id,
        "<aws.scheduler.attempt-number>": str(delivery.attempt + 1),
    }
    for word, meaning in words.items():
        given = given and given.replace(word, meaning)
    return given


def _payload(delivery: Delivery) -> str:
    """The input, or the event that AWS sends where there is none."""
    event = {
        "version": "0",
        "id": delivery.execution_id,
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": delivery.schedule_arn.split(":")[4],
        "time": _rfc3339(delivery.scheduled_at),
        "region": delivery.schedule_arn.split(":")[3],
        "resources": [delivery.schedule_arn],
        "detail": "{}",
    }
    return _input(delivery) or json.dumps(event)


def _rfc3339(epoch_seconds: float) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
