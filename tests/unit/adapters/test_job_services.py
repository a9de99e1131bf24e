"""What every service behind the port of jobs does: each before a stand-in that runs what it is asked for."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from mypy_boto3_s3 import S3Client

from dayshift.adapters.gpu_job import LIMITS, PROVIDERS
from dayshift.domain.errors import RefusedError, TransientError
from dayshift.domain.jobs import Phase
from tests.unit.adapters.job_benches import (
    BENCHES,
    BROKEN,
    LOGOS,
    USD_PER_HOUR,
    Bench,
    Does,
    after,
    an_order,
    packed,
)

MINUTES = 30


@pytest.fixture(params=sorted(BENCHES))
def bench(request: pytest.FixtureRequest, s3: S3Client) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield stack.enter_context(BENCHES[request.param](s3))


def test_every_provider_is_held_to_this() -> None:
    assert set(PROVIDERS) == set(BENCHES)


def test_all_read_the_same_images(bench: Bench) -> None:
    assert bench.service.limits == LIMITS


def test_what_was_never_asked_for_is_not_there(bench: Bench) -> None:
    assert bench.service.find(an_order().name) is None
    assert bench.service.look("no-such-job") is None
    bench.service.cancel("no-such-job")


def test_a_job_brings_what_the_model_saw_of_each_image(bench: Bench) -> None:
    order = packed(bench, an_order(3), LOGOS[0], BROKEN, LOGOS[1])
    job = bench.service.submit(order)
    ended = after(bench, job, Phase.ENDED)
    results = bench.service.results(order)
    assert results.problem is None, ended
    names = {index: prediction.detections[0].name for index, prediction in results.predictions.items()}
    assert names == {0: "lantern", 2: "harbour"}
    assert all(prediction.model_version for prediction in results.predictions.values())
    assert [*results.refusals] == [1]
    assert bench.alive() == 0


def test_a_job_is_found_by_its_name_while_it_works_and_when_it_has_ended(bench: Bench) -> None:
    order = packed(bench, an_order(), LOGOS[0])
    job = bench.service.submit(order)
    early = bench.service.find(order.name)
    after(bench, job, Phase.ENDED)
    late = bench.service.find(order.name)
    assert early is not None
    assert late is not None
    assert (early.id, late.id, late.phase) == (job.id, job.id, Phase.ENDED)


def test_the_next_attempt_is_another_job_with_results_of_its_own(bench: Bench) -> None:
    first = packed(bench, an_order(), LOGOS[0])
    after(bench, bench.service.submit(first), Phase.ENDED)
    second = packed(bench, an_order(attempt=2), LOGOS[1])
    assert bench.service.find(second.name) is None
    assert bench.service.results(second).predictions == {}
    job = bench.service.submit(second)
    after(bench, job, Phase.ENDED)
    assert bench.service.results(second).predictions[0].detections[0].name == "harbour"
    assert bench.service.results(first).predictions[0].detections[0].name == "lantern"


def test_the_same_order_twice_leaves_one_job_that_works(bench: Bench) -> None:
    order = packed(bench, an_order(), LOGOS[0])
    for _ in range(2):
        bench.the_next(Does.NEVER_END)
        bench.service.submit(order)
    assert bench.service.find(order.name) is not None
    assert bench.alive() == 1


def test_an_order_whose_answer_is_lost_is_no_refusal_and_is_found(bench: Bench) -> None:
    order = packed(bench, an_order(), LOGOS[0])
    bench.lose_the_next_answer()
    with pytest.raises(TransientError) as caught:
        bench.service.submit(order)
    assert not isinstance(caught.value, RefusedError)
    found = bench.service.find(order.name)
    assert found is not None
    after(bench, found, Phase.ENDED)
    assert bench.service.results(order).predictions[0].detections[0].name == "lantern"


def test_a_refusal_is_one_and_leaves_nothing_behind(bench: Bench) -> None:
    order = packed(bench, an_order(), LOGOS[0])
    bench.refuse_the_next()
    with pytest.raises(RefusedError):
        bench.service.submit(order)
    assert bench.service.find(order.name) is None
    assert bench.alive() == 0


def test_a_job_that_never_ends_is_paid_until_it_is_cancelled(bench: Bench) -> None:
    bench.the_next(Does.NEVER_END)
    job = bench.service.submit(packed(bench, an_order(), LOGOS[0]))
    begun = after(bench, job, Phase.RUNNING)
    bench.pass_time(minutes=MINUTES)
    seen = bench.service.look(job.id)
    assert seen is not None
    assert seen.cost_usd - begun.cost_usd == pytest.approx(USD_PER_HOUR * MINUTES / 60)
    bench.service.cancel(job.id)
    bench.service.cancel(job.id)
    ended = after(bench, job, Phase.ENDED)
    bench.pass_time(minutes=MINUTES)
    assert bench.service.look(job.id) == ended
    bench.service.cancel(job.id)
    assert bench.alive() == 0


@pytest.mark.parametrize("does", [Does.LOSE, Does.FAIL, Does.FORGE])
def test_what_a_job_does_not_bring_is_told_and_nothing_is_made_up(bench: Bench, does: Does) -> None:
    bench.the_next(does)
    order = packed(bench, an_order(3), LOGOS[0], LOGOS[1], LOGOS[0])
    after(bench, bench.service.submit(order), Phase.ENDED)
    results = bench.service.results(order)
    assert (results.predictions, results.refusals) == ({}, {})
    assert results.problem
    assert bench.alive() == 0


def test_packed_again_only_what_was_packed_last_is_read(bench: Bench) -> None:
    packed(bench, an_order(2), LOGOS[0], LOGOS[0])
    order = packed(bench, an_order(), LOGOS[1])
    after(bench, bench.service.submit(order), Phase.ENDED)
    results = bench.service.results(an_order(2))
    assert {index: found.detections[0].name for index, found in results.predictions.items()} == {0: "harbour"}


def test_a_parcel_that_was_never_closed_is_nowhere(bench: Bench) -> None:
    order = an_order(2)
    bench.service.parcel(order).add(0, order.images[0].image, LOGOS[0], "png")
    packed(bench, an_order(), LOGOS[1])
    bench.service.parcel(order).add(0, order.images[0].image, LOGOS[0], "png")
    after(bench, bench.service.submit(order), Phase.ENDED)
    assert [*bench.service.results(order).predictions] == [0]
