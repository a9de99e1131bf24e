"""Every single fault at every call, before and after its effect: nothing is lost, nothing ends twice, nothing fails.

The calls of one image's way are counted first; then each is made to fail once, and the image is delivered again.
"""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from dayshift import bootstrap
from dayshift.domain.errors import TransientError
from dayshift.domain.results import csv_key
from tests.fakes import RESULTS
from tests.functions import Context, World

KEY = "incoming/signs/a b+c.jpg"
SERVICES = ("s3", "sqs", "rekognition")
CALLS = {"producer": 1, "labeler": 5}  # SendMessageBatch; HEAD, labels, text, CSV, JSON
FAULTS: dict[str, Callable[[str], Exception]] = {
    "AccessDeniedException": lambda name: ClientError({"Error": {"Code": "AccessDeniedException"}}, name),
    "ThrottlingException": lambda name: ClientError({"Error": {"Code": "ThrottlingException"}}, name),
    "InternalError": lambda name: ClientError({"Error": {"Code": "InternalError"}}, name),
    "KMS.DisabledException": lambda name: ClientError({"Error": {"Code": "KMS.DisabledException"}}, name),
    "timeout": lambda name: ReadTimeoutError(endpoint_url=f"https://{name}"),
}


class OneFault:
    """Lets the n-th call fail, before AWS hears of it or after AWS has done it; n = 0 only counts."""

    def __init__(self, number: int, fault: str, when: str) -> None:
        self._number, self._fault, self._when = number, fault, when
        self.calls = 0
        for service in SERVICES:
            events = bootstrap.client(service).meta.events
            events.register("before-call", self._before)
            events.register("after-call", self._after)

    def _before(self, model: Any, **_: object) -> None:
        self.calls += 1
        if self.calls == self._number and self._when == "before":
            raise FAULTS[self._fault](model.name)

    def _after(self, model: Any, **_: object) -> None:
        if self.calls == self._number and self._when == "after":
            self._number = 0
            raise FAULTS[self._fault](model.name)


def test_the_calls_of_an_images_way_are_those_counted_here(world: World) -> None:
    _, event = world.upload(KEY)
    counted = {}
    for name in CALLS:
        handle = world.handler(name)
        counting = OneFault(0, "timeout", "before")
        handle(event if name == "producer" else world.batch(), Context())
        counted[name] = counting.calls
    assert counted == CALLS


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("number", range(1, CALLS["labeler"] + 1))
def test_a_labelers_fault_gives_the_message_back_and_then_ends_it_once(
    world: World, number: int, fault: str, when: str
) -> None:
    version, event = world.upload(KEY)
    world.handler("producer")(event, Context())
    label = world.handler("labeler")
    OneFault(number, fault, when)
    batch = world.batch()
    assert len(label(batch, Context())["batchItemFailures"]) == 1
    assert label(batch, Context()) == {"batchItemFailures": []}
    assert world.record(KEY, version)["status"] == "ok"
    assert world.s3.get_object(Bucket=RESULTS, Key=csv_key("signs", KEY, version))["ContentLength"] > 0
    records = world.s3.list_object_versions(Bucket=RESULTS, Prefix="results/")["Versions"]
    assert len(records) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_producers_fault_is_raised_so_that_lambda_tries_the_event_again(world: World, fault: str, when: str) -> None:
    version, event = world.upload(KEY)
    produce = world.handler("producer")
    OneFault(1, fault, when)
    with pytest.raises(TransientError):
        produce(event, Context())
    assert produce(event, Context()) == {"enqueued": 1}
    label = world.handler("labeler")
    while (batch := world.batch())["Records"]:
        assert label(batch, Context()) == {"batchItemFailures": []}
        for record in batch["Records"]:
            world.sqs.delete_message(QueueUrl=world.queue_url, ReceiptHandle=record["receiptHandle"])
    assert world.record(KEY, version)["status"] == "ok"
