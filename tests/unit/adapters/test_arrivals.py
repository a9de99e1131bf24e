"""The history of arrivals: every page, in time order, and no guess where CloudWatch does not answer."""

from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.stub import ANY, Stubber
from mypy_boto3_cloudwatch import CloudWatchClient

from dayshift.adapters.arrivals import CloudWatchArrivals
from dayshift.domain.errors import TransientError
from tests.fakes import NOON
from tests.unit.adapters.wire import declared

FIVE = timedelta(minutes=5)


@pytest.fixture
def cloudwatch() -> CloudWatchClient:
    return boto3.client("cloudwatch")


def sent(cloudwatch: CloudWatchClient, queue: str, at: datetime, count: float) -> None:
    cloudwatch.put_metric_data(
        Namespace="AWS/SQS",
        MetricData=[
            {
                "MetricName": "NumberOfMessagesSent",
                "Dimensions": [{"Name": "QueueName", "Value": queue}],
                "Timestamp": at,
                "Value": count,
            }
        ],
    )


def page(counts: list[tuple[datetime, float]], token: str | None = None, status: str = "PartialData") -> dict[str, Any]:
    result = {
        "Id": "sent",
        "StatusCode": status,
        "Timestamps": [at for at, _ in counts],
        "Values": [count for _, count in counts],
    }
    return {"MetricDataResults": [result], **({"NextToken": token} if token else {})}


def test_the_messages_of_one_queue_are_summed_by_five_minutes(cloudwatch: CloudWatchClient) -> None:
    for minutes, count in ((0, 3), (1, 4), (5, 1), (60, 2), (24 * 60 * 20, 7)):
        sent(cloudwatch, "logos", NOON + timedelta(minutes=minutes), count)
    sent(cloudwatch, "logos", NOON + timedelta(minutes=30), 0)
    sent(cloudwatch, "logos", NOON - timedelta(minutes=30), 99)
    sent(cloudwatch, "signs", NOON, 50)
    assert CloudWatchArrivals(lambda: cloudwatch, "logos").since(NOON) == [
        (NOON, 7), (NOON + FIVE, 1), (NOON + 12 * FIVE, 2), (NOON + timedelta(days=20), 7),
    ]  # fmt: skip


def test_a_queue_that_never_had_a_message_has_no_history(cloudwatch: CloudWatchClient) -> None:
    assert CloudWatchArrivals(lambda: cloudwatch, "logos").since(NOON) == []


def test_every_page_is_read_and_put_in_order(cloudwatch: CloudWatchClient) -> None:
    query = {
        "Id": "sent",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/SQS",
                "MetricName": "NumberOfMessagesSent",
                "Dimensions": [{"Name": "QueueName", "Value": "logos"}],
            },
            "Period": 300,
            "Stat": "Sum",
        },
    }
    asked = {"MetricDataQueries": [query], "StartTime": NOON, "EndTime": ANY, "ScanBy": "TimestampAscending"}
    with Stubber(cloudwatch) as stub:
        stub.add_response("get_metric_data", page([(NOON + FIVE, 2.0), (NOON, 1.0)], "two"), asked)
        stub.add_response("get_metric_data", page([], "three"), {**asked, "NextToken": "two"})
        last = page([(NOON + 3 * FIVE, 4.0), (NOON + 2 * FIVE, 0.0)], status="Complete")
        stub.add_response("get_metric_data", last, {**asked, "NextToken": "three"})
        history = CloudWatchArrivals(lambda: cloudwatch, "logos").since(NOON)
        stub.assert_no_pending_responses()
    assert history == [(NOON, 1), (NOON + FIVE, 2), (NOON + 3 * FIVE, 4)]


@pytest.mark.parametrize("status", ["InternalError", "Forbidden"])
def test_an_answer_without_data_is_no_empty_history(cloudwatch: CloudWatchClient, status: str) -> None:
    with Stubber(cloudwatch) as stub:
        stub.add_response("get_metric_data", page([], status=status))
        with pytest.raises(TransientError, match=f"{status} while reading the history"):
            CloudWatchArrivals(lambda: cloudwatch, "logos").since(NOON)


@pytest.mark.parametrize("code", declared("cloudwatch", "GetMetricData"))
def test_every_error_is_the_surroundings(cloudwatch: CloudWatchClient, code: str) -> None:
    refused = ClientError({"Error": {"Code": code, "Message": "the service's own words"}}, "GetMetricData")
    with pytest.raises(TransientError, match=f"^{code} while reading the history of arrivals: the service's own words"):
        failing(cloudwatch, refused).since(NOON)


def test_a_connection_that_fails_is_the_surroundings(cloudwatch: CloudWatchClient) -> None:
    with pytest.raises(TransientError, match="ReadTimeoutError"):
        failing(cloudwatch, ReadTimeoutError(endpoint_url="https://x")).since(NOON)


def failing(cloudwatch: CloudWatchClient, error: Exception) -> CloudWatchArrivals:
    def fail(**_: object) -> None:
        raise error

    cloudwatch.meta.events.register("before-call", fail)
    return CloudWatchArrivals(lambda: cloudwatch, "logos")


def test_nobody_makes_the_client_before_history_is_asked_for() -> None:
    def made() -> CloudWatchClient:
        raise AssertionError

    CloudWatchArrivals(made, "logos")
