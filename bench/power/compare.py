"""All policies on one demand, beside the bound; and that as JSON."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bench.power.demand import Demand, Setting, demand_of
from bench.power.optimum import Optimum, optimum
from bench.power.others import AlwaysOn, FixedSchedule, HourlyWake, QueueDriven
from bench.power.ours import Dayshift
from bench.power.trace import Trace
from bench.power.world import Outcome, Policy, replay

POLICIES: Mapping[str, Callable[[Demand], Policy]] = {
    "dayshift": Dayshift,
    "always_on": lambda demand: AlwaysOn(),
    "fixed_schedule": FixedSchedule,
    "hourly_wake": lambda demand: HourlyWake(),
    "queue_driven": lambda demand: QueueDriven(),
}
PLAIN = "fixed_schedule"
STEPS = len(POLICIES) + 1
BOUND_IS = (
    "hours: the clairvoyant optimum that has every image in time, which cost_ratio is to; hours_leaving_5_percent: no "
    "policy that meets the objective bills less, if the 5 of 100 in-hours images that it forgives are never read at all"
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What each policy came to on one demand."""

    trace: str
    demand: Demand
    bound: Optimum
    outcomes: Mapping[str, Outcome]

    def cost_ratio(self, policy: str) -> float:
        """A policy's billed time to the optimum's that has every image in time, as our policy promises."""
        return self.outcomes[policy].billed_minutes / self.bound.serving_all

    def ratio_to_bound(self, policy: str) -> float:
        """A policy's billed time to what not even a policy that uses all the grace of the objective can save."""
        return self.outcomes[policy].billed_minutes / self.bound.minutes

    def to_plain(self, policy: str) -> float:
        """A policy's billed time to the fixed schedule's."""
        return self.outcomes[policy].billed_minutes / self.outcomes[PLAIN].billed_minutes


def compare(trace: Trace, setting: Setting, step: Callable[[str], None] = lambda name: None) -> Comparison:
    """Replays the trace; `step` hears what is reckoned next. Raises ConfigurationError."""
    demand = demand_of(trace, setting)
    outcomes = {}
    for name, policy in POLICIES.items():
        step(name)
        outcomes[name] = replay(demand, policy(demand))
    step("the bound")
    return Comparison(trace.name, demand, optimum(demand), outcomes)


def to_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison for a file."""
    demand, bound = comparison.demand, comparison.bound
    return {
        "trace": {
            "name": comparison.trace,
            "from": demand.moment(0).isoformat(),
            "to": demand.moment(demand.minutes).isoformat(),
            "images": demand.images,
            "images_in_hours": demand.images_in_hours,
        },
        "settings": asdict(demand.setting),
        "bound": {
            "hours": round(bound.serving_all / 60, 4),
            "starts": len(bound.runs),
            "hours_leaving_5_percent": round(bound.minutes / 60, 4),
            "cannot_be_on_time": bound.late,
            "is": BOUND_IS,
        },
        "policies": {name: _policy(comparison, name) for name in comparison.outcomes},
    }


def _policy(comparison: Comparison, name: str) -> dict[str, Any]:
    outcome = comparison.outcomes[name]
    return {
        "cost_ratio": round(comparison.cost_ratio(name), 4),
        "cost_ratio_leaving_5_percent": round(comparison.ratio_to_bound(name), 4),
        "hours": round(outcome.hours, 4),
        "on_time": round(outcome.on_time, 6),
        "on_time_in_hours": round(outcome.on_time_in_hours, 6),
        "on_time_overnight": round(outcome.on_time_overnight, 6),
        "objective_met": outcome.objective_met,
        "to_plain_schedule": round(comparison.to_plain(name), 4),
        "starts": outcome.starts,
        "longest_wait_minutes": outcome.longest_wait,
        "unserved": outcome.unserved,
    }
