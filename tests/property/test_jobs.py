"""Jobs, walked through every state there is, and through weeks of a service that does as it likes."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayshift.domain.errors import RefusedError, TransientError
from dayshift.domain.job_attempts import adopted, begun, ended, given_up, order_of
from dayshift.domain.job_json import book_from_json, book_to_json
from dayshift.domain.job_ports import Order, ServiceJob
from dayshift.domain.job_rest import LONGEST
from dayshift.domain.job_steps import SUBMIT_LEASE, Act, Rules, Seen, decide
from dayshift.domain.job_terms import terms_of
from dayshift.domain.jobs import AT_SERVICE, Book, Job, JobImage, JobState, Phase
from dayshift.services.run_jobs import cancel
from tests.fakes import NOON
from tests.job_fakes import CAT, MINUTE, TERMS, JobBench, Ordered, Plan, all_cats, lines, picture, pictures

RULES = Rules(TERMS, "acme-prod")
TOLD = [None, *(ServiceJob("id0", phase, str(phase), cost) for phase in Phase for cost in (0.0, 2.95))]
AGES = (timedelta(), MINUTE, SUBMIT_LEASE, TERMS.deadline, LONGEST)


def job_in(state: JobState, attempts: int) -> Job:
    """A job of two images in this state, after so many attempts that brought nothing."""
    images = tuple(JobImage(index, picture(index), NOON) for index in range(2))
    job = Job("20261120-120000-00000000", "pictures", JobState.WAITING, NOON, NOON + TERMS.gather, images)
    for _ in range(attempts):
        job = replace(ended(_running(job), None, NOON), state=JobState.WAITING)
    match state:
        case JobState.GATHERING | JobState.WAITING | JobState.CLOSED:
            return replace(job, state=state)
        case JobState.SUBMITTING:
            return begun(job, TERMS, "acme-prod", NOON)
        case JobState.RUNNING:
            return _running(job)
        case JobState.STOPPING:
            return given_up(_running(job), "enough", NOON)
        case JobState.COLLECTING:
            return ended(_running(job), None, NOON)


def _running(job: Job) -> Job:
    return adopted(begun(job, TERMS, "acme-prod", NOON), ServiceJob("id0", Phase.WAITING, "new"), TERMS, NOON)


@pytest.mark.parametrize("state", JobState)
def test_from_every_state_the_order_is_kept(state: JobState) -> None:
    flags = (True, False)
    for attempts, by, age, is_open, room, answered, told in product(
        range(4), (None, "ana"), AGES, flags, flags, flags, TOLD
    ):
        job = replace(job_in(state, attempts), cancelled_by=by)
        step = decide(job, RULES, Seen(is_open, room, answered, told), NOON + age)
        shown = f"{job} with {is_open=} {room=} {answered=} {told=} after {age}: {step}"
        if step.act is Act.SUBMIT:
            assert step.job.state is JobState.SUBMITTING, shown
            assert is_open, shown
            assert by is None, shown
            if state is JobState.WAITING:
                assert room, shown
                assert len(step.job.attempts) == attempts + 1 <= TERMS.maximum_attempts, shown
            else:
                assert (state, answered, told) == (JobState.SUBMITTING, True, None), shown
                assert age >= SUBMIT_LEASE, shown
                assert step.job.attempts[-1].name == job.attempts[-1].name, shown
        if step.act is Act.CANCEL:
            assert step.job.state is JobState.STOPPING, shown
        if state in (JobState.RUNNING, JobState.STOPPING) and step.job.state is JobState.COLLECTING:
            assert answered, shown
            assert told is None or told.phase is Phase.ENDED, shown
        if state in AT_SERVICE and step.job.state not in AT_SERVICE:
            assert step.job.state is JobState.COLLECTING, shown
            assert step.job.attempts[-1].ended_at is not None, shown
        assert step.job.spent_usd <= max(job.spent_usd + 2.95, 2 * age / timedelta(hours=1)), shown


@pytest.mark.parametrize("state", JobState)
def test_from_every_state_a_job_ends_when_the_service_does_as_it_is_told(state: JobState) -> None:
    for attempts, by in product(range(4), (None, "ana")):
        bench = JobBench()
        job = replace(job_in(state, attempts), cancelled_by=by)
        if state in (JobState.RUNNING, JobState.STOPPING) and job.attempt:
            order = order_of(job, job.attempt)
            bench.service.jobs.append(Ordered("id0", order, Plan(brings=all_cats), NOON))
        bench.book.write(Book("pictures", (job,)), None)
        closed = bench.until_closed(minutes=3 * 60)
        assert closed.id == job.id
        assert bench.book.jobs == ()
        assert bench.service.alive() == []
        assert state is JobState.CLOSED or len(bench.records.written) == 2


durations = st.sampled_from([timedelta(), MINUTE, 7 * MINUTE, 45 * MINUTE, timedelta(hours=3)])


def some(order: Order) -> bytes:
    """Every second image, and a line about one that nobody asked for."""
    known = [{"image": f"{one.index:04}.png", "classes": [CAT]} for one in order.images[::2]]
    return lines(*known, {"image": "0999.png", "classes": []})


def forged(order: Order) -> bytes:
    """No line that fits."""
    return lines(*({"image": f"{one.index:04}.png", "classes": [{"name": "cat"}]} for one in order.images))


plans = st.builds(
    Plan,
    queues=durations,
    works=durations | st.none(),
    stops_in=st.sampled_from([timedelta(), MINUTE]),
    brings=st.sampled_from([None, all_cats, some, forged]),
    usd_per_hour=st.sampled_from([0.5, 2.0]),
    times_out=st.booleans(),
    refuses=st.sampled_from([None, None, RefusedError("no credit"), TransientError("no connection")]),
)
troubles = st.sampled_from(["lost tick", "service away", "gate closed", "no time", "two ticks", "book away", "cancel"])


@settings(max_examples=60)
@given(
    st.lists(plans, min_size=1, max_size=5),
    st.dictionaries(st.integers(0, 400), troubles, max_size=40),
    st.integers(1, 5),
    st.sampled_from([timedelta(), 3 * MINUTE]),
)
def test_whatever_happens_each_image_ends_once_and_no_job_costs_more_than_its_budget(
    plans: list[Plan], troubled: dict[int, str], images: int, lists_after: timedelta
) -> None:
    bench = JobBench()
    bench.service.plans, bench.service.lists_after = [*plans, Plan(brings=all_cats)], lists_after
    archive = bench.manifests.of(picture(99, key="incoming/pictures/a.zip"), *pictures(images))
    bench.mailbox.put(archive, archive)
    for minute in range(6 * 24 * 60):
        _minute(bench, troubled.get(minute))
        alive = [one.order.job_id for one in bench.service.alive()]
        assert len(alive) <= 1, "two attempts are alive at the same time"
        open_ids = {job.id for job in bench.book.jobs}
        assert set(alive) <= open_ids, "something is at the service that is in no book"
        if bench.closed.kept and not bench.book.jobs:
            break
    assert len(bench.closed.kept) == 1
    assert len(bench.records.written) == images
    assert bench.service.billed_usd() <= TERMS.budget_usd + 1e-6
    [job] = bench.closed.kept.values()
    assert sum(job.endings.values()) == images
    assert sum(record.cost_usd for record in bench.records.written.values()) == pytest.approx(job.spent_usd)
    assert not bench.mailbox.hidden


@settings(max_examples=60)
@given(st.lists(durations, min_size=4, max_size=4), st.floats(0.5, 10), st.integers(5, 360), st.integers(1, 15))
def test_a_service_that_heeds_no_time_is_stopped_before_its_money_is_spent(
    queues: list[timedelta], budget_usd: float, deadline_minutes: int, tick_minutes: int
) -> None:
    terms = terms_of(
        {
            "budget_usd": budget_usd + 1,
            "maximum_usd_per_hour": 3,
            "deadline_minutes": deadline_minutes,
            "tick_minutes": tick_minutes,
        }
    )
    bench = JobBench(terms=terms)
    endless = Plan(works=None, heeds_time=False, usd_per_hour=3)
    bench.service.plans = [*(replace(endless, queues=queue) for queue in queues), endless]
    bench.mailbox.put(bench.manifests.of(picture(99, key="incoming/pictures/a.zip"), picture()))
    while not bench.closed.kept:
        bench.now += tick_minutes * MINUTE
        bench.tick()
    assert bench.service.billed_usd() <= terms.budget_usd
    assert bench.service.alive() == []


def _minute(bench: JobBench, trouble: str | None) -> None:
    """One minute, and what goes wrong in it."""
    bench.now += MINUTE
    bench.mailbox.rest(dict.fromkeys(bench.mailbox.hidden, 0))  # what a tick leaves in hand is seen again
    if trouble == "lost tick":
        return
    if trouble == "cancel" and bench.book.jobs:
        cancel(bench.ports, bench.book.jobs[0].id, "ana")
    if trouble == "two ticks":
        bench.book.meanwhile = lambda: _tick(bench)
    bench.service.trouble = TransientError("HTTP 500") if trouble == "service away" else None
    bench.gate.answer = trouble != "gate closed"
    bench.has_time = trouble != "no time"
    bench.book.refuse = TransientError("S3 is away") if trouble == "book away" else None
    _tick(bench)
    bench.book.meanwhile = bench.book.refuse = None


def _tick(bench: JobBench) -> None:
    bench.tick()


moments = st.datetimes(timezones=st.just(NOON.tzinfo))
texts = st.text(max_size=8)


@given(st.sampled_from(JobState), st.integers(0, 3), texts, moments, st.dictionaries(texts, st.integers(0, 9)))
def test_a_book_is_read_back_exactly_as_it_was_written(
    state: JobState, attempts: int, text: str, moment: object, endings: dict[str, int]
) -> None:
    job = job_in(state, attempts)
    image = replace(picture(), key=text, version_id=None)
    changed = replace(
        job,
        images=(JobImage(0, image, NOON + timedelta(microseconds=7)),),
        archive=image,
        twins=(picture(3),),
        reason=text,
        endings=endings,
        cancelled_by=text,
    )
    book = Book("pictures", (job, changed))
    assert book_from_json(book_to_json(book)) == book
