"""A model's schedules, as Terraform makes them: the edges, and the backstop, which calls StopProjectVersion itself."""

from collections.abc import Callable
from datetime import timedelta

from tests.world.functions import Functions
from tests.world.scheduler import Scheduler
from tests.world.site import Site

BACKSTOP = timedelta(minutes=30)  # after the closing (law 8), or after the last promise


def schedule(site: Site, scheduler: Scheduler, functions: Functions, backstop: Callable[[Site], None]) -> None:
    """Start and sweep before the opening, stop at the closing, and the backstop. A cron knows no closed dates."""
    hours, model = site.plan.hours, site.plan.name
    if hours is None:
        return
    opens, until = since_midnight(hours.opens), since_midnight(hours.until)
    until += timedelta() if until > opens else timedelta(days=1)
    lead = timedelta(minutes=site.plan.warmup_minutes)
    promised = timedelta(minutes=site.plan.results_within_minutes if site.plan.power == "on_deadline" else 0)
    for name, wall, do in (
        ("start", opens - lead, lambda: functions.reconcile("start", model)),
        ("sweep", opens - lead, functions.sweep),
        ("stop", until, lambda: functions.reconcile("stop", model)),
        ("backstop", until + promised + BACKSTOP, lambda: backstop(site)),
    ):
        scheduler.by_the_clock(name, hours.days, wall, hours.timezone, do)


def since_midnight(text: str) -> timedelta:
    """ "09:30" as a duration."""
    hours, minutes = map(int, text.split(":"))
    return timedelta(hours=hours, minutes=minutes)
