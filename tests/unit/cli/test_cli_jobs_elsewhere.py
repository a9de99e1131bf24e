"""A model that is read in jobs in `status`, `costs`, `upload`, `purge`, `backfill`, `schedule`, `on` and `off`."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dayshift.domain.errors import RefusedError
from dayshift.domain.images import ImageRef
from dayshift.domain.job_names import book_key
from dayshift_cli import waiting
from tests.job_fakes import Plan
from tests.unit.cli.conftest import IMAGES, RESULTS
from tests.unit.cli.jobs import FUNCTION, Pictures, deploy_pictures
from tests.unit.cli.test_cli_fleet import _counted as counted

NEVER_ENDS = Plan(works=None)
MONDAY_NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)  # 12:00 in Berlin, open until 18:00


@pytest.fixture
def pictures(aws: Any) -> Pictures:
    return deploy_pictures(aws)


def status(aws: Any, code: int = 0) -> dict[str, Any]:
    result = aws.run("status", "--model", "pictures", "--output", "json")
    assert result.exit_code == code, result.stderr
    value: dict[str, Any] = json.loads(result.stdout)
    return value


def test_status_tells_how_many_jobs_are_where_and_what_today_cost(aws: Any, pictures: Pictures) -> None:
    pictures.plan(Plan(works=timedelta(minutes=30)))
    pictures.archive("a.zip")
    pictures.tick()
    pictures.tick(40)
    spent = sum(one.cost_usd for one in pictures.bench.outcomes)
    pictures.plan(NEVER_ENDS)
    pictures.archive("b.zip")
    pictures.tick()
    pictures.archive("c.zip", 2)
    pictures.tick(10)
    value = status(aws)
    assert (value["mapping"], value["labeler"], value["jobs_function"]) == (None, None, FUNCTION)
    assert (value["jobs"]["open"], value["jobs"]["images"]) == ({"running": 1, "waiting": 1}, 5)
    running = next(job for job in pictures.jobs if job.state == "running")
    assert value["jobs"]["cost_today_usd"] == pytest.approx(spent + running.spent_usd, abs=1e-5)
    assert spent > 0 < running.spent_usd
    assert value["jobs"]["faults"] == []
    lines = aws.run("status").stdout.splitlines()
    assert next(line.split()[-2:] for line in lines if line.startswith("pictures")) == ["none", FUNCTION]
    assert any("1 waiting, 1 running" in line and "10 min ago" in line for line in lines)


def test_status_begins_a_new_day_at_midnight_utc(aws: Any, pictures: Pictures) -> None:
    pictures.archive()
    pictures.tick()
    pictures.tick(10)
    assert status(aws)["jobs"]["cost_today_usd"] > 0
    aws.now += timedelta(hours=16)
    assert status(aws)["jobs"]["cost_today_usd"] == 0


def test_status_as_csv_has_the_jobs_beside_the_queue(aws: Any, pictures: Pictures) -> None:
    pictures.images(4)
    pictures.tick()
    rows = {row["model"]: row for row in csv.DictReader(io.StringIO(aws.run("status", "--output", "csv").stdout))}
    assert (rows["pictures"]["jobs"], rows["pictures"]["images in jobs"], rows["signs"]["jobs"]) == (
        "1 gathering",
        "4",
        "",
    )
    assert None not in rows["signs"]


def test_status_names_what_needs_a_person(aws: Any, pictures: Pictures) -> None:
    pictures.plan(Plan(refuses=RefusedError("402: the account has no credit")))
    pictures.archive()
    pictures.tick()
    assert status(aws)["jobs"]["faults"] == [], "once is worth a look only"
    pictures.tick(10)
    (fault,) = status(aws)["jobs"]["faults"]
    assert "402: the account has no credit" in fault
    assert "402: the account has no credit" in aws.run("status").stdout


def test_status_names_a_job_that_does_not_stop(aws: Any, pictures: Pictures) -> None:
    pictures.plan(Plan(works=None, stops_in=timedelta(days=1)))
    pictures.archive()
    pictures.tick()
    (job,) = pictures.jobs
    aws.run("jobs", "cancel", job.id)
    pictures.tick(20)
    assert status(aws)["jobs"]["faults"] == []
    pictures.tick(20)
    assert status(aws)["jobs"]["faults"] == [f"job {job.id} should have stopped, and may be paid"]


def test_status_counts_the_images_that_failed_today_but_not_those_somebody_gave_up(
    aws: Any, pictures: Pictures
) -> None:
    pictures.plan(NEVER_ENDS)
    pictures.archive("a.zip")
    pictures.tick()
    aws.run("jobs", "cancel", pictures.jobs[0].id)
    pictures.tick(5)
    assert (pictures.jobs, status(aws)["jobs"]["faults"]) == ((), [])
    pictures.plan(Plan(brings=lambda _: b""))
    pictures.archive("b.zip", 2)
    for _ in range(30):
        pictures.tick(5)
    assert status(aws)["jobs"]["faults"] == ["2 images failed today; `dayshift jobs --all` says why"]


def test_who_may_not_read_the_book_sees_all_the_rest(aws: Any, pictures: Pictures) -> None:
    aws.refuse("GetObject", "AccessDenied")
    value = status(aws, 3)
    assert value["jobs"] == {"problem": "not read: Access denied: these credentials need s3:GetObject (in words)"}
    assert value["visible"] == 0


def test_costs_are_what_the_function_counted(aws: Any, pictures: Pictures) -> None:
    at = aws.now - timedelta(hours=1)
    asked = counted(aws, ImagesOk=[(at, 90)], ImagesFailed=[(at, 10)], CostUsd=[(at, 1.8)])
    result = aws.run("costs", "--model", "pictures", "--days", "1", "--output", "json")
    assert result.exit_code == 0, result.stderr
    account = json.loads(result.stdout.splitlines()[0])
    assert (account["images"], account["other_ends"], account["usd"], account["hours"]) == (90, 10, 1.8, None)
    assert account["usd_per_image"] == pytest.approx(0.02)
    assert {one["MetricStat"]["Metric"]["Dimensions"][0]["Value"] for one in asked} == {FUNCTION}


def test_costs_of_jobs_with_hours_have_no_hours_and_save_nothing(aws: Any) -> None:
    deploy_pictures(aws, power="office_hours")
    counted(aws, RanMinutesToday=[(aws.now, 300)], CostUsd=[(aws.now - timedelta(hours=1), 0.5)])
    result = aws.run("costs", "--model", "pictures", "--days", "1", "--output", "json")
    assert result.exit_code == 0, result.stderr
    account = json.loads(result.stdout.splitlines()[0])
    assert (account["usd"], account["hours"], account["saved_usd"], account["always_on_usd"]) == (0.5, None, None, None)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Time that passes only in pauses; the next of `steps` is taken in each of them."""
    state = SimpleNamespace(now=0.0, steps=[])

    def sleep(seconds: float) -> None:
        state.now += seconds
        if state.steps:
            state.steps.pop(0)()

    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: state.now, sleep=sleep))
    return state


def test_an_upload_that_is_waited_for_tells_of_its_own_job(
    aws: Any, pictures: Pictures, tmp_path: Path, clock: SimpleNamespace
) -> None:
    (tmp_path / "cat.png").write_bytes(pictures.png)

    def arrive() -> None:
        head = aws.s3.head_object(Bucket=IMAGES, Key="incoming/pictures/cat.png")
        image = ImageRef(
            IMAGES, "incoming/pictures/cat.png", head["VersionId"], head["ETag"].strip('"'), head["ContentLength"]
        )
        pictures.bench.mailbox.put(image)
        pictures.archive("somebody-elses.zip")
        pictures.tick()

    clock.steps = [arrive, lambda: pictures.tick(20), lambda: pictures.tick(20), lambda: pictures.tick(20)]
    result = aws.run("upload", tmp_path / "cat.png", "--model", "pictures", "--wait")
    assert result.exit_code == 0, result.stderr
    assert "1 image: gathering" in result.stderr
    assert "1 image: running" in result.stderr
    assert "somebody-elses" not in result.stderr
    assert [line.split()[:3] for line in result.stdout.splitlines()][1] == ["cat.png", "pictures", "ok"]


def test_jobs_are_waited_for_longer_and_a_timeout_names_where_to_look(
    aws: Any, pictures: Pictures, tmp_path: Path, clock: SimpleNamespace
) -> None:
    (tmp_path / "cat.png").write_bytes(pictures.png)
    result = aws.run("upload", tmp_path / "cat.png", "--model", "pictures", "--wait")
    assert result.exit_code == 4
    assert "no result after 14400 s" in " ".join(result.stderr.split())
    assert "`dayshift jobs` shows what they are in" in " ".join(result.stderr.split())
    other = aws.run("upload", tmp_path / "cat.png", "--model", "signs", "--wait")
    assert "no result after 900 s" in " ".join(other.stderr.split())


def test_a_purge_waits_for_no_job_and_leaves_the_book(aws: Any, pictures: Pictures) -> None:
    pictures.plan(NEVER_ENDS)
    pictures.archive()
    pictures.tick()
    (job,) = pictures.jobs
    refused = aws.run("purge", "pictures", "--yes")
    assert refused.exit_code == 1
    assert f"jobs of pictures are open ({job.id})" in " ".join(refused.stderr.split())
    aws.run("jobs", "cancel", job.id)
    pictures.tick(5)
    assert pictures.jobs == ()
    aws.s3.put_object(Bucket=RESULTS, Key=f"job-files/pictures/{job.id}/1/results.jsonl", Body=b"x")
    result = aws.run("purge", "pictures", "--yes")
    assert result.exit_code == 0, result.stderr
    assert aws.keys(RESULTS) == [book_key("pictures")]


def test_backfill_names_no_price_that_nobody_knows(aws: Any, pictures: Pictures) -> None:
    aws.put("incoming/pictures/old.jpg")
    result = aws.run("backfill", "--model", "pictures", "--yes", "--output", "json")
    assert result.exit_code == 0, result.stderr
    assert (json.loads(result.stdout)["estimated_usd"], json.loads(result.stdout)["sent"]) == (None, 1)
    assert "1 images, of unknown cost (it is read in jobs, each of which costs at most its budget)" in result.stderr


def test_a_file_too_large_for_a_job_is_refused_before_it_is_sent(aws: Any, pictures: Pictures, tmp_path: Path) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(15 * 1024 * 1024 + 1)
    assert "at most 15,728,640" in aws.run("upload", tmp_path / "huge.jpg", "--model", "pictures").stderr


def test_jobs_with_hours_show_their_gate_and_what_comes_next(aws: Any) -> None:
    aws.now = MONDAY_NOON
    pictures = deploy_pictures(aws, power="office_hours")
    value = status(aws)
    assert (value["mapping"], value["power"]["desired"], value["power"]["workers"]) == ("Enabled", True, None)
    assert "workers" not in aws.run("status").stdout
    schedule = aws.run("schedule", "pictures", "--days", "1", "--from", "2026-11-23")
    assert schedule.exit_code == 0, schedule.stderr
    assert "09:00-18:00" in schedule.stdout
    assert "nothing is paid by the hour" in " ".join(schedule.stderr.split())
    assert pictures.jobs == ()


def test_on_and_off_speak_of_jobs(aws: Any) -> None:
    aws.now = MONDAY_NOON
    deploy_pictures(aws, power="office_hours")

    def said(*words: str) -> str:
        result = aws.run(*words)
        assert result.exit_code == 0, result.stderr
        return " ".join(result.stderr.split())

    assert "Jobs of pictures may begin already" in said("on", "pictures", "--for", "1h")
    assert "no job begins any more. Those under way go on, and are paid" in said("off", "pictures", "--for", "1h")
    assert status(aws)["mapping"] == "Disabled"
    assert "No job of pictures may begin as it is" in said("off", "pictures", "--for", "2h")
    assert "The gate of pictures opens now: jobs begin within a minute" in said("auto", "pictures")
    assert status(aws)["mapping"] == "Enabled"
