"""One pipeline at work, ours or the seed's, in a process of its own: what it calls, computes and logs.

    python -m bench.measure '{"system": "ours", "waiting": 100, "events": 100, "images": 100, "batch": 10}'

With AWS_ENDPOINT_URL set it meets canned answers there (for CPU), else moto in this process (for calls: real state).
"""

import io
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext, redirect_stdout
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import boto3
from moto import mock_aws

from bench.pipelines import QUEUE, Ours, Seed, key_of
from bench.started import IMAGES, RESULTS, function_environment

WARM_UPS = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pipeline, how many images wait, how many events and images to go through, and in which batches."""

    system: str
    waiting: int
    events: int
    images: int
    batch: int = 10


@dataclass(frozen=True, slots=True)
class Part:
    """What one function did in so many runs: calls by operation, CPU, and what it logged."""

    runs: int
    calls: dict[str, int]
    cpu_ms: float
    log_bytes: int
    log_lines: int


def measured(pipeline: Ours | Seed, work: Callable[[], int], log: io.StringIO) -> Part:
    """Counts the calls, CPU and log of `work`, which answers how often the function ran."""
    calls: list[str] = []  # appending is safe from the labeler's threads
    for client in pipeline.clients.values():
        client.meta.events.register("before-call", lambda model, **_: calls.append(model.name), unique_id="bench")
    log.seek(log.truncate(0))
    before = time.process_time()
    runs = work()
    cpu_ms = (time.process_time() - before) * 1000
    for client in pipeline.clients.values():
        client.meta.events.unregister("before-call", unique_id="bench")
    text = log.getvalue()
    return Part(runs, dict(Counter(calls)), cpu_ms, len(text.encode()), text.count("\n"))


def produced(pipeline: Ours | Seed, events: int) -> int:
    """Goes through so many upload events."""
    for place in range(events):
        pipeline.produce(place)
    return events


def labelled(pipeline: Ours | Seed, messages: Mapping[str, str], batch: int) -> int:
    """Hands over messages (receipts by body) in batches, as the mapping does; answers how many batches."""
    waiting, batches = iter(messages.items()), 0
    while records := [_record(body, receipt) for body, receipt in islice(waiting, batch)]:
        pipeline.label(records)
        batches += 1
    return batches


def _record(body: str, receipt: str) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": "1"}
    return {"messageId": f"id of {receipt}", "receiptHandle": receipt, "body": body, "attributes": attributes}


def received(images: int) -> dict[str, str]:
    """So many different messages out of the queue: receipts by body, which the seed sends more than once."""
    sqs, messages = boto3.client("sqs"), dict[str, str]()
    while len(messages) < images:
        answer = sqs.receive_message(QueueUrl=os.environ["QUEUE_URL"], MaxNumberOfMessages=10)
        messages |= {message["Body"]: message["ReceiptHandle"] for message in answer["Messages"]}
    return dict(islice(messages.items(), images))


def on_canned_answers(wanted: Wanted, log: io.StringIO) -> tuple[Part, Part]:
    """Each part by itself, warmed up, on messages that were never in a queue."""
    pipeline = Ours() if wanted.system == "ours" else Seed()
    messages = {pipeline.body(place): f"receipt {place}" for place in range(wanted.images)}
    labelled(pipeline, dict(islice(messages.items(), WARM_UPS)), wanted.batch)
    pipeline.produce(0)
    producer = measured(pipeline, lambda: produced(pipeline, wanted.events), log)
    return producer, measured(pipeline, lambda: labelled(pipeline, messages, wanted.batch), log)


def on_moto(wanted: Wanted, log: io.StringIO) -> tuple[Part, Part]:
    """One after the other: images in the bucket, an event for each, and what that put into the queue."""
    s3 = boto3.client("s3")
    for bucket in (IMAGES, RESULTS):
        s3.create_bucket(Bucket=bucket)
    os.environ |= function_environment(boto3.client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"])
    for place in range(wanted.waiting):
        s3.put_object(Bucket=IMAGES, Key=key_of(place), Body=b"x" * 100)
    pipeline = Ours() if wanted.system == "ours" else Seed()
    producer = measured(pipeline, lambda: produced(pipeline, wanted.events), log)
    messages = received(wanted.images)
    return producer, measured(pipeline, lambda: labelled(pipeline, messages, wanted.batch), log)


def main() -> None:
    """Measures what the argument asks for and prints it as JSON."""
    wanted, log = Wanted(**json.loads(sys.argv[1])), io.StringIO()
    canned = "AWS_ENDPOINT_URL" in os.environ
    with redirect_stdout(log), nullcontext() if canned else mock_aws():
        producer, labeler = (on_canned_answers if canned else on_moto)(wanted, log)
    print(json.dumps({"producer": asdict(producer), "labeler": asdict(labeler)}))


if __name__ == "__main__":
    main()
