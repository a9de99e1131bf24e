"""Days on which something is going on, short enough to be lived through thousands of times."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.world import scenarios_of_jobs
from tests.world.applying import apply
from tests.world.endpoint import Word, endpoint_of
from tests.world.group import group_of
from tests.world.hours import Hours
from tests.world.scenarios_of_archives import (
    an_archive_whose_first_run_dies,
    archives_lost_doubled_deleted,
    archives_of_a_morning,
    two_models_archives,
)
from tests.world.setting import Setting
from tests.world.site import Plan
from tests.world.world import World

# Monday 23 November 2026, 08:15 in Berlin: a quarter of an hour before the start of a model that opens at nine.
EARLY = datetime(2026, 11, 23, 7, 15, tzinfo=UTC)
HOUR_A_DAY = Hours("Europe/Berlin", "09:00", "09:40")
LONGEST_REST = timedelta(days=9)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world, and what people do in it."""

    setting: Setting
    live: Callable[[World], None]


def a_plain_office_day(world: World) -> None:
    """Images wait at the opening, come in a burst, one of them is none; then it closes."""
    world.upload("early bird.jpg")
    world.run_to("09:10")
    for number in range(12):
        world.upload(f"burst {number}+.jpg", is_readable=number != 3)
    world.run_to("09:30")


def a_closing_with_work_in_flight(world: World) -> None:
    """A batch is being read at the closing; what comes after it waits for tomorrow."""
    world.sites["logos"].service.seconds_an_image = 4.0
    world.run_to("09:39")
    world.run(0.7)
    for number in range(8):
        world.upload(f"late {number}.jpg")
    world.run_to("09:41")
    world.upload("too late.jpg")


def a_start_that_fails_once(world: World) -> None:
    """The first start ends in FAILED."""
    world.sites["logos"].service.next_starts.extend([None, 8.0])
    world.upload("patient.jpg")
    world.run_to("09:30")


def two_models(world: World) -> None:
    """Two models, two queues; one closes while the other opens."""
    world.upload("a.jpg", "logos")
    world.upload("a.jpg", "signs")
    world.run_to("09:20")
    world.upload("b.jpg", "signs")
    world.run_to("10:00")


def two_overrides(world: World) -> None:
    """Switched off in the middle of the day, and on in the evening."""
    world.upload("waits.jpg")
    world.run_to("09:05")
    world.override(running=False, hours=0.4)
    world.upload("waits too.jpg")
    world.run_to("18:00")
    world.override(running=True, hours=0.5)
    world.upload("at night.jpg")
    world.run_to("18:40")


def a_start_over_the_closing(world: World) -> None:
    """The start takes longer than the day is open; it cannot be stopped before it has come to its end."""
    world.sites["logos"].service.next_starts.append(85.0)
    world.upload("tomorrow.jpg")
    world.run_to("10:10")


def lost_twice_deleted_overwritten(world: World) -> None:
    """Everything that befalls an image on its way: its event lost or doubled, itself deleted or overwritten."""
    world.upload_silently("lost.jpg")
    twice = world.upload("twice.jpg")
    world.notify(twice, 2.0)
    world.delete(world.upload("deleted.jpg"))
    world.upload("overwritten.jpg")
    world.run(1)
    world.upload("overwritten.jpg")
    world.upload("tiny.jpg", size=10, is_readable=False)
    world.run_to("09:20")
    world.notify(twice, 0.1)
    world.run_to("09:35")


def a_deadline_wake(world: World) -> None:
    """Nobody asks for anything until an image comes, whose results are due in two hours."""
    world.run_to("08:30")
    world.upload("first.jpg")
    world.run_to("09:30")
    world.upload("second.jpg")
    world.run_to("11:00")


def an_endpoint_s_day(world: World) -> None:
    """Images wait for the endpoint; what cannot be read is among them; SageMaker updates it over the closing."""
    world.upload("early bird.jpg")
    world.run_to("09:10")
    for number in range(2):
        world.upload(f"{number}+.jpg", is_readable=number > 0, size=48_000)
    world.delete(world.upload("deleted.jpg"))
    world.run_to("09:35")
    endpoint_of(world.sites["logos"]).maintain((15.0, 15.0))
    world.run_to("09:45")


def an_endpoint_that_breaks(world: World) -> None:
    """The first creation ends in Failed, and so does the endpoint itself, when nobody wants it any more."""
    endpoint_of(world.sites["logos"]).next_starts.extend([None, 8.0])
    world.upload("patient.jpg")
    world.run_to("09:39")
    world.meddle(lambda: endpoint_of(world.sites["logos"]).turn(Word.UPDATE_ROLLBACK_FAILED))
    world.run_to("09:45")


def a_changed_configuration(world: World) -> None:
    """Applied while images are being read: the endpoint goes, and then its configuration; another comes."""
    world.upload("before.jpg")
    world.run_to("09:02")
    endpoint_of(world.sites["logos"]).seconds_an_image = 2.0
    for number in range(3):
        world.upload(f"meanwhile {number}.jpg")
    world.run(0.1)
    apply(world, world.sites["logos"])
    world.run_to("09:30")
    world.upload("after.jpg")
    world.run_to("09:45")


def a_stranger_s_endpoint(world: World) -> None:
    """An endpoint of this name is there already, and not ours: it is left alone, until it is gone."""
    endpoint_of(world.sites["logos"]).occupy("acme-prod")
    world.upload("waits.jpg")
    world.run_to("09:05")
    world.meddle(endpoint_of(world.sites["logos"]).leave)
    world.run_to("09:30")


def a_fleet_s_day(world: World) -> None:
    """More than one worker should read; one is none, one is gone; some are being read at the closing."""
    world.run_to("09:00")
    group_of(world.sites["logos"]).seconds_an_image = 15.0
    for number in range(6):
        world.upload(f"early {number}+.jpg", is_readable=number != 3)
    world.delete(world.upload("deleted.jpg"))
    world.run_to("09:09")
    world.run(0.7)
    for number in range(3):
        world.upload(f"late {number}.jpg")
    world.run_to("09:11")


def a_fleet_that_is_taken_back(world: World) -> None:
    """The first launch finds no capacity; spot takes one instance with a notice, another without a word."""
    group = group_of(world.sites["logos"])
    group.next_starts.append(None)
    group.seconds_an_image = 20.0
    for number in range(6):
        world.upload(f"{number}.jpg")
    while len(group.serving) < 1:
        world.run(0.5)
    world.run(0.4)
    world.meddle(lambda: group.interrupt(group.serving[0]))
    world.run(4)
    for instance in group.serving[:1]:
        world.meddle(partial(group.lose, instance))
    world.run_to("09:11")


OFFICE = Plan(hours=HOUR_A_DAY)
FLEET = Plan(
    family="face_fleet", hours=Hours("Europe/Berlin", "09:00", "09:10"), start_minutes=(1.5, 4.0), warmup_minutes=5,
    images_per_minute=1,
)  # fmt: skip
SIGNS = Plan("signs", hours=Hours("Europe/Berlin", "09:10", "09:50"))
DEADLINE = Plan(power="on_deadline", hours=None, warmup_minutes=15, results_within_minutes=120)
ENDPOINT = Plan(family="sagemaker", hours=HOUR_A_DAY)
SCENARIOS: dict[str, Scenario] = {
    live.__name__: Scenario(Setting(plans=plans, start=EARLY, counts_lag=lag), live)
    for live, plans, lag in (
        (a_plain_office_day, (OFFICE,), 0.0),
        (a_closing_with_work_in_flight, (OFFICE,), 0.0),
        (a_start_that_fails_once, (OFFICE,), 0.0),
        (two_models, (OFFICE, SIGNS), 0.0),
        (two_overrides, (OFFICE,), 0.0),
        (a_start_over_the_closing, (OFFICE,), 0.0),
        (lost_twice_deleted_overwritten, (OFFICE,), 0.0),
        (a_deadline_wake, (DEADLINE,), 50.0),
        (a_fleet_s_day, (FLEET,), 0.0),
        (a_fleet_that_is_taken_back, (FLEET,), 50.0),
        (an_endpoint_s_day, (ENDPOINT,), 0.0),
        (an_endpoint_that_breaks, (ENDPOINT,), 0.0),
        (a_changed_configuration, (ENDPOINT,), 0.0),
        (a_stranger_s_endpoint, (ENDPOINT,), 0.0),
        (archives_of_a_morning, (OFFICE,), 0.0),
        (archives_lost_doubled_deleted, (OFFICE,), 50.0),
        (an_archive_whose_first_run_dies, (OFFICE,), 0.0),
        (two_models_archives, (OFFICE, SIGNS), 0.0),
    )
}
SCENARIOS |= {
    name: Scenario(Setting(plans=(plan,), start=EARLY), live) for name, (live, plan) in scenarios_of_jobs.JOBS.items()
}


def come_to_rest(world: World, longest: timedelta = LONGEST_REST) -> None:
    """Lets time pass until a closed hour at which every image has its record and nothing is under way."""
    hours = next(iter(world.sites.values())).plan.hours
    quiet = "12:00" if hours is not None and hours.until <= hours.opens else "23:00"
    until = world.loop.now + longest.total_seconds()
    while True:
        world.run_to(quiet, days=0 if world.local_time() < quiet else 1)
        if world.is_at_rest() or world.loop.now >= until:
            world.run(3)
            return
