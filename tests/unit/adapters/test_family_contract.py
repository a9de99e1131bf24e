"""One suite that every family passes: its row, its limits, and whose fault its errors are."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from dayshift.adapters.families import FAMILIES, family_of
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import ClosedError, ConfigurationError, TransientError
from dayshift.domain.model import ModelSpec
from dayshift.domain.ports import Predictor
from tests.fakes import image


def predictor(family: str, error: str | None = None) -> Predictor:
    """A family's predictor over clients of which every call fails with `error`."""

    session: Any = boto3.Session()  # whose typed `client` wants the service's name as a literal

    def client(service: str) -> Any:
        made = session.client(service)
        if error is not None:

            def fail(model: Any, **_: object) -> None:
                raise ClientError({"Error": {"Code": error, "Message": "said the service"}}, model.name)

            made.meta.events.register("before-call", fail)
        return made

    return FAMILIES[family].predictor(client, ModelSpec("m", family, None, "incoming/m/"))


@pytest.mark.parametrize("family", FAMILIES)
def test_its_limits_are_a_table_a_person_can_read(family: str) -> None:
    limits = predictor(family).limits
    assert 64 < limits.maximum_bytes <= 6 * 1024**3
    assert 0 < limits.minimum_pixels < limits.maximum_pixels
    assert all(name.upper() in limits.sentence() for name in limits.formats)


@pytest.mark.parametrize("family", FAMILIES)
def test_it_answers_detections_a_version_and_a_price(family: str) -> None:
    prediction = predictor(family).predict(image())
    assert isinstance(prediction, Prediction)
    assert prediction.model_version
    assert prediction.cost_usd >= 0
    assert all(0 <= found.confidence_percent <= 100 for found in prediction.detections)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError", "ServiceUnavailable", "SomethingNew"])
def test_what_is_not_about_the_image_goes_back(family: str, code: str) -> None:
    with pytest.raises(TransientError, match=f"{code}.*said the service"):
        predictor(family, code).predict(image())


@pytest.mark.parametrize("family", FAMILIES)
def test_a_missing_permission_spares_the_rest_of_the_batch(family: str) -> None:
    with pytest.raises(ClosedError):
        predictor(family, "AccessDeniedException").predict(image())


def test_a_word_that_is_no_family_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"rekognition.*got 'recognition'"):
        family_of(ModelSpec("m", "recognition", None, "incoming/m/"))
