"""Metering: what CloudWatch has counted of one model, as plain series: hours run, images, money by the image.

Our own metrics carry the dimensions that Powertools gives them: `service`, the name of the function that wrote them,
and `model`. Rekognition counts the units in service itself; the mean of an hour, summed, is what AWS names the
unit-hours (Custom Labels guide, "Reporting running duration and inference units used"): it counts begun hours whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dayshift.adapters.custom_labels import Version
from dayshift.domain.model import ModelSpec
from dayshift.domain.results import Status
from dayshift_cli.deployment import DeployedModel, Deployment

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

NAMESPACE, REKOGNITION = "Dayshift", "AWS/Rekognition"
COUNTED = {f"Images{status.capitalize()}": status for status in Status}
COST, RAN, PAID, UNITS = "CostUsd", "RanMinutesToday", "CostTodayUsd", "InServiceInferenceUnits"
HOUR = timedelta(hours=1)
FINE = timedelta(minutes=15)  # no zone's midnight lies between two quarters of an hour
FINE_IS_KEPT = timedelta(days=60)  # five minutes are kept 63 days, hours 455 (CloudWatch, "Metrics retention")
Series = Sequence[tuple[datetime, float]]


@dataclass(frozen=True, slots=True)
class Metered:
    """Values by the beginning of their period, in time order. `unit_hours` is empty where no service counts them."""

    unit_hours: Series = ()
    ran_minutes_today: Series = ()  # grows from midnight of the model's zone; the largest in each period
    cost_today_usd: Series = ()  # of a fleet, likewise: what all its workers have cost
    cost_usd: Series = ()
    images: Mapping[Status, Series] = field(default_factory=dict)

    @property
    def first(self) -> datetime | None:
        """When anything was counted first; None where nothing was."""
        each = (self.unit_hours, self.ran_minutes_today, self.cost_today_usd, self.cost_usd, *self.images.values())
        return min((series[0][0] for series in each if series), default=None)


def metered(
    cloudwatch: "CloudWatchClient",
    deployment: Deployment,
    model: DeployedModel,
    spec: ModelSpec | None,
    start: datetime,
    now: datetime,
) -> Metered:
    """All that was counted of a model since `start`; `spec` says what a powered model runs."""
    period = FINE if now - start <= FINE_IS_KEPT else HOUR
    reader = {"service": str(model.labeler or model.group or model.jobs), "model": model.name}
    queries = [
        _query(name, NAMESPACE, name, reader, "Sum", period) for name in (*COUNTED, COST)
    ]  # fmt: skip
    if model.power and deployment.reconcile:
        ours = {"service": deployment.reconcile, "model": model.name}
        queries += [_query(name, NAMESPACE, name, ours, "Maximum", period) for name in (RAN, *[PAID] * model.is_fleet)]
    if spec is not None and spec.family == "custom_labels":
        version = Version.of(spec)
        dimensions = {"ProjectName": version.project, "VersionName": version.name}
        queries.append(_query(UNITS, REKOGNITION, UNITS, dimensions, "Average", HOUR))
    found = _read(cloudwatch, queries, start, now)
    return Metered(
        unit_hours=found.get(UNITS, ()),
        ran_minutes_today=found.get(RAN, ()),
        cost_today_usd=found.get(PAID, ()),
        cost_usd=found.get(COST, ()),
        images={status: found.get(name, ()) for name, status in COUNTED.items()},
    )


def _query(
    name: str, namespace: str, metric: str, dimensions: Mapping[str, str], statistic: str, period: timedelta
) -> "MetricDataQueryTypeDef":
    return {
        "Id": name[0].lower() + name[1:],
        "Label": name,
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            },
            "Period": int(period.total_seconds()),
            "Stat": statistic,
        },
    }


def _read(
    cloudwatch: "CloudWatchClient", queries: "Sequence[MetricDataQueryTypeDef]", start: datetime, now: datetime
) -> dict[str, Series]:
    """The series by the queries' labels; an answer of several pages has parts of a series on each."""
    found: dict[str, list[tuple[datetime, float]]] = {}
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=start, EndTime=now, ScanBy="TimestampAscending"
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            pairs = zip(result["Timestamps"], result["Values"], strict=True)
            found.setdefault(result["Label"], []).extend(pairs)
    return {label: sorted(pairs) for label, pairs in found.items()}


def within(series: Series, start: datetime, end: datetime) -> Iterator[float]:
    """The values whose periods begin in [start, end)."""
    return (value for moment, value in series if start <= moment < end)
