"""Days with a service outside: batches and archives, what goes wrong there, who gives up, and when."""

from tests.world.clock import MINUTE
from tests.world.job_desk import JobPlan
from tests.world.job_ports import desk_of
from tests.world.lives import (
    BRINGS_LATE,
    DEAF,
    FORGES,
    HANGS,
    LISTED_LATE,
    NEVER_BRINGS,
    NO_GPU,
    STOPS_HALFWAY,
    TOLD_LATE,
    Life,
)
from tests.world.outside import outside_of
from tests.world.scenarios_of_archives import archive
from tests.world.site import Plan, Site
from tests.world.world import World

PICTURES = Plan("pictures", family="gpu_job", power=None, hours=None)
TRANSFORMS = Plan("pictures", family="gpu_job", power=None, hours=None, job=JobPlan("batch_transform"))
SHORT = JobPlan(gather_minutes=1, deadline_minutes=10, maximum_attempts=2, budget_usd=0.5)
GIVES_UP = Plan("pictures", family="gpu_job", power=None, hours=None, job=SHORT)
DEAR = Plan("pictures", family="gpu_job", power=None, hours=None, job=JobPlan(gather_minutes=1, budget_usd=0.6))


def pictures(world: World) -> Site:
    """The site of all these days."""
    return world.sites["pictures"]


def a_batch_and_an_archive(world: World) -> None:
    """Some images one by one, of which one is none and one puzzles the model; an archive of which one entry is none."""
    for name in ("0.jpg", "1 +é.jpg", "empty.jpg"):
        world.upload(name, "pictures")
    world.upload("text.jpg", "pictures", is_readable=False)
    world.upload("odd.jpg", "pictures", is_readable=False)
    world.run(2)
    world.upload_archive("some.zip", *archive("iti", 1), model="pictures")
    world.delete(world.upload("deleted.jpg", "pictures"))
    world.run(5)
    world.upload("later.jpg", "pictures")
    world.run(20)


def an_archive_twice_at_once(world: World) -> None:
    """The same bytes under the same key, twice; the event of one comes twice, too."""
    content, entries = archive("iii", 1)
    first = world.upload_archive("same.zip", content, entries, "pictures")
    world.upload_archive("same.zip", content, entries, "pictures")
    world.notify(first, 2.0)
    world.run(10)
    world.upload_archive("same.zip", content, entries, "pictures")
    world.run(20)


def jobs_in_a_row(world: World) -> None:
    """Two archives and a batch in the same minute, where one job at once is wanted; the first brings nothing."""
    outside_of(pictures(world)).next_lives.append(NEVER_BRINGS)
    world.upload("a.jpg", "pictures")
    for number in range(2):
        world.upload_archive(f"{number}.zip", *archive("ii", number), model="pictures")
    world.run(55)


def taken_though_nobody_heard(world: World) -> None:
    """The list of jobs is minutes behind, and so is what the service hears."""
    outside_of(pictures(world)).next_lives.extend([LISTED_LATE, TOLD_LATE])
    world.upload("a.jpg", "pictures")
    world.run(20)
    world.upload_archive("b.zip", *archive("ii", 2), model="pictures")
    world.run(25)


def nothing_comes_of_it(world: World) -> None:
    """Two attempts bring nothing of use: the images are given up. Of another job the second brings the rest."""
    outside_of(pictures(world)).next_lives.extend([FORGES, NEVER_BRINGS, STOPS_HALFWAY])
    world.upload("given up.jpg", "pictures")
    world.run(20)
    world.upload_archive("b.zip", *archive("iiii", 2), model="pictures")
    world.run(25)


def it_never_ends(world: World) -> None:
    """One hangs until its own limit, one is deaf to the first cancellations; the third has no GPU for long."""
    outside_of(pictures(world)).next_lives.extend([HANGS, DEAF, NO_GPU])
    world.upload("a.jpg", "pictures")
    world.run(45)
    world.upload("b.jpg", "pictures")
    world.run(30)


def the_money_runs_out(world: World) -> None:
    """Each attempt works long and brings nothing: the budget pays for two."""
    outside_of(pictures(world)).next_lives.extend([Life(works=10.0, brings=lambda _: None), HANGS])
    world.upload("a.jpg", "pictures")
    world.run(40)


def no_credit(world: World) -> None:
    """The service refuses for a quarter of an hour."""
    outside_of(pictures(world)).refuses_until = world.loop.now + 15 * MINUTE
    world.trouble(world.loop.now + 15 * MINUTE)
    world.upload("a.jpg", "pictures")
    world.run(50)


def somebody_cancels(world: World) -> None:
    """One that runs, and what still gathers; and what the first brings comes too late."""
    outside_of(pictures(world)).next_lives.append(BRINGS_LATE)
    world.upload("a.jpg", "pictures")
    world.run(8)
    world.upload("b.jpg", "pictures")
    world.run(2)
    for job in desk_of(pictures(world)).book.jobs:
        world.jobs.cancel(pictures(world), job)
        world.run(0.2)
    world.run(15)


JOBS = {
    live.__name__: (live, plan)
    for live, plan in (
        (a_batch_and_an_archive, PICTURES),
        (an_archive_twice_at_once, PICTURES),
        (jobs_in_a_row, PICTURES),
        (taken_though_nobody_heard, PICTURES),
        (nothing_comes_of_it, GIVES_UP),
        (it_never_ends, GIVES_UP),
        (the_money_runs_out, DEAR),
        (no_credit, TRANSFORMS),
        (somebody_cancels, PICTURES),
    )
}
