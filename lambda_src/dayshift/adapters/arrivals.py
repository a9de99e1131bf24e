"""CloudWatch: how many messages came into a queue, in counts of five minutes."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dayshift.adapters.aws_errors import surroundings
from dayshift.domain.errors import TransientError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

PERIOD_SECONDS = 300
KEPT = timedelta(days=63)  # CloudWatch keeps counts of five minutes so long: a longer span cannot hold more
READ = ("Complete", "PartialData")  # the rest of PartialData is on the next page


class CloudWatchArrivals:
    """One queue's NumberOfMessagesSent. The client is asked for when history is: that is once a week."""

    def __init__(self, cloudwatch: "Callable[[], CloudWatchClient]", queue_name: str) -> None:
        self._cloudwatch = cloudwatch
        self._query: MetricDataQueryTypeDef = {
            "Id": "sent",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/SQS",
                    "MetricName": "NumberOfMessagesSent",
                    "Dimensions": [{"Name": "QueueName", "Value": queue_name}],
                },
                "Period": PERIOD_SECONDS,
                "Stat": "Sum",
            },
        }

    def since(self, start: datetime) -> Sequence[tuple[datetime, int]]:
        """Counts by their beginning, in time order, without the empty ones. Raises TransientError."""
        counts: dict[datetime, int] = {}
        where: dict[str, Any] = {}
        while True:
            with surroundings("reading the history of arrivals"):
                answer = self._cloudwatch().get_metric_data(
                    MetricDataQueries=[self._query],
                    StartTime=start,
                    EndTime=start + KEPT,
                    ScanBy="TimestampAscending",
                    **where,
                )
            for result in answer["MetricDataResults"]:
                if result["StatusCode"] not in READ:
                    raise TransientError(f"{result['StatusCode']} while reading the history of arrivals")
                counts |= {at: round(count) for at, count in zip(result["Timestamps"], result["Values"], strict=True)}
            if not answer.get("NextToken"):
                return [(at, count) for at, count in sorted(counts.items()) if count]
            where = {"NextToken": answer["NextToken"]}
