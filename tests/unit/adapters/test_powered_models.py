"""The powered models' parameters, as the API reads them: seldom, and never what it has just written."""

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from dayshift.adapters.powered_models import SsmPoweredModels
from dayshift.domain.override import Override
from tests.api_fakes import LOGOS
from tests.fakes import NOON

PATH = "/acme/test/models"
SECOND = timedelta(seconds=1)


@pytest.fixture
def ssm() -> Any:
    client: Any = boto3.client("ssm")
    for name, value in {"spec": LOGOS, "memory": {}, "override": {}}.items():
        client.put_parameter(Name=f"{PATH}/logos/{name}", Value=json.dumps(value), Type="String")
    client.put_parameter(Name=f"{PATH}/broken/spec", Value='{"name": "broken"}', Type="String")
    return client


def test_a_model_is_read_once_in_five_seconds_or_where_the_clock_was_moved(ssm: Any) -> None:
    reads: list[str] = []
    ssm.meta.events.register("before-call", lambda model, **_: reads.append(model.name))
    models = SsmPoweredModels(ssm, PATH)
    for now, wanted in ((NOON, 1), (NOON + 4 * SECOND, 1), (NOON + 5 * SECOND, 2), (NOON, 3)):
        found = models.of("logos", now)
        assert found is not None
        assert found.spec.name == "logos"
        assert len(reads) == wanted


def test_what_was_switched_is_seen_at_once(ssm: Any) -> None:
    models = SsmPoweredModels(ssm, PATH)
    found = models.of("logos", NOON)
    assert found is not None
    assert found.override is None
    word = Override(True, NOON + timedelta(hours=1), "ada")
    models.switch("logos", word)
    found = models.of("logos", NOON)
    assert found is not None
    assert found.override == word


@pytest.mark.parametrize("name", ["broken", "unknown"])
def test_a_model_that_cannot_be_read_is_none_and_hides_no_other(ssm: Any, name: str) -> None:
    models = SsmPoweredModels(ssm, PATH)
    assert models.of(name, NOON) is None
    assert models.of("logos", NOON) is not None
