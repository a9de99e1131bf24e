"""What the command knows of each family is what the family itself keeps to."""

import pytest

from dayshift.adapters.families import FAMILIES
from dayshift.domain.model import ModelSpec
from dayshift_cli.families import facts_of
from tests.unit.adapters.endpoints import ASYNCHRONOUS, flowers
from tests.unit.adapters.test_family_contract import OPTIONS, TARGETS


@pytest.mark.parametrize("family", FAMILIES)
def test_no_file_is_refused_that_a_model_of_the_family_reads(family: str) -> None:
    facts = facts_of(family)
    assert facts is not None
    specs = [ModelSpec("m", family, TARGETS[family], "m/", OPTIONS.get(family, {}))]
    specs += [flowers(asynchronous=ASYNCHRONOUS), flowers(serverless=True)] if family == "sagemaker" else []
    largest = [FAMILIES[family].predictor(lambda _: None, spec).limits.maximum_bytes for spec in specs]
    assert facts.maximum_bytes == max(largest)


@pytest.mark.parametrize("family", FAMILIES)
def test_only_what_must_be_started_takes_time_to_start(family: str) -> None:
    facts = facts_of(family)
    assert facts is not None
    assert bool(facts.warmup_minutes) == bool(FAMILIES[family].power)
    assert facts.price_sentence


def test_nothing_is_known_of_a_family_that_is_none() -> None:
    assert facts_of("recognition") is None
