"""Between two looks nobody sees what a job costs: where they are further apart, it is given up earlier."""

from datetime import timedelta

import pytest

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.job_money import paid_time
from dayshift.domain.job_terms import terms_of
from dayshift.domain.jobs import Job, JobState
from tests.fakes import NOON

OPTIONS = {"budget_usd": 1, "maximum_usd_per_hour": 1}
JOB = Job("20261121-120000-1a2b3c4d", "pictures", JobState.WAITING, NOON, NOON, ())


@pytest.mark.parametrize(("tick_minutes", "wanted"), [(None, 58), (1, 58), (5, 54), (15, 44)])
def test_an_hours_money_is_given_up_a_tick_and_a_minute_before_it_is_spent(tick_minutes, wanted):
    terms = terms_of(OPTIONS | {"tick_minutes": tick_minutes})
    assert paid_time(JOB, terms) == timedelta(minutes=wanted)


def test_money_for_less_than_a_tick_and_six_minutes_is_refused():
    terms_of(OPTIONS | {"tick_minutes": 5, "budget_usd": 11 / 60})
    with pytest.raises(ConfigurationError, match=r"must pay for 11 minutes at least, 0\.18"):
        terms_of(OPTIONS | {"tick_minutes": 5, "budget_usd": 10 / 60})
