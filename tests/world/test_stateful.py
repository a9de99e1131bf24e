"""Whatever happens, in whatever order: when it is over and some days have passed, no law is broken.

Hypothesis chooses what happens and shrinks what fails to the shortest story that does.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.world import fleet_troubles, laws, troubles
from tests.world.clock import DAY, HOUR, MINUTE
from tests.world.faults import DEATH, Fault, Outage
from tests.world.hours import Hours
from tests.world.scenarios import come_to_rest
from tests.world.scheduler import RETRY_AGE, Manner, Trouble
from tests.world.setting import Setting
from tests.world.site import Plan, Site
from tests.world.world import World

EXAMPLES, STEPS = 100, 30
STARTS = {
    "an ordinary Monday": datetime(2026, 11, 23, 5, tzinfo=UTC),
    "the day before the clock goes forward": datetime(2026, 3, 27, 5, tzinfo=UTC),
    "the day before the clock goes back": datetime(2026, 10, 23, 5, tzinfo=UTC),
}
CLOSURE = frozenset(datetime(2026, 11, 24, tzinfo=UTC).date() + timedelta(days=day) for day in range(16))
PLANS = {
    "office hours": Plan(start_minutes=(5.0, 40.0)),
    "every day": Plan(hours=Hours("Europe/Berlin", "09:00", "17:00", days=tuple(range(7)))),
    "nights": Plan(hours=Hours("America/New_York", "22:00", "02:00", days=tuple(range(7)))),
    "a long closure": Plan(hours=Hours("Europe/Berlin", "09:00", "17:00", closed_on=CLOSURE)),
    "deadline, with hours": Plan(power="on_deadline", results_within_minutes=120),
    "deadline, day and night": Plan(power="on_deadline", hours=None, warmup_minutes=15, results_within_minutes=60),
    "endpoint": Plan(family="sagemaker", start_minutes=(5.0, 40.0), maintenance_hours=20.0),
    "endpoint, deadline": Plan(
        family="sagemaker", power="on_deadline", hours=None, warmup_minutes=15, results_within_minutes=60
    ),
    "warm window": Plan(power="on_deadline", results_within_minutes=20),
}
OF_A_FLEET: dict[str, Any] = {
    "family": "face_fleet", "start_minutes": (1.0, 4.0), "warmup_minutes": 10, "images_per_minute": 1,
}  # fmt: skip
PLANS |= {
    "fleet": Plan(**OF_A_FLEET),
    "fleet, warm pool": Plan(**OF_A_FLEET, warm_pool=1),
    "fleet, deadline": Plan(**OF_A_FLEET, power="on_deadline", hours=None, results_within_minutes=60),
    "fleet, warm window": Plan(**OF_A_FLEET, power="on_deadline", results_within_minutes=10),
}
MANY_DAYS = timedelta(days=40)


class Life(RuleBasedStateMachine):
    """One model, two buckets, and everything that can happen to them."""

    world: World

    @initialize(start=st.sampled_from(sorted(STARTS)), plan=st.sampled_from(sorted(PLANS)), seed=st.integers(0, 99))
    def begin(self, start: str, plan: str, seed: int) -> None:
        self.world = World(Setting((PLANS[plan],), STARTS[start], seed, counts_lag=55.0))
        self.world.__enter__()
        self.random = Random(seed)

    @property
    def site(self) -> Site:
        return self.world.sites["logos"]

    @rule(minutes=st.sampled_from((1, 7, 30, 120, 600)))
    def time_passes(self, minutes: int) -> None:
        self.world.run(minutes)

    @rule(text=st.sampled_from(("08:29", "08:59", "16:59", "17:04", "21:30", "02:01")), days=st.integers(0, 1))
    def until_then(self, text: str, days: int) -> None:
        self.world.run_to(text, days)

    @rule(count=st.integers(1, 15), is_readable=st.booleans())
    def upload(self, count: int, is_readable: bool) -> None:
        for number in range(count):
            self.world.upload(f"{self.world.loop.now:.0f} {number}.jpg", is_readable=is_readable or number > 0)

    @rule(what=st.sampled_from(("event_lost", "event_again", "message_again", "deleted", "overwritten")))
    def an_image_has_bad_luck(self, what: str) -> None:
        troubles.TROUBLES[what](self.world, self.site, self.random)

    @rule(what=st.sampled_from(("console_start", "console_stop", "mapping_flipped", "breakdown")))
    def somebody_meddles(self, what: str) -> None:
        troubles.TROUBLES[what](self.world, self.site, self.random)

    @rule(what=st.sampled_from(sorted(troubles.OF_AN_ENDPOINT)))
    @precondition(lambda self: self.site.plan.family == "sagemaker")
    def an_endpoint_has_bad_luck(self, what: str) -> None:
        troubles.OF_AN_ENDPOINT[what](self.world, self.site, self.random)

    @rule(what=st.sampled_from(sorted(fleet_troubles.OF_A_FLEET)))
    @precondition(lambda self: self.site.plan.is_fleet)
    def a_fleet_has_bad_luck(self, what: str) -> None:
        fleet_troubles.OF_A_FLEET[what](self.world, self.site, self.random)

    @rule(minutes=st.lists(st.sampled_from((None, 1.0, 45.0, 90.0)), min_size=1, max_size=3))
    def starts_will_be_odd(self, minutes: list[float | None]) -> None:
        self.site.service.next_starts.extend(minutes)
        self.world.trouble(self.world.loop.now)

    @rule(edge=st.sampled_from(("start", "stop")))
    def a_stray_edge(self, edge: str) -> None:
        self.world.functions.reconcile(edge, "logos")

    @rule(running=st.booleans(), hours=st.sampled_from((0.2, 3.0, 24.0)))
    def override(self, running: bool, hours: float) -> None:
        self.world.override(running, hours)

    @rule()
    def override_ends(self) -> None:
        self.world.clear_override()

    @rule(
        calls=st.sampled_from(troubles.SERVICES),
        fault=st.sampled_from(troubles.WAYS),
        minutes=st.sampled_from((2, 20, 200)),
        chance=st.sampled_from((0.5, 1.0)),
    )
    def an_outage(self, calls: tuple[str, ...], fault: Fault, minutes: int, chance: float) -> None:
        until = self.world.loop.now + minutes * MINUTE
        self.world.recorder.outages.append(Outage(calls, fault, until, chance))
        self.world.trouble(until)

    @rule(calls=st.integers(1, 12), after=st.booleans())
    def a_function_dies(self, calls: int, after: bool) -> None:
        self.world.recorder.planned[self.world.recorder.count + calls] = Fault(DEATH, after)

    @rule(
        manner=st.sampled_from(Manner),
        names=st.sampled_from(troubles.SCHEDULES),
        hours=st.sampled_from((0.2, 2.0, 20.0)),
    )
    def schedules_misbehave(self, manner: Manner, names: tuple[str, ...], hours: float) -> None:
        until = self.world.loop.now + hours * HOUR
        self.world.scheduler.troubles.append(Trouble(manner, names, until))
        self.world.trouble(until + RETRY_AGE)

    @rule()
    @precondition(lambda self: self.world.recorder.outages or self.world.scheduler.troubles)
    def all_is_well_again(self) -> None:
        self.world.recorder.outages.clear()
        self.world.scheduler.troubles.clear()

    @invariant()
    def the_order_is_kept(self) -> None:
        assert self.site.orders == []

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.recorder.outages.clear()
            self.world.recorder.planned.clear()
            self.world.scheduler.troubles.clear()
            self.world.run(DAY / MINUTE)
            come_to_rest(self.world, MANY_DAYS)
            found = laws.breaches(self.world)
            assert not found, found
        finally:
            self.world.__exit__()


def test_whatever_happens_in_the_end_no_law_is_broken() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
