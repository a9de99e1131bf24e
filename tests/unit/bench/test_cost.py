"""The arithmetic of the bills, by hand; and the price table that people read is the one that is reckoned with."""

import re
from pathlib import Path
from typing import Any

import pytest

from bench.bill import our_bill, seed_bill, tracing_usd
from bench.cost import PLATFORM_LINES, Work, assumption, price_list, share_of_core, traced_ratio, usage, usd_per_million

ROOT = Path(__file__).resolve().parents[3]
PART = {"runs": 10, "calls": {"SendMessageBatch": 10}, "cpu_ms": 20.0, "log_bytes": 6000, "log_lines": 20}
LABELER_CALLS = {"HeadObject": 100, "DetectLabels": 100, "DetectText": 100, "PutObject": 200}
LABELER = {"runs": 10, "calls": LABELER_CALLS, "cpu_ms": 800.0, "log_bytes": 50_000, "log_lines": 110}
SEED_PRODUCER = PART | {"calls": {"GetQueueUrl": 10, "ListObjectsV2": 10, "SendMessage": 10}}


def work(**changes: Any) -> Work:
    plain: dict[str, Any] = {
        "runs": 1,
        "calls": {},
        "cpu_ms": 0,
        "log_bytes": 0,
        "log_lines": 0,
        "memory_mb": 1769,
        "waiting_ms": 0,
    }
    return Work(**(plain | changes))


def test_calls_become_requests_by_their_price_and_the_model_is_left_out():
    used = usage(work(calls={"PutObject": 2, "HeadObject": 1, "DetectLabels": 1, "SendMessageBatch": 0.5}))
    assert (used["s3_write"], used["s3_read"], used["sqs_request"]) == (2, 1, 0.5)
    assert usd_per_million([used])["s3_write"] == pytest.approx(10.0)
    assert not any("Detect" in thing for thing in used)


def test_an_operation_without_a_price_is_an_error_and_not_free():
    with pytest.raises(KeyError, match="GetBucketAcl"):
        usage(work(calls={"GetBucketAcl": 1}))


def test_cpu_takes_longer_on_a_part_of_a_core_and_waiting_does_not():
    memory = assumption("one_core_mb") / 2
    used = usage(work(memory_mb=memory, cpu_ms=10, waiting_ms=80))
    assert used["lambda_gb_second"] == pytest.approx(0.1 * memory / 1024)
    assert share_of_core(10_240) == 1


def test_the_log_is_our_bytes_lambdas_own_lines_and_what_each_event_costs_beside():
    used = usage(work(runs=0.1, log_bytes=500, log_lines=1.1))
    overhead = assumption("log_event_overhead_bytes")
    platform = 0.1 * (sum(map(len, PLATFORM_LINES)) + 3 * overhead)
    assert used["log_gb"] * 1e9 == pytest.approx(500 + 1.1 * overhead + platform)


def test_our_bill_by_hand():
    bill = our_bill({"producer": PART, "labeler": LABELER}, 10)
    assert bill["s3_write"] == pytest.approx(10.0)
    assert bill["s3_read"] == pytest.approx(0.4)
    assert bill["sqs_request"] == pytest.approx(0.4 * 1.2)  # one send, a tenth of a receive, a tenth of a delete
    assert bill["lambda_request"] == pytest.approx(0.2 * 1.1)
    producer_seconds = (assumption("sqs_ms") + 2 * 1769 / 256) / 1000
    labeler_seconds = ((2 * 300 + 3 * 25) / 10 + 8 * 1769 / 512) / 1000
    gigabyte_seconds = producer_seconds * 0.25 + labeler_seconds * 0.5
    assert bill["lambda_gb_second"] == pytest.approx(gigabyte_seconds * 13.3334)


def test_the_seed_pays_for_the_events_of_its_own_two_writes_but_sends_nothing_for_them():
    calls = dict.fromkeys(
        ("DeleteMessage", "GetObject", "PutObject", "CopyObject", "DeleteObject", "DetectLabels"), 100
    )
    bill = seed_bill({"producer": SEED_PRODUCER, "labeler": LABELER | {"calls": calls}})
    assert bill["s3_write"] == pytest.approx(5 * (2 + 3))  # CSV and copy; three listings
    assert bill["sqs_request"] == pytest.approx(0.4 * (2 + 1 + 1 + 1 + 0.2))
    assert bill["s3_delete"] == 0


def test_sparse_invocations_are_all_traced_and_dense_ones_one_in_twenty():
    assert traced_ratio(0.5) == traced_ratio(1) == 1
    assert traced_ratio(21) == pytest.approx(2 / 21)
    assert tracing_usd(1, 0.5) == pytest.approx(2 * 5.0)


def test_the_table_in_the_docs_is_the_price_list():
    text = (ROOT / "docs" / "cost.md").read_text()
    prices = price_list()["prices"]
    rows = re.findall(r"^\| (.+?) \| ([\d.]+) USD \| ([\d,]+) (.+?) \|$", text, flags=re.MULTILINE)
    read = {what: (float(usd), int(units.replace(",", "")), unit) for what, usd, units, unit in rows}
    assert read == {price["what"]: (price["usd"], price["units"], price["unit"]) for price in prices.values()}
    assert price_list()["as_of"] in text
    assert all(f"| {name} | {one['value']} |" in text for name, one in price_list()["assumptions"].items())


@pytest.mark.parametrize("function", ["producer", "labeler"])
def test_the_memory_reckoned_with_is_the_default_of_the_configuration(function: str):
    variables = (ROOT / "terraform" / "variables_functions.tf").read_text()
    (default,) = re.findall(
        rf"^\s+{function}\s+= optional\(number, (\d+)\)", variables.partition("reserved")[0], re.MULTILINE
    )
    assert int(default) == assumption(f"{function}_memory_mb")
