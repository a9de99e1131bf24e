"""`dayshift costs`: hours, images and money by model and day, out of what CloudWatch has counted."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest

from dayshift_cli.accounting import Price, accounts
from dayshift_cli.metering import Metered
from tests.unit.cli.conftest import REGION
from tests.unit.cli.powered import deploy_logos

NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)  # 12:00 in Berlin
HOUR = timedelta(hours=1)
OURS = {"service": "dayshift-test-reconcile", "model": "logos"}
LABELER = {"service": "dayshift-test-logos-labeler", "model": "logos"}
VERSION = {"ProjectName": "logos", "VersionName": "v1"}


@pytest.fixture
def cloudwatch(aws: Any) -> Any:
    """CloudWatch, with logos deployed on a Friday at noon."""
    aws.now = NOON
    deploy_logos(aws)
    return boto3.client("cloudwatch", region_name=REGION)


def _count(cloudwatch: Any, name: str, at: datetime, value: float, dimensions: dict[str, str]) -> None:
    namespace = "AWS/Rekognition" if name == "InServiceInferenceUnits" else "Dayshift"
    pairs = [{"Name": key, "Value": given} for key, given in dimensions.items()]
    data = {"MetricName": name, "Timestamp": at, "Value": value, "Dimensions": pairs}
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[data])


def _days(aws: Any, *arguments: str) -> dict[str, dict[str, Any]]:
    result = aws.run("costs", "--model", "logos", "--output", "json", *arguments)
    assert result.exit_code == 0, result.stderr
    return {value["date"]: value for value in map(json.loads, result.stdout.splitlines())}


def test_hours_images_and_money_by_day_with_a_total(aws: Any, cloudwatch: Any) -> None:
    for hour in range(3):
        _count(cloudwatch, "InServiceInferenceUnits", NOON - 27 * HOUR + hour * HOUR, 1, VERSION)
    for hour in range(2):
        _count(cloudwatch, "InServiceInferenceUnits", NOON - 2 * HOUR + hour * HOUR, 1, VERSION)
    for name, count in (("ImagesOk", 70), ("ImagesNone", 10), ("ImagesRejected", 3), ("ImagesAlready", 9)):
        _count(cloudwatch, name, NOON - 25 * HOUR, count, LABELER)
    days = _days(aws)
    assert list(days) == ["2026-11-26", "2026-11-27", "total"]
    assert days["2026-11-26"] == {
        "model": "logos", "date": "2026-11-26", "hours": 3, "images": 80, "other_ends": 3, "usd": 12,
        "usd_per_image": 0.15, "always_on_usd": 60, "saved_usd": 48, "counted_by": "AWS/Rekognition",
    }  # fmt: skip
    assert days["2026-11-27"]["usd_per_image"] is None
    assert days["2026-11-27"]["always_on_usd"] == 48, "today counts up to now"
    assert (days["total"]["hours"], days["total"]["usd"], days["total"]["saved_usd"]) == (5, 20, 88)


def test_a_day_is_one_of_the_models_own_zone(aws: Any, cloudwatch: Any) -> None:
    _count(cloudwatch, "ImagesOk", datetime(2026, 11, 26, 22, 59, tzinfo=UTC), 1, LABELER)
    _count(cloudwatch, "ImagesOk", datetime(2026, 11, 26, 23, 1, tzinfo=UTC), 2, LABELER)
    days = _days(aws)
    assert (days["2026-11-26"]["images"], days["2026-11-27"]["images"]) == (1, 2)


def test_where_rekognition_counted_nothing_our_own_ticks_do(aws: Any, cloudwatch: Any) -> None:
    midnight = datetime(2026, 11, 26, 23, tzinfo=UTC)
    for minutes, ran in ((0, 30), (60, 90), (600, 330)):
        _count(cloudwatch, "RanMinutesToday", midnight - 24 * HOUR + timedelta(minutes=minutes), ran, OURS)
    _count(cloudwatch, "RanMinutesToday", midnight, 0, OURS)
    _count(cloudwatch, "RanMinutesToday", midnight + 11 * HOUR, 90, OURS)
    days = _days(aws)
    assert [(day["hours"], day["counted_by"]) for day in days.values()] == [
        (5.5, "Dayshift"), (1.5, "Dayshift"), (7, "Dayshift"),
    ]  # fmt: skip
    assert days["total"]["usd"] == 28


def test_more_units_than_configured_cost_more(aws: Any, cloudwatch: Any) -> None:
    deploy = {"options": {"inference_units": 2}, "usd_per_hour": 8.0}
    deploy_logos(aws, **deploy)
    _count(cloudwatch, "InServiceInferenceUnits", NOON - HOUR, 3, VERSION)
    assert _days(aws)["total"]["usd"] == 12


def test_what_was_not_there_has_saved_nothing(aws: Any, cloudwatch: Any) -> None:
    _count(cloudwatch, "RanMinutesToday", NOON - HOUR, 15, OURS)
    total = _days(aws, "--days", "90")["total"]
    assert total["always_on_usd"] == 4
    assert total["saved_usd"] == 3


def test_an_hour_that_began_before_the_first_midnight_is_not_of_the_first_day() -> None:
    """As where the zone's midnight is no full hour of the service's."""
    kolkata = ZoneInfo("Asia/Kolkata")
    start = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
    counted = Metered(unit_hours=[(start - HOUR / 2, 1.0), (start + HOUR / 2, 1.0)])
    found = accounts(counted, Price(4.0), kolkata, start, start + 24 * HOUR)
    assert [(one.date, one.hours, one.always_on_usd) for one in found] == [(date(2026, 11, 26), 1.0, 96.0)]


def test_another_models_and_anothers_numbers_are_not_counted(aws: Any, cloudwatch: Any) -> None:
    _count(cloudwatch, "ImagesOk", NOON - HOUR, 1, LABELER)
    _count(cloudwatch, "ImagesOk", NOON - HOUR, 5, {**LABELER, "model": "pets"})
    _count(cloudwatch, "ImagesOk", NOON - HOUR, 5, {"service": "acme-prod-logos-labeler", "model": "logos"})
    _count(cloudwatch, "InServiceInferenceUnits", NOON - HOUR, 5, {**VERSION, "VersionName": "v2"})
    total = _days(aws)["total"]
    assert (total["images"], total["hours"]) == (1, 0)


def test_a_model_without_power_costs_by_the_image_and_saves_nothing(aws: Any, cloudwatch: Any) -> None:
    signs = {"service": "dayshift-test-signs-labeler", "model": "signs"}
    _count(cloudwatch, "ImagesOk", NOON - HOUR, 100, signs)
    _count(cloudwatch, "CostUsd", NOON - HOUR, 0.2, signs)
    result = aws.run("costs", "--output", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["model"], row["date"], row["hours"], row["images"], row["usd"], row["usd/image"]) for row in rows] == [
        ("signs", "2026-11-27", "", "100", "0.2000", "0.0020"), ("signs", "total", "", "100", "0.2000", "0.0020"),
    ]  # fmt: skip
    assert {row["saved usd"] for row in rows} == {""}
    assert "Nothing was counted of logos in the last 30 days." in result.stderr


def test_several_models_have_a_total_of_all(aws: Any, cloudwatch: Any) -> None:
    _count(cloudwatch, "ImagesOk", NOON - HOUR, 100, {"service": "dayshift-test-signs-labeler", "model": "signs"})
    _count(cloudwatch, "CostUsd", NOON - HOUR, 0.2, {"service": "dayshift-test-signs-labeler", "model": "signs"})
    _count(cloudwatch, "InServiceInferenceUnits", NOON - HOUR, 1, VERSION)
    lines = aws.run("costs").stdout.splitlines()
    assert lines[-1].split() == ["all", "total", "1.00", "100", "4.20", "0.0420", "4.00", "0.00", "AWS/Rekognition"]


def test_a_longer_time_is_read_in_hours_and_in_pages(aws: Any, cloudwatch: Any) -> None:
    asked = []
    pages = iter(
        [
            {"MetricDataResults": [_result("ImagesOk", NOON - 48 * HOUR, 1)], "NextToken": "more"},
            {"MetricDataResults": [_result("ImagesOk", NOON - HOUR, 2)]},
        ]
    )

    def answer(given: Any) -> Any:
        asked.append(given)
        return next(pages)

    aws.answers["GetMetricData"] = answer
    days = _days(aws, "--days", "200")
    assert (days["2026-11-25"]["images"], days["2026-11-26"]["images"], days["2026-11-27"]["images"]) == (1, 0, 2)
    assert {query["MetricStat"]["Period"] for query in asked[0]["MetricDataQueries"]} == {3600}
    assert asked[0]["StartTime"] == datetime(2026, 5, 11, 22, tzinfo=UTC), "midnight in summer"


def _result(label: str, at: datetime, value: float) -> dict[str, Any]:
    return {"Id": "x", "Label": label, "Timestamps": [at], "Values": [value], "StatusCode": "Complete"}


def test_who_may_not_ask_is_told_what_they_need(aws: Any, cloudwatch: Any) -> None:
    aws.refuse("GetMetricData", "AccessDenied")
    result = aws.run("costs")
    assert result.exit_code == 1
    assert "these credentials need cloudwatch:GetMetricData" in result.stderr


@pytest.mark.parametrize("days", ["0", "456", "many"])
def test_a_time_that_cloudwatch_does_not_keep_is_wrong_usage(aws: Any, days: str) -> None:
    assert aws.run("costs", "--days", days).exit_code == 2
