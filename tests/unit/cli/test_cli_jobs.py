"""`dayshift jobs`: what is open, what is over, following them, and giving one up."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from click.shell_completion import ShellComplete

from dayshift.domain.errors import RefusedError
from dayshift.domain.job_names import book_key
from dayshift_cli.commands import jobs_list
from dayshift_cli.main import cli
from tests.job_fakes import Plan
from tests.unit.cli.conftest import RESULTS
from tests.unit.cli.jobs import FUNCTION, Pictures, deploy_pictures

NEVER_ENDS = Plan(works=None)


@pytest.fixture
def pictures(aws: Any) -> Pictures:
    return deploy_pictures(aws)


def values(result: Any, code: int = 0) -> list[dict[str, Any]]:
    assert result.exit_code == code, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def rows(result: Any) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_a_job_of_an_archive_tells_where_it_is_what_it_costs_and_until_when(aws: Any, pictures: Pictures) -> None:
    pictures.plan(Plan(works=timedelta(minutes=45)))
    pictures.archive("2026/trip.zip")
    pictures.tick()
    pictures.tick(30)
    (row,) = rows(aws.run("jobs", "--output", "csv"))
    assert (row["model"], row["from"], row["images"], row["state"]) == ("pictures", "2026/trip.zip", "3", "running")
    (job,) = pictures.jobs
    assert job.attempt is not None
    assert (row["job"], row["attempts"], row["usd"]) == (job.id, "1", f"{job.spent_usd:.2f}")
    assert job.spent_usd > 0
    assert row["next"] == f"given up Sat 21 Nov {job.attempt.deadline_at:%H:%M} UTC (in 30 min)"


@pytest.mark.parametrize("words", [(), ("pictures",), ("list",), ("list", "pictures")])
def test_the_list_is_what_is_meant_where_nothing_is_said(aws: Any, pictures: Pictures, words: tuple[str, ...]) -> None:
    pictures.archive()
    pictures.tick()
    result = aws.run("jobs", *words)
    assert result.exit_code == 0, result.stderr
    assert pictures.jobs[0].id in result.stdout


@pytest.mark.parametrize(
    ("typed", "incomplete", "offered"),
    [([], "", ["cancel", "list"]), (["pictures"], "--f", ["--follow"]), (["cancel"], "--m", ["--model"])],
)
def test_a_shell_is_offered_the_commands_and_the_options_of_what_is_meant(
    typed: list[str], incomplete: str, offered: list[str]
) -> None:
    found = ShellComplete(cli, {}, "dayshift", "_X").get_completions(["jobs", *typed], incomplete)
    assert [one.value for one in found] == offered


def test_images_that_came_one_by_one_are_gathered_and_say_until_when(aws: Any, pictures: Pictures) -> None:
    pictures.images(2)
    pictures.tick()
    (row,) = rows(aws.run("jobs", "--output", "csv"))
    assert (row["state"], row["images"], row["from"], row["usd"]) == ("gathering", "2", "", "")
    assert row["next"] == "submitted Sat 21 Nov 08:16 UTC (in 15 min)"
    pictures.images(1, first=2)
    pictures.tick()
    assert rows(aws.run("jobs", "--output", "csv"))[0]["images"] == "3"


def test_the_services_own_word_is_shown_where_it_says_more(aws: Any, pictures: Pictures) -> None:
    pictures.plan(Plan(queues=timedelta(minutes=20)))
    pictures.archive()
    pictures.tick()
    assert rows(aws.run("jobs", "--output", "csv"))[0]["state"] == "running (waiting)"


def test_what_is_over_is_shown_if_asked_for_with_how_its_images_ended(aws: Any, pictures: Pictures) -> None:
    pictures.archive()
    pictures.tick()
    pictures.tick(30)
    assert pictures.jobs == ()
    nothing = aws.run("jobs")
    assert "No job of pictures is open. --all shows those that are over." in nothing.stderr
    (row,) = rows(aws.run("jobs", "--all", "--output", "csv"))
    assert (row["state"], row["why"], row["next"]) == ("closed", "ok 3", "closed Sat 21 Nov 08:31 UTC")
    (value,) = values(aws.run("jobs", "--all", "--output", "json"))
    assert value["archive"]["key"] == "incoming/pictures/trip.zip"
    assert (value["images"], value["endings"], value["state"]) == (3, {"ok": 3}, "closed")
    assert [one["number"] for one in value["attempts"]] == [1]
    assert value["cost_usd"] == pytest.approx(value["attempts"][0]["cost_usd"])


def test_only_the_twenty_that_were_begun_last_are_read(aws: Any, pictures: Pictures) -> None:
    for number in range(22):
        pictures.archive(f"{number}.zip", 1)
        pictures.tick()
        pictures.tick(6)
    aws.calls.clear()
    shown = [row["from"] for row in rows(aws.run("jobs", "--all", "--output", "csv"))]
    assert shown == [f"{number}.zip" for number in range(2, 22)], "the oldest first, the newest at the prompt"
    read = [given["Key"] for name, given in aws.calls if name == "GetObject"]
    assert len(read) == 21, "the book, and twenty"


def test_a_service_that_refuses_says_why_and_when_it_is_asked_again(aws: Any, pictures: Pictures) -> None:
    pictures.plan(Plan(refuses=RefusedError("402: the account has no credit")))
    pictures.archive()
    pictures.tick()
    (row,) = rows(aws.run("jobs", "--output", "csv"))
    assert (row["state"], row["next"]) == ("waiting", "tried again Sat 21 Nov 08:06 UTC (in 5 min)")
    assert "402: the account has no credit" in row["why"]


def test_nothing_in_a_book_acts_on_a_terminal_or_in_a_spreadsheet(aws: Any, pictures: Pictures) -> None:
    pictures.plan(Plan(refuses=RefusedError("\x1b[2J=cmd|' /C calc'!A0")))
    pictures.archive("=trip\x1b[31m.zip")
    pictures.tick()
    for output in ("table", "csv", "json"):
        result = aws.run("jobs", "--output", output)
        assert "\x1b" not in result.stdout + result.stderr
    assert rows(aws.run("jobs", "--output", "csv"))[0]["from"].startswith("'=")


def test_a_book_that_nobody_can_read_is_told_in_one_line(aws: Any, pictures: Pictures) -> None:
    aws.s3.put_object(Bucket=RESULTS, Key=book_key("pictures"), Body=b'{"v": 99}')
    result = aws.run("jobs")
    assert result.exit_code == 1
    assert "jobs/pictures/open.json tells of no job that this release understands" in " ".join(result.stderr.split())
    status = aws.run("status", "--output", "json")
    assert status.exit_code == 3, "the others are shown all the same"
    jobs = {value["model"]: value["jobs"] for value in map(json.loads, status.stdout.splitlines())}
    assert jobs["signs"] is None
    assert jobs["pictures"]["problem"].startswith("not read: ")


def test_a_model_without_jobs_and_a_deployment_without_any_are_wrong_usage(aws: Any, pictures: Pictures) -> None:
    other = aws.run("jobs", "signs")
    assert other.exit_code == 2
    assert "In test: pictures." in " ".join(other.stderr.split())
    del aws.deployment["models"]["pictures"]
    aws.redeploy()
    assert aws.run("jobs").exit_code == 2


def test_a_deployment_in_which_nobody_brings_jobs_about_is_not_understood(aws: Any, pictures: Pictures) -> None:
    del aws.deployment["models"]["pictures"]["jobs"]
    aws.redeploy()
    assert "it lacks models.pictures.jobs" in " ".join(aws.run("status").stderr.split())


def test_cancel_has_the_function_stop_it_with_the_callers_name(aws: Any, pictures: Pictures) -> None:
    pictures.plan(NEVER_ENDS)
    pictures.archive()
    pictures.tick()
    (job,) = pictures.jobs
    result = aws.run("jobs", "cancel", job.id, "--output", "json")
    (value,) = values(result)
    assert pictures.invoked == [{"cancel": job.id, "by": "ada"}]
    assert (value["state"], value["cancelled_by"]) == ("stopping", "ada")
    assert "asked every minute until it says that the job ended" in " ".join(result.stderr.split())
    pictures.tick(2)
    assert pictures.jobs == ()
    (row,) = rows(aws.run("jobs", "--all", "--output", "csv"))
    assert row["why"].startswith("failed 3; ")
    assert row["why"].count("cancelled by ada") == 1
    again = aws.run("jobs", "cancel", job.id)
    assert again.exit_code == 0
    assert f"Job {job.id} is cancelled, and over." in again.stderr
    assert len(pictures.invoked) == 1


def test_what_is_over_stays_as_it_is_and_what_never_was_is_named(aws: Any, pictures: Pictures) -> None:
    pictures.archive()
    pictures.tick()
    (job,) = pictures.jobs
    pictures.tick(30)
    assert "is over already; nothing was cancelled" in aws.run("jobs", "cancel", job.id).stderr
    for name in ("20261121-080000-00000000", "open", "../open"):
        result = aws.run("jobs", "cancel", name)
        assert result.exit_code == 1
        assert f"There is no job {name!r} of pictures" in result.stderr
    assert pictures.invoked == []


def test_a_job_that_ends_while_it_is_cancelled_is_over(aws: Any, pictures: Pictures) -> None:
    pictures.archive()
    pictures.tick()
    (job,) = pictures.jobs

    def slow(given: Any) -> Any:
        pictures.tick(30)
        payload = io.BytesIO(b'{"errorType": "ForeignMessageError", "errorMessage": "job must be one of []"}')
        return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": payload}

    aws.answers["Invoke"] = slow
    result = aws.run("jobs", "cancel", job.id)
    assert result.exit_code == 0, result.stderr
    assert "is over already" in result.stderr


def test_a_function_that_does_not_do_it_is_an_error(aws: Any, pictures: Pictures) -> None:
    pictures.plan(NEVER_ENDS)
    pictures.archive()
    pictures.tick()
    (job,) = pictures.jobs
    aws.answers["Invoke"] = lambda _: {"Payload": io.BytesIO(b'{"models": {"pictures": {}}}')}
    result = aws.run("jobs", "cancel", job.id)
    assert result.exit_code == 1
    assert f"The function {FUNCTION} was told so, and the job is not cancelled" in " ".join(result.stderr.split())


@pytest.fixture
def passing(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> Pictures:
    """Each pause of whoever follows is two minutes in which the function runs."""
    monkeypatch.setattr("dayshift_cli.following.time.sleep", lambda _: pictures.tick(2))
    return pictures


def test_followed_in_a_pipe_each_change_is_a_line_until_nothing_is_left(aws: Any, passing: Pictures) -> None:
    passing.archive()
    passing.tick()
    result = aws.run("jobs", "--follow")
    assert result.exit_code == 0, result.stderr
    first, *_, last = result.stdout.splitlines()
    assert first.startswith("job 20261121-080100-")
    assert " of trip.zip, 3 images: running" in first
    assert ": closed, 0." in last
    assert last.endswith(": ok 3")
    assert len(result.stdout.splitlines()) == 2, "not one for each look"


def test_followed_as_json_each_change_is_an_object(aws: Any, passing: Pictures) -> None:
    passing.images(2)
    passing.tick()
    states = [value["state"] for value in values(aws.run("jobs", "--follow", "--output", "json"))]
    assert states == ["gathering", "running", "closed"]
    assert [row["state"] for row in rows(aws.run("jobs", "--follow", "--output", "csv"))] == []


def test_what_waits_in_a_queue_is_waited_for(aws: Any, passing: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.sqs.send_message(QueueUrl=aws.url("pictures"), MessageBody="{}")
    naps = list[float]()

    def arrive(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            aws.messages("pictures")
            passing.archive()
        passing.tick(2)

    monkeypatch.setattr("dayshift_cli.following.time.sleep", arrive)
    result = aws.run("jobs", "--follow")
    assert result.exit_code == 0, result.stderr
    assert "closed" in result.stdout.splitlines()[-1]


def test_a_job_that_came_and_went_between_two_looks_is_told_too(
    aws: Any, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.archive("before.zip")
    pictures.tick()
    pictures.tick(30)
    naps = list[float]()

    def hurry(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 1:
            pictures.archive("quick.zip")
            pictures.tick()
            pictures.tick(30)

    monkeypatch.setattr("dayshift_cli.following.time.sleep", hurry)
    (line,) = aws.run("jobs", "--follow").stdout.splitlines()
    assert " of quick.zip, 3 images: closed" in line


def test_following_ends_with_its_time_and_says_what_is_left(aws: Any, pictures: Pictures) -> None:
    pictures.plan(NEVER_ENDS)
    pictures.archive()
    pictures.tick()
    result = aws.run("jobs", "--follow", "--timeout", "0")
    assert result.exit_code == 4
    assert "Not all is over after 0 s. Nothing is lost" in result.stderr
    assert aws.run("jobs", "--timeout", "5").exit_code == 2


def test_images_that_failed_are_told_by_the_exit_code(aws: Any, passing: Pictures) -> None:
    passing.plan(Plan(brings=lambda _: b""))
    passing.archive()
    passing.tick()
    result = aws.run("jobs", "--follow")
    assert result.exit_code == 3
    assert ": closed, attempt 3, " in result.stdout.splitlines()[-1]
    assert ": failed 3; " in result.stdout.splitlines()[-1]


def test_on_a_terminal_the_table_is_shown_anew_until_a_person_ends_it(
    aws: Any, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.plan(NEVER_ENDS)
    pictures.archive()
    pictures.tick()
    looks = list[float]()

    def nap(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("dayshift_cli.following.time.sleep", nap)
    monkeypatch.setattr(jobs_list, "is_terminal", lambda: True)
    result = aws.run("jobs", "--follow")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("trip.zip") == 3
    assert "Nothing else waits for pictures." in result.stderr


def test_who_looks_at_jobs_needs_what_the_page_of_the_command_says(
    aws: Any, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dayshift_cli.following.time.sleep", lambda _: None)
    pictures.archive()
    pictures.tick()
    pictures.tick(30)
    called = dict[tuple[str, ...], set[str]]()
    for words in (("jobs", "--all"), ("jobs", "--follow")):
        aws.calls.clear()
        assert aws.run(*words).exit_code == 0
        called[words] = {operation for operation, _ in aws.calls}
        keys = [str(given.get("Key") or given.get("Prefix")) for name, given in aws.calls if "Object" in name]
        assert all(key.startswith("jobs/pictures/") for key in keys)
    looks = {"GetParameter", "GetObject", "ListObjectsV2"}
    assert called == {("jobs", "--all"): looks, ("jobs", "--follow"): looks | {"GetQueueAttributes"}}
