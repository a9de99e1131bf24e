"""What is counted: our handlers and the rendering of the seed, each in a process of its own, moto behind them."""

import json
import sys
from dataclasses import dataclass

import pytest

from bench.seed_pipeline import producer_calls, sends
from bench.started import BenchError, canned_aws, clean_environment, function_environment, output_of


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of both functions."""

    producer: dict[str, int]
    labeler: dict[str, int]


def calls_of(system: str, images: int, **environment: str) -> Calls:
    wanted = json.dumps({"system": system, "waiting": images, "events": images, "images": images})
    printed = output_of(
        [sys.executable, "-m", "bench.measure", wanted],
        function_environment() | {"PYTHONPATH": "lambda_src"} | environment,
    )
    answer = json.loads(printed)
    return Calls(answer["producer"]["calls"], answer["labeler"]["calls"])


def test_our_six_calls_for_each_image():
    calls = calls_of("ours", 12)
    assert calls.producer == {"SendMessageBatch": 12}
    assert calls.labeler == {"HeadObject": 12, "DetectLabels": 12, "DetectText": 12, "PutObject": 24}


def test_the_seed_finds_every_waiting_image_at_every_event():
    calls = calls_of("seed", 6)
    assert calls.producer == {"GetQueueUrl": 6, "ListObjectsV2": 6, "SendMessage": 36}
    assert sum(calls.producer.values()) == producer_calls(6)
    assert sorted(calls.labeler.items()) == [
        (name, 6)
        for name in (
            "CopyObject", "DeleteMessage", "DeleteObject", "DetectLabels", "DetectText", "GetObject", "PutObject",
        )
    ]  # fmt: skip


def test_the_canned_answers_lead_both_to_the_same_calls_as_moto():
    with canned_aws() as endpoint:
        for system in ("ours", "seed"):
            canned = calls_of(system, 3, AWS_ENDPOINT_URL=endpoint, IMAGES_BUCKET="bench-images-3")
            assert canned == calls_of(system, 3)


def test_past_a_page_of_the_listing_the_seed_sends_no_more_and_never_sees_the_rest():
    assert (sends(1000), sends(1001), producer_calls(10_000)) == (1_000_000, 1_001_000, 10_020_000)


def test_a_command_that_fails_is_named_with_its_last_words():
    with pytest.raises(BenchError, match=r"ended with 3:\nno such thing"):
        output_of([sys.executable, "-c", "import sys; sys.stderr.write('no such thing'); sys.exit(3)"], {})


def test_no_credentials_of_the_machine_reach_a_measured_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    assert clean_environment({"A": "b"}).keys() & {"AWS_SECRET_ACCESS_KEY", "A"} == {"A"}
