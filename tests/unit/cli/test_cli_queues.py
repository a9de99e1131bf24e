"""`dayshift status`, `redrive`, `purge` and `sweep`: the queues as they are, moved, emptied."""

import io
import json
from typing import Any

import boto3
import pytest

from dayshift_cli import queues, redriving

ROLE_TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted, not made."""
    pauses: list[float] = []
    monkeypatch.setattr("dayshift_cli.queues.time.sleep", pauses.append)
    monkeypatch.setattr(redriving, "_LONG_POLL_SECONDS", 0)
    return pauses


def _send(aws: Any, count: int, role: str = "queue") -> None:
    for number in range(count):
        aws.sqs.send_message(QueueUrl=aws.url("signs", role), MessageBody=json.dumps({"number": number}))


def _mapping(aws: Any, enabled: bool) -> None:
    """A real labeler and mapping in moto for `signs`."""
    role = boto3.client("iam").create_role(RoleName="labeler", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]["Arn"]
    functions = boto3.client("lambda", region_name="eu-central-1")
    functions.create_function(
        FunctionName="dayshift-test-signs-labeler", Runtime="python3.13", Role=role, Handler="h.h",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
    )  # fmt: skip
    arn = queues.arn(aws.sqs, aws.url("signs"))
    mapping = functions.create_event_source_mapping(
        EventSourceArn=arn, FunctionName="dayshift-test-signs-labeler", Enabled=enabled, BatchSize=10
    )
    aws.deployment["models"]["signs"]["mapping_uuid"] = mapping["UUID"]
    aws.redeploy()


def test_status_counts_what_waits_and_what_died(aws: Any) -> None:
    _mapping(aws, enabled=False)
    _send(aws, 3)
    _send(aws, 2, "dlq")
    aws.sqs.receive_message(QueueUrl=aws.url("signs"), MaxNumberOfMessages=1, VisibilityTimeout=600)
    result = aws.run("status", "--model", "signs", "--output", "json")
    assert result.exit_code == 0, result.stderr
    value = json.loads(result.stdout)
    assert (value["visible"], value["in_flight"], value["delayed"], value["dead_letters"]) == (2, 1, 0, 2)
    assert (value["mapping"], value["labeler"]) == ("Disabled", "dayshift-test-signs-labeler")


def test_status_shows_a_missing_mapping_beside_the_other_models(aws: Any) -> None:
    _mapping(aws, enabled=True)
    lines = aws.run("status").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["pets", "signs"]
    assert lines[1].split()[6] == "Missing"
    assert lines[2].split()[6] == "Enabled"


def test_status_shows_a_problem_of_the_mapping_in_inert_words(aws: Any) -> None:
    problem = "PROBLEM: Function call failed\x1b[2J"
    aws.answers["GetEventSourceMapping"] = lambda _: {"State": "Enabled", "LastProcessingResult": problem}
    result = aws.run("status", "--model", "signs")
    assert "Enabled (PROBLEM: Function call failed[2J)" in result.stdout


def test_status_colours_what_needs_a_person_only_where_colour_is_wanted(
    aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _send(aws, 1, "dlq")
    assert "\x1b" not in aws.run("status").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    coloured = aws.run("status", "--model", "signs").stdout.splitlines()[1]
    assert "\x1b[1;31m1\x1b[0m" in coloured
    assert "\x1b[1;31mMissing\x1b[0m" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31m" not in aws.run("status").stdout


def test_redrive_starts_the_move_and_follows_it_to_its_end(aws: Any) -> None:
    _send(aws, 3, "dlq")
    states = iter([[], [_task("RUNNING", 1)], [_task("COMPLETED", 3)]])
    aws.answers["ListMessageMoveTasks"] = lambda _: {"Results": next(states)}
    aws.answers["StartMessageMoveTask"] = lambda _: {"TaskHandle": "h"}
    result = aws.run("redrive", "signs")
    assert result.exit_code == 0, result.stderr
    assert "Moved 3 messages" in result.stderr
    (started,) = [parameters for operation, parameters in aws.calls if operation == "StartMessageMoveTask"]
    assert started["SourceArn"].endswith("signs-dlq")
    assert started["DestinationArn"].endswith("signs-queue")


def test_redrive_follows_a_move_that_is_running_already(aws: Any) -> None:
    _send(aws, 3, "dlq")
    states = iter([[_task("RUNNING", 0)], [_task("COMPLETED", 3)]])
    aws.answers["ListMessageMoveTasks"] = lambda _: {"Results": next(states)}
    result = aws.run("redrive", "signs")
    assert result.exit_code == 0, result.stderr
    assert "StartMessageMoveTask" not in [operation for operation, _ in aws.calls]


def test_redrive_follows_a_move_that_somebody_started_meanwhile(aws: Any) -> None:
    _send(aws, 1, "dlq")
    states = iter([[], [_task("RUNNING", 0)], [_task("COMPLETED", 1)]])
    aws.answers["ListMessageMoveTasks"] = lambda _: {"Results": next(states)}
    aws.refuse("StartMessageMoveTask", "AWS.SimpleQueueService.UnsupportedOperation")
    assert aws.run("redrive", "signs").exit_code == 0


def test_redrive_tells_a_failed_move_from_one_that_takes_long(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _send(aws, 1, "dlq")
    aws.answers["ListMessageMoveTasks"] = lambda _: {"Results": [_task("RUNNING", 0)]}
    slow = aws.run("redrive", "signs", "--timeout", "0")
    assert slow.exit_code == 4
    failed = {**_task("FAILED", 1), "FailureReason": "AccessDenied"}
    states = iter([[_task("RUNNING", 0)], [failed]])
    aws.answers["ListMessageMoveTasks"] = lambda _: {"Results": next(states)}
    result = aws.run("redrive", "signs")
    assert result.exit_code == 1
    assert "ended as FAILED after 1 messages (AccessDenied)" in result.stderr


def test_redrive_says_where_sqs_cannot_and_moves_by_hand_without_loss(aws: Any) -> None:
    _send(aws, 25, "dlq")
    aws.refuse("ListMessageMoveTasks", "AWS.SimpleQueueService.UnsupportedOperation")
    refused = aws.run("redrive", "signs")
    assert refused.exit_code == 1
    assert "`--by-hand`" in refused.stderr
    assert aws.run("redrive", "signs", "--by-hand").exit_code == 0
    assert sorted(body["number"] for body in aws.messages()) == list(range(25))
    assert aws.messages(role="dlq") == []


def test_by_hand_deletes_nothing_that_was_not_sent(aws: Any) -> None:
    _send(aws, 5, "dlq")
    aws.answers["SendMessageBatch"] = lambda parameters: {
        "Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in parameters["Entries"]]
    }
    result = aws.run("redrive", "signs", "--by-hand")
    assert result.exit_code == 1
    assert "5 messages could not be sent" in result.stderr
    assert "DeleteMessageBatch" not in [operation for operation, _ in aws.calls]


def test_redrive_of_an_empty_queue_is_done(aws: Any) -> None:
    assert "nothing to move" in aws.run("redrive", "signs").stderr


def test_purge_asks_for_the_models_name_and_touches_nothing_without(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/a.jpg"))
    _send(aws, 2)
    for stdin in ("pets\n", ""):
        assert aws.run("purge", "signs", stdin=stdin).exit_code == 1
    assert len(aws.keys(aws.deployment["results_bucket"])) == 2
    assert len(aws.messages()) == 2


def test_purge_empties_queues_and_every_version_of_results_and_keeps_images_and_other_models(aws: Any) -> None:
    bucket = aws.deployment["results_bucket"]
    image = aws.put("incoming/signs/a.jpg")
    for _ in range(2):
        aws.answer(image)
    aws.s3.delete_object(Bucket=bucket, Key=aws.keys(bucket)[0])
    aws.s3.put_object(Bucket=bucket, Key="_ledger/signs/tries/x.json", Body=b"{}")
    aws.answer(aws.put("incoming/pets/b.jpg"), model="pets")
    _send(aws, 2)
    _send(aws, 1, "dlq")
    result = aws.run("purge", "signs", stdin="signs\n")
    assert result.exit_code == 0, result.stderr
    assert f"2 messages of {aws.url('signs')}, 1 of {aws.url('signs', 'dlq')}, and 6 versions" in result.stderr
    left = aws.s3.list_object_versions(Bucket=bucket)
    assert {entry["Key"].split("/")[1] for entry in left["Versions"]} == {"pets"}
    assert "DeleteMarkers" not in left
    assert aws.messages() == aws.messages(role="dlq") == []
    assert aws.keys() == ["incoming/pets/b.jpg", "incoming/signs/a.jpg"]


def test_purge_waits_where_another_purge_ran_in_the_last_minute(aws: Any, no_pauses: list[float]) -> None:
    refusals = iter([True, False, False])

    def once(_: Any) -> None:
        if next(refusals):
            aws_error = boto3.client("sqs", region_name="eu-central-1").exceptions.PurgeQueueInProgress
            raise aws_error({"Error": {"Code": "AWS.SimpleQueueService.PurgeQueueInProgress"}}, "PurgeQueue")

    aws.answers["PurgeQueue"] = once
    result = aws.run("purge", "signs", "--yes")
    assert result.exit_code == 0, result.stderr
    assert no_pauses == [60]


def test_purge_names_a_result_that_s3_kept(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/a.jpg"))
    aws.answers["DeleteObjects"] = lambda _: {"Errors": [{"Key": "k", "Code": "AccessDenied", "Message": "no"}]}
    result = aws.run("purge", "signs", "--yes")
    assert result.exit_code == 1
    assert "S3 kept 1 of 2 objects, the first k (AccessDenied: no)" in result.stderr


@pytest.mark.parametrize(("finished", "code"), [(True, 0), (False, 3)])
def test_sweep_shows_the_counts_and_whether_it_got_to_the_end(aws: Any, finished: bool, code: int) -> None:
    counts = {"seen": 9, "enqueued": 2, "exhausted": 1, "finished": finished}
    aws.answers["Invoke"] = lambda _: _answer({"models": {"signs": counts}})
    result = aws.run("sweep", "--model", "signs", "--older-than", "0")
    assert result.exit_code == code
    assert result.stdout.splitlines()[1].split() == ["signs", "9", "2", "1", "yes" if finished else "no"]
    (sent,) = [parameters for operation, parameters in aws.calls if operation == "Invoke"]
    assert sent["FunctionName"] == "dayshift-test-sweep"
    assert json.loads(sent["Payload"]) == {"model": "signs", "older_than_minutes": 0}


def test_a_failed_sweep_and_a_strange_answer_end_in_one_line(aws: Any) -> None:
    aws.answers["Invoke"] = lambda _: {
        **_answer({"errorType": "TransientError", "errorMessage": "not\x1b[31m swept"}), "FunctionError": "Unhandled",
    }  # fmt: skip
    failed = aws.run("sweep")
    assert failed.exit_code == 1
    assert "The function dayshift-test-sweep failed: TransientError: not[31m swept" in failed.stderr
    aws.answers["Invoke"] = lambda _: _answer(["?"])
    assert "answered something else than a sweep" in aws.run("sweep").stderr


def _answer(value: Any) -> dict[str, Any]:
    return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(value).encode())}


def _task(status: str, moved: int) -> dict[str, Any]:
    return {"Status": status, "ApproximateNumberOfMessagesMoved": moved, "ApproximateNumberOfMessagesToMove": 3}
