"""Messages in hand stay hidden, those that rest are let be, and one that was not deleted is known to be there still."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from mypy_boto3_sqs import SQSClient

from dayshift import events
from dayshift.adapters.sqs import SqsQueue
from dayshift.adapters.worker_mailbox import LONG_POLL_SECONDS, SqsMailbox
from dayshift.bootstrap.worker import queue_client
from dayshift.domain.errors import ClosedError, TransientError
from tests.fakes import image, request

REQUESTS = [request(image(f"incoming/faces/{number}.jpg")) for number in range(12)]


class Bench:
    """A mailbox, what it said, and what it asked of SQS."""

    def __init__(self, sqs: SQSClient, url: str = "https://queue", at_once: int = 10, visibility: int = 1) -> None:
        self.said: list[str] = []
        self.asked: list[tuple[str, Any]] = []
        sqs.meta.events.register("provide-client-params.sqs", self._note)
        self.mailbox = SqsMailbox(
            sqs, url, lambda messages: events.envelopes_from_messages(messages, "faces"),
            at_once=at_once, visibility_seconds=visibility, say=self.said.append,
        )  # fmt: skip

    def _note(self, params: Any, model: Any, **_: object) -> None:
        self.asked.append((model.name, params))

    def hidden(self) -> list[tuple[str, int]]:
        """The receipts that were hidden, or told to rest, and for how long."""
        return [
            (entry["ReceiptHandle"], entry["VisibilityTimeout"])
            for name, params in self.asked
            if name == "ChangeMessageVisibilityBatch"
            for entry in params["Entries"]
        ]


@pytest.fixture
def url(sqs: SQSClient) -> str:
    made = sqs.create_queue(QueueName="faces", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    SqsQueue(sqs, made).send(REQUESTS)
    return made


def until(condition: Callable[[], object]) -> None:
    end = monotonic() + 5
    while not condition():
        assert monotonic() < end, "it did not come to pass"
        sleep(0.01)


def test_a_batch_is_as_large_as_asked_with_its_receives_counted(sqs: SQSClient, url: str) -> None:
    bench = Bench(sqs, url, at_once=4, visibility=120)
    batch = bench.mailbox.receive()
    assert [one.receive_count for one in batch] == [1] * 4
    assert {one.requests[0].image for one in batch} <= {one.image for one in REQUESTS}
    assert bench.asked[-1][1] == {
        "QueueUrl": url, "MaxNumberOfMessages": 4, "WaitTimeSeconds": 20, "VisibilityTimeout": 120,
        "MessageSystemAttributeNames": ["ApproximateReceiveCount"],
    }  # fmt: skip


def test_no_more_than_ten_are_asked_for_however_many_processors_there_are(sqs: SQSClient, url: str) -> None:
    assert len(Bench(sqs, url, at_once=128).mailbox.receive()) == 10


def test_a_poll_that_brings_nothing_is_no_error() -> None:
    sqs = boto3.client("sqs")
    with Stubber(sqs) as stub:
        stub.add_response("receive_message", {})
        assert Bench(sqs).mailbox.receive() == ()


def test_what_is_in_hand_is_hidden_again_until_it_is_let_go(sqs: SQSClient, url: str) -> None:
    bench = Bench(sqs, url)
    batch = bench.mailbox.receive()
    with bench.mailbox.holding([one.receipt for one in batch]):
        until(lambda: len(bench.hidden()) >= 20)
    after = len(bench.hidden())
    assert {seconds for _, seconds in bench.hidden()} == {1}
    sleep(0.5)
    assert len(bench.hidden()) == after


def test_a_heartbeat_never_shortens_a_rest_nor_hides_what_should_be_seen_at_once(sqs: SQSClient, url: str) -> None:
    bench = Bench(sqs, url)
    often, back, held = [one.receipt for one in bench.mailbox.receive()[:3]]
    with bench.mailbox.holding([often, back, held]):
        bench.mailbox.rest({often: 900})
        bench.mailbox.rest({back: 0})
        until(lambda: bench.hidden().count((held, 1)) >= 2)
    assert bench.hidden()[:2] == [(often, 900), (back, 0)]
    assert {receipt for receipt, _ in bench.hidden()[2:]} == {held}


def test_a_rest_that_sqs_did_not_hear_leaves_the_message_held() -> None:
    sqs = boto3.client("sqs")
    bench = Bench(sqs)
    with Stubber(sqs) as stub:
        stub.add_client_error("change_message_visibility_batch", "ThrottlingException")
        stub.add_response("change_message_visibility_batch", {"Successful": [{"Id": "0"}], "Failed": []})
        with bench.mailbox.holding(["r"]):
            with pytest.raises(TransientError):
                bench.mailbox.rest({"r": 900})
            until(lambda: bench.hidden() == [("r", 900), ("r", 1)])


def test_a_heartbeat_that_fails_is_said_and_beats_again() -> None:
    sqs = boto3.client("sqs")
    bench = Bench(sqs)
    refused = {"Id": "0", "SenderFault": True, "Code": "ReceiptHandleIsInvalid", "Message": "expired"}
    with Stubber(sqs) as stub:
        stub.add_client_error("change_message_visibility_batch", "ServiceUnavailable")
        stub.add_response("change_message_visibility_batch", {"Successful": [], "Failed": [refused]})
        with bench.mailbox.holding(["r"]):
            until(lambda: len(bench.said) == 2)
    assert "ServiceUnavailable while keeping" in bench.said[0]
    assert "ReceiptHandleIsInvalid" in bench.said[1]


def test_what_is_done_is_off_the_queue(sqs: SQSClient, url: str) -> None:
    bench = Bench(sqs, url)
    bench.mailbox.done([one.receipt for one in bench.mailbox.receive()])
    assert SqsQueue(sqs, url).depth().visible + SqsQueue(sqs, url).depth().in_flight == 2


def deleted(good: list[str], bad: dict[str, bool]) -> dict[str, Any]:
    failed = [{"Id": place, "SenderFault": fault, "Code": "C", "Message": "m"} for place, fault in bad.items()]
    return {"Successful": [{"Id": place} for place in good], "Failed": failed}


def test_a_deletion_that_sqs_did_not_do_is_asked_for_again_and_one_that_it_never_will_is_not() -> None:
    sqs = boto3.client("sqs")
    bench = Bench(sqs)
    with Stubber(sqs) as stub:
        stub.add_response("delete_message_batch", deleted(["0"], {"1": False, "2": True}))
        entries = [{"Id": "0", "ReceiptHandle": "b"}]
        stub.add_response("delete_message_batch", deleted(["0"], {}), {"QueueUrl": ANY, "Entries": entries})
        bench.mailbox.done(["a", "b", "c"])
        stub.assert_no_pending_responses()
    assert len(bench.said) == 2


def test_deletions_that_are_never_done_are_an_error_with_both_numbers() -> None:
    sqs = boto3.client("sqs")
    bench = Bench(sqs)
    with Stubber(sqs) as stub:
        stub.add_response("delete_message_batch", deleted(["0"], {"1": False}))
        for _ in range(2):
            stub.add_response("delete_message_batch", deleted([], {"0": False}))
        with pytest.raises(TransientError, match="1 of 2"):
            bench.mailbox.done(["a", "b"])


def test_whoever_polls_has_more_patience_than_the_poll_takes() -> None:
    assert queue_client.__wrapped__().meta.config.read_timeout > LONG_POLL_SECONDS + 5


@pytest.mark.parametrize(
    ("code", "kind"),
    [("AccessDenied", ClosedError), ("AWS.SimpleQueueService.NonExistentQueue", TransientError),
     ("InvalidClientTokenId", TransientError), ("KMS.DisabledException", ClosedError)],
)  # fmt: skip
def test_a_queue_that_refuses_is_about_the_surroundings(code: str, kind: type[Exception]) -> None:
    sqs = boto3.client("sqs")
    with Stubber(sqs) as stub:
        stub.add_client_error("receive_message", code)
        with pytest.raises(kind, match="while receiving"):
            Bench(sqs).mailbox.receive()
