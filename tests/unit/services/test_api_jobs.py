"""A model that is read in jobs keeps every image, promises no time, and says how long a job waits for others."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayshift.adapters.read_by_workers import ReadByWorkers
from dayshift.domain.api_model import ApiModel
from dayshift.domain.images import Limits
from dayshift.domain.model import ModelSpec
from dayshift.services.api.looking import IN_A_JOB
from tests.api_fakes import JPEG, ApiBench
from tests.fakes import NOON

LIMITS = Limits(15_728_640, 80, 10_000, ("jpeg", "png"))
ALONE = "read with others in a job, which begins at most 15 min after the first of them"


def bench_of(power: str | None = None, **options: Any) -> ApiBench:
    """`logos` is read in jobs."""
    bench = ApiBench(family="gpu_job", mapping_uuid=None)
    spec = ModelSpec("logos", "gpu_job", None, "incoming/logos/", options)
    bench.ports = replace(
        bench.ports,
        models={**bench.ports.models, "logos": ApiModel(spec, "https://queue", power)},
        predictor=lambda name: ReadByWorkers(LIMITS) if name == "logos" else bench.predictor,
    )
    return bench


def logos(bench: ApiBench) -> dict[str, Any]:
    return next(one for one in bench.ask("GET /models").body["models"] if one["name"] == "logos")


def test_the_models_tell_for_how_long_a_job_waits_for_others() -> None:
    found = logos(bench_of(gather_minutes=5))
    assert (found["state"], found["power"], found["jobs"]) == ("always", None, {"gather_minutes": 5})
    assert found["maximum_bytes"] == 15_728_640
    assert "jobs" not in logos(ApiBench())
    assert logos(bench_of(gather_minutes="soon"))["jobs"] == {"gather_minutes": 15}, "one wrong option hides no model"


def test_an_image_that_is_sent_along_is_kept_for_a_job_and_no_time_is_promised() -> None:
    bench = bench_of(gather_minutes=15)
    reply = bench.recognize("logos")
    assert (reply.status, reply.body["state"], reply.body["reason"]) == (202, "queued", ALONE)
    assert int(reply.headers["Retry-After"]) == IN_A_JOB
    assert not {"read_by", "wakes_at"} & reply.body.keys()
    (key,) = bench.uploads.stored
    assert key.startswith("incoming/logos/")
    assert bench.uploads.stored[key][2] == JPEG
    shown = bench.ask("GET /images/{id}", path={"id": reply.body["id"]})
    assert (shown.body["state"], shown.body["reason"]) == ("queued", ALONE)
    assert int(shown.headers["Retry-After"]) == IN_A_JOB


def test_a_job_that_waits_for_nobody_begins_within_minutes() -> None:
    assert bench_of(gather_minutes=0).recognize("logos").body["reason"].endswith("begins within minutes")


def test_within_its_hours_an_image_waits_for_a_job_and_outside_for_the_hours() -> None:
    bench = bench_of("office_hours", gather_minutes=15)
    bench.awake()
    assert logos(bench)["state"] == "awake"
    by_day = bench.recognize("logos")
    assert (by_day.body["state"], by_day.body["reason"]) == ("queued", ALONE)
    bench.now = bench.uploads.now = NOON + timedelta(days=1)  # a Saturday
    night = bench.recognize("logos")
    assert (night.status, night.body["state"], night.body["wakes_at"]) == (202, "asleep", "2026-11-23T07:30:00Z")
    assert "read_by" not in night.body
    assert int(night.headers["Retry-After"]) == (2 * 24 - 4) * 3_600 - 1_800, "at the opening, less the warm-up"


@pytest.mark.parametrize("route", ["POST /models/{name}/on", "POST /models/{name}/off"])
def test_jobs_that_begin_at_any_time_are_not_switched(route: str) -> None:
    assert bench_of().ask_json(route, path={"name": "logos"}).status == 409
