"""One suite that every family passes: its row, its limits, and whose fault its errors are."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from dayshift.adapters import families
from dayshift.adapters.families import FAMILIES, family_of
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import ClosedError, ConfigurationError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.model import ModelSpec
from dayshift.domain.plain_image import plain_png
from dayshift.domain.ports import OwnedPower, Predictor
from tests.fakes import IMAGES, image
from tests.unit.adapters.wire import Payload, Wire

# A target of each family that has one; None for one without.
TARGETS = {
    "rekognition": None,
    "custom_labels": "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/v1/1793612467000",
    "sagemaker": "acme-prod-m",
    "face_fleet": "acme-prod-m",
    "gpu_job": None,
}
# What a family cannot do without.
OPTIONS: dict[str, dict[str, Any]] = {"sagemaker": {"configuration": "acme-prod-m-1a2b3c4d"}}
LATER = {**OPTIONS["sagemaker"], "asynchronous": {"bucket": "acme-results", "prefix": "_async/m/"}}
# What a labeler of each family loads besides the family's own module.
SHARED = {
    "rekognition": {"rekognition_image"},
    "custom_labels": {"rekognition_image"},
    "sagemaker": {"image_bytes", "sagemaker_endpoint"},
}
POWERED = [name for name, family in FAMILIES.items() if family.power]
# The others are read with by workers of their own, with libraries that no Lambda function has.
IN_LAMBDA = [name for name, family in FAMILIES.items() if family.limits is None]


def model_of(family: str) -> ModelSpec:
    return ModelSpec("m", family, TARGETS[family], "incoming/m/", OPTIONS.get(family, {}))


def client_failing_with(error: str | None) -> families.Client:
    """Clients of moto, of which every call fails with `error` if there is one."""
    session: Any = boto3.Session()  # whose typed `client` wants the service's name as a literal

    def client(service: str) -> Any:
        if service == "sagemaker-runtime" and error is None:
            return Wire(service, {"InvokeEndpoint": Payload(b"[0.9, 0.1]")}).client  # moto's answers are no JSON
        made = session.client(service)
        if error is not None:

            def fail(model: Any, **_: object) -> None:
                raise ClientError({"Error": {"Code": error, "Message": "said the service"}}, model.name)

            made.meta.events.register("before-call", fail)
        return made

    return client


@pytest.fixture
def there(s3: S3Client) -> ImageRef:
    """An image in the bucket."""
    version = s3.put_object(Bucket=IMAGES, Key="incoming/m/a.png", Body=plain_png(80))["VersionId"]
    return image("incoming/m/a.png", version_id=version)


def predictor(family: str, error: str | None = None) -> Predictor:
    return FAMILIES[family].predictor(client_failing_with(error), model_of(family))


def power(family: str, error: str) -> OwnedPower:
    make = FAMILIES[family].power
    assert make
    return make(client_failing_with(error), model_of(family), "acme-prod")


@pytest.mark.parametrize("family", FAMILIES)
def test_its_limits_are_a_table_a_person_can_read(family: str) -> None:
    told = FAMILIES[family].limits
    limits = told() if told else predictor(family).limits
    assert 64 < limits.maximum_bytes <= 6 * 1024**3
    assert 0 < limits.minimum_pixels < limits.maximum_pixels
    assert all(name.upper() in limits.sentence() for name in limits.formats)


@pytest.mark.parametrize("family", FAMILIES)
def test_its_widest_limits_are_no_narrower_than_a_models_and_need_no_options(family: str) -> None:
    widest, model = families.widest_limits(ModelSpec("m", family, None, "m/")), predictor(family).limits
    assert widest.maximum_bytes >= model.maximum_bytes
    assert widest.minimum_pixels <= model.minimum_pixels
    assert widest.maximum_pixels >= model.maximum_pixels
    assert set(widest.formats) >= set(model.formats)


@pytest.mark.parametrize("family", IN_LAMBDA)
def test_it_answers_detections_a_version_and_a_price(family: str, there: ImageRef) -> None:
    for prediction in (predictor(family).predict(there), predictor(family).predict_bytes(plain_png(80))):
        assert isinstance(prediction, Prediction)
        assert prediction.detections or family != "sagemaker"  # moto's Rekognition may see nothing
        assert prediction.model_version
        assert prediction.cost_usd >= 0
        assert all(0 <= found.confidence_percent <= 100 for found in prediction.detections)


@pytest.mark.parametrize("family", IN_LAMBDA)
@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError", "ServiceUnavailable", "SomethingNew"])
def test_what_is_not_about_the_image_goes_back(family: str, code: str) -> None:
    for ask in (lambda each: each.predict(image()), lambda each: each.predict_bytes(plain_png(80))):
        with pytest.raises(TransientError, match=f"{code}.*said the service"):
            ask(predictor(family, code))


@pytest.mark.parametrize("family", IN_LAMBDA)
def test_a_missing_permission_spares_the_rest_of_the_batch(family: str) -> None:
    for ask in (lambda each: each.predict(image()), lambda each: each.predict_bytes(plain_png(80))):
        with pytest.raises(ClosedError):
            ask(predictor(family, "AccessDeniedException"))


@pytest.mark.parametrize("family", POWERED)
@pytest.mark.parametrize("verb", ["describe", "start", "stop", "probe"])
@pytest.mark.parametrize(
    "code", ["ThrottlingException", "InternalServerError", "AccessDeniedException", "SomethingNew"]
)
def test_what_keeps_it_from_being_powered_goes_up_with_its_code(family: str, verb: str, code: str) -> None:
    if (family, verb) == ("face_fleet", "probe"):
        assert power(family, code).probe() is True  # who is InService has answered its group already
        return
    with pytest.raises(TransientError, match=f"{code}.*said the service"):
        getattr(power(family, code), verb)()


@pytest.mark.parametrize("family", POWERED)
def test_a_powered_model_without_a_target_is_refused_before_aws_is_asked(family: str) -> None:
    make = FAMILIES[family].power
    assert make
    with pytest.raises(ConfigurationError, match=r"of m must be .* for example"):
        make(client_failing_with("Unasked"), replace(model_of(family), target=None), "acme-prod")


@pytest.mark.parametrize(
    ("family", "options", "more"),
    [*((family, OPTIONS.get(family, {}), set()) for family in IN_LAMBDA), ("sagemaker", LATER, {"sagemaker_async"})],
)
def test_a_labeler_loads_no_other_family_and_nothing_that_starts_or_stops_its_own(
    family: str, options: dict[str, Any], more: set[str]
) -> None:
    spec = f"ModelSpec('m', {family!r}, {TARGETS[family]!r}, 'm/', {options!r})"
    program = (
        "import sys\n"
        "from dayshift.adapters.families import FAMILIES\n"
        "from dayshift.domain.model import ModelSpec\n"
        f"FAMILIES[{family!r}].predictor(lambda service: None, {spec})\n"
        "print(*[name for name in sys.modules if name.startswith('dayshift.adapters.')])"
    )
    path = {"PYTHONPATH": str(Path(families.__file__).parents[2])}
    loaded = subprocess.run([sys.executable, "-c", program], env=path, check=True, capture_output=True, text=True)
    expected = {family, "aws_errors", "families", "s3", *SHARED[family], *more}
    assert {name.rpartition(".")[2] for name in loaded.stdout.split()} == expected


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - set(IN_LAMBDA)))
def test_its_limits_are_told_without_the_libraries_of_its_workers(family: str) -> None:
    program = f"import sys\nfrom dayshift.adapters.families import FAMILIES\nFAMILIES[{family!r}].limits()\n"
    program += "print(*{'dlib', 'numpy', 'PIL'} & {*sys.modules})"
    path = {"PYTHONPATH": str(Path(families.__file__).parents[2])}
    loaded = subprocess.run([sys.executable, "-c", program], env=path, check=True, capture_output=True, text=True)
    assert loaded.stdout.split() == []


def test_a_word_that_is_no_family_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"custom_labels.*rekognition.*got 'recognition'"):
        family_of(ModelSpec("m", "recognition", None, "incoming/m/"))
