"""Two functions at the same time: what one has begun since the other read the book takes the other's place."""

from dataclasses import replace
from datetime import timedelta

from dayshift.domain.errors import RefusedError
from dayshift.domain.jobs import AT_SERVICE, JobState
from tests.job_fakes import JobBench, Plan, pictures


def test_where_another_function_has_begun_a_job_meanwhile_no_second_one_begins() -> None:
    bench = JobBench()
    bench.service.plans = [Plan(refuses=RefusedError("no credit"))] * 2 + [Plan(works=None)] * 2
    for number, image in enumerate(pictures(2)):
        archive = replace(image, key=f"incoming/pictures/{number}.zip")
        bench.mailbox.put(bench.manifests.of(archive, image))
    bench.tick()
    assert [job.state for job in bench.book.jobs] == [JobState.WAITING] * 2
    bench.now += timedelta(minutes=6)

    def another_begins_the_second() -> None:
        book, mark = bench.book.read()
        second = max(book.jobs, key=lambda job: job.id)
        bench.book.write(book.changed(second.id, replace(second, state=JobState.SUBMITTING)), mark)

    bench.book.meanwhile = another_begins_the_second
    bench.tick()
    assert sum(job.state in AT_SERVICE for job in bench.book.jobs) == 1
    assert bench.service.alive() == []
