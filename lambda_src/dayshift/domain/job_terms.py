"""The terms of a model's jobs, read from its options."""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dayshift.domain.archives import MAXIMUM_ENTRIES
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.job_money import LEAST_RUN
from dayshift.domain.jobs import JobTerms

# Presigned URLs live no longer than the credentials they were signed with: six hours are what a function's own last.
GATHER_MINUTES, DEADLINE_MINUTES = (0, 1440), (5, 360)
# A tick may pass before the money is seen to be spent, and a minute until the service has ended the job.
ENDING = timedelta(minutes=1)


def terms_of(options: Mapping[str, Any]) -> JobTerms:
    """Reads the common options of a gpu_job. Raises ConfigurationError with every fault."""
    read = _Reader(options)
    budget, price = read.usd("budget_usd"), read.usd("maximum_usd_per_hour")
    terms = JobTerms(
        gather=timedelta(minutes=read.whole("gather_minutes", 15, *GATHER_MINUTES)),
        maximum_images=read.whole("maximum_images", MAXIMUM_ENTRIES, 1, MAXIMUM_ENTRIES),
        jobs_at_once=read.whole("jobs_at_once", 1, 1, 20),
        deadline=timedelta(minutes=read.whole("deadline_minutes", 120, *DEADLINE_MINUTES)),
        maximum_attempts=read.whole("maximum_attempts", 3, 1, 10),
        budget_usd=budget,
        maximum_usd_per_hour=price,
        margin=timedelta(minutes=read.whole("tick_minutes", 1, 1, 15)) + ENDING,
    )
    least = price * ((LEAST_RUN + terms.margin) / timedelta(hours=1))
    if budget < least and not read.faults:
        minutes = (LEAST_RUN + terms.margin) // timedelta(minutes=1)
        read.faults.append(f"budget_usd must pay for {minutes} minutes at least, {least:.2f}; got {budget:g}")
    if read.faults:
        raise ConfigurationError("; ".join(read.faults))
    return terms


class _Reader:
    """Reads one option after the other and keeps every fault until the end."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self.faults: list[str] = []

    def whole(self, name: str, usual: int, least: int, most: int) -> int:
        """A whole number from `least` to `most`; Terraform's numbers may come as 15.0."""
        value = self._options.get(name)
        if value is None:
            return usual
        if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 or not least <= value <= most:
            self.faults.append(
                f"{name} must be a whole number from {least} to {most}, for example {usual}; got {value!r}"
            )
            return usual
        return int(value)

    def usd(self, name: str) -> float:
        """An amount of more than nothing."""
        value = self._options.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            self.faults.append(f"{name} must be US dollars, more than 0, for example 2.5; got {value!r}")
            return 1.0
        return float(value)
