"""The same for a model whose images go to a service outside: whatever happens to its jobs, no law is broken in the end.

What cannot befall such a model is taken out of the stories (a rule that is None is no rule); what can is put in.
"""

from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.world import job_troubles, troubles
from tests.world.clock import MINUTE
from tests.world.faults import Fault, Outage
from tests.world.job_desk import JobPlan
from tests.world.job_ports import desk_of
from tests.world.lives import ODD
from tests.world.outside import outside_of
from tests.world.scenarios_of_archives import archive
from tests.world.setting import Setting
from tests.world.site import WORKDAY, Plan
from tests.world.test_stateful import STARTS, Life
from tests.world.world import World

EXAMPLES, STEPS = 100, 30
SHORT = JobPlan(gather_minutes=1, maximum_images=4, deadline_minutes=15, maximum_attempts=2, budget_usd=0.6)
SLOW = JobPlan("batch_transform", gather_minutes=20, jobs_at_once=3, budget_usd=3.0, usd_per_hour=1.2, tick_minutes=5)
PLANS = {
    "at any time": Plan("logos", "gpu_job", None, None),
    "short": Plan("logos", "gpu_job", None, None, job=SHORT),
    "office hours": Plan("logos", "gpu_job", "office_hours", WORKDAY),
    "office hours, transforms": Plan("logos", "gpu_job", "office_hours", WORKDAY, job=SLOW),
}
NO_RULE: Any = None


class JobLife(Life):
    """One model, two buckets, and a service that does as it likes."""

    starts_will_be_odd = an_endpoint_has_bad_luck = a_fleet_has_bad_luck = somebody_meddles = NO_RULE
    override = override_ends = a_stray_edge = NO_RULE

    @initialize(start=st.sampled_from(sorted(STARTS)), plan=st.sampled_from(sorted(PLANS)), seed=st.integers(0, 99))
    def begin(self, start: str, plan: str, seed: int) -> None:
        self.world = World(Setting((PLANS[plan],), STARTS[start], seed, counts_lag=55.0))
        self.world.__enter__()
        self.random = Random(seed)

    @rule(entries=st.text("it", min_size=1, max_size=9), number=st.integers(1, 3), is_told=st.booleans())
    def upload_archive(self, entries: str, number: int, is_told: bool) -> None:
        self.world.upload_archive(f"{number}.zip", *archive(entries, number), is_told=is_told)

    @rule(what=st.sampled_from(sorted(job_troubles.OF_A_JOB)))
    def jobs_have_bad_luck(self, what: str) -> None:
        job_troubles.OF_A_JOB[what](self.world, self.site, self.random)

    @rule(lives=st.lists(st.sampled_from(sorted(ODD)), min_size=1, max_size=3))
    def the_next_jobs_are_odd(self, lives: list[str]) -> None:
        self.world.trouble(self.world.loop.now)
        outside_of(self.site).next_lives.extend(ODD[name] for name in lives)

    @rule(
        calls=st.sampled_from(job_troubles.CALLS),
        fault=st.sampled_from(job_troubles.WAYS),
        minutes=st.sampled_from((2, 20, 200)),
        chance=st.sampled_from((0.5, 1.0)),
    )
    def the_service_is_out(self, calls: tuple[str, ...], fault: Fault, minutes: int, chance: float) -> None:
        until = self.world.loop.now + minutes * MINUTE
        self.world.recorder.outages.append(Outage(calls, fault, until, chance))
        self.world.trouble(until)

    @rule(number=st.integers(0, 3))
    @precondition(lambda self: bool(desk_of(self.site).book.jobs))
    def somebody_cancels(self, number: int) -> None:
        jobs = desk_of(self.site).book.jobs
        self.world.jobs.cancel(self.site, jobs[number % len(jobs)])

    @rule(is_twice=st.booleans())
    def somebody_looks_at_once(self, is_twice: bool) -> None:
        for _ in range(1 + is_twice):
            self.world.jobs.tick(self.site)

    @rule(what=st.sampled_from(("mapping_flipped", "breakdown")))
    @precondition(lambda self: self.site.plan.power)
    def the_gate_or_the_service_is_shaken(self, what: str) -> None:
        troubles.TROUBLES[what](self.world, self.site, self.random)

    @rule(running=st.booleans(), hours=st.sampled_from((0.2, 3.0, 24.0)))
    @precondition(lambda self: self.site.plan.power)
    def somebody_overrides(self, running: bool, hours: float) -> None:
        self.world.override(running, hours)

    @invariant()
    def nothing_is_broken_on_the_way(self) -> None:
        assert desk_of(self.site).broken == []


def test_whatever_happens_in_the_end_no_law_of_jobs_is_broken() -> None:
    run_state_machine_as_test(
        JobLife,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
