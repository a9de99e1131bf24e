"""A project version is started, stopped and described in the words of Rekognition; a neighbour's is left alone."""

import zlib
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ReadTimeoutError

from dayshift.adapters.custom_labels_power import ADVICE, OWNER_TAG, CustomLabelsPower
from dayshift.domain.errors import ConfigurationError, TransientError
from dayshift.domain.lifecycle import ModelState
from dayshift.domain.model import ModelSpec
from tests.unit.adapters.wire import Answer, Refusal, Wire, declared

STEM = "arn:aws:rekognition:us-east-1:123456789012:project/logos"
PROJECT, VERSION = f"{STEM}/1767225600000", f"{STEM}/version/v1/1793612467000"
OURS, THEIRS = "acme-prod", "acme-dev"
LOGOS = ModelSpec("logos", "custom_labels", VERSION, "incoming/logos/", {"inference_units": 2})
SERVICE: Any = botocore.session.get_session().get_service_model("rekognition")
STATUSES = SERVICE.shape_for("ProjectVersionStatus").enum
MANAGEABLE = {
    "TRAINING_COMPLETED": ModelState.STOPPED,
    "STOPPED": ModelState.STOPPED,
    "COPYING_COMPLETED": ModelState.STOPPED,
    "STARTING": ModelState.STARTING,
    "RUNNING": ModelState.RUNNING,
    "STOPPING": ModelState.STOPPING,
    "FAILED": ModelState.FAILED,
}


class Bench:
    """The power of a version that is there, TRAINING_COMPLETED, and nobody's yet."""

    def __init__(self, model: ModelSpec = LOGOS) -> None:
        self.wire = Wire("rekognition")
        self.answer(
            DescribeProjects={"ProjectDescriptions": [{"ProjectArn": PROJECT, "Status": "CREATED"}]},
            ListTagsForResource={"Tags": {}},
            TagResource={},
            UntagResource={},
            StartProjectVersion={"Status": "STARTING"},
            StopProjectVersion={"Status": "STOPPING"},
            DetectCustomLabels={"CustomLabels": []},
        )
        self.status("TRAINING_COMPLETED")
        self.power = CustomLabelsPower(self.wire.client, model, OURS)

    def answer(self, **answers: Answer) -> None:
        self.wire.answers.update(answers)

    def status(self, word: str, arn: str = VERSION, message: str = "said the service") -> None:
        version = {"ProjectVersionArn": arn, "Status": word, "StatusMessage": message}
        self.answer(DescribeProjectVersions={"ProjectVersionDescriptions": [version]})

    def owner(self, deployment: str) -> None:
        self.answer(ListTagsForResource={"Tags": {OWNER_TAG: deployment, "team": "logos"}})


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_status_is_asked_of_the_project_whose_number_is_its_own(bench: Bench) -> None:
    bench.power.describe()
    assert bench.wire.last("DescribeProjects") == {"ProjectNames": ["logos"]}
    assert bench.wire.last("DescribeProjectVersions") == {"ProjectArn": PROJECT, "VersionNames": ["v1"]}


def test_the_project_is_looked_up_once(bench: Bench) -> None:
    bench.power.describe()
    CustomLabelsPower(bench.wire.client, LOGOS, OURS).describe()
    assert bench.wire.asked.count("DescribeProjects") == 1


@pytest.mark.parametrize("word", STATUSES)
def test_every_status_there_is_has_its_state(bench: Bench, word: str) -> None:
    bench.status(word)
    status = bench.power.describe()
    assert status.word == word
    assert status.state is MANAGEABLE.get(word, ModelState.UNMANAGEABLE)
    assert "said the service" in status.message
    if word not in MANAGEABLE:  # what was found, and what to do
        assert f"{VERSION} is {word}" in status.message
        assert any(remedy in status.message for remedy in ("wait until", "name another version"))


def test_the_statuses_walked_are_the_fourteen_that_were_thought_of() -> None:
    assert len(STATUSES) == 14
    assert set(STATUSES) > set(MANAGEABLE)


def test_a_status_that_comes_with_a_later_release_is_not_guessed_at(bench: Bench) -> None:
    bench.status("HIBERNATED")
    status = bench.power.describe()
    assert (status.state, status.word) == (ModelState.UNMANAGEABLE, "HIBERNATED")
    assert "look for a newer one" in status.message


@pytest.mark.parametrize(
    "answers",
    [
        {"DescribeProjects": {"ProjectDescriptions": []}},
        {"DescribeProjects": {"ProjectDescriptions": [{"ProjectArn": PROJECT.replace("logos", "logos2")}]}},
        {"DescribeProjectVersions": Refusal("ResourceNotFoundException")},
        {"DescribeProjectVersions": {"ProjectVersionDescriptions": []}},
        {"ListTagsForResource": Refusal("ResourceNotFoundException")},
    ],
    ids=["no project", "another project", "project deleted since", "no version", "version deleted since"],
)
def test_what_is_not_there_is_unmanageable(bench: Bench, answers: dict[str, Answer]) -> None:
    bench.answer(**answers)
    status = bench.power.describe()
    assert (status.state, status.word) == (ModelState.UNMANAGEABLE, "NOT_FOUND")
    assert f"{VERSION} is not there; name another version" in status.message


def test_another_version_of_the_same_name_is_not_this_one(bench: Bench) -> None:
    bench.status("RUNNING", arn=VERSION.replace("1793612467000", "1793999999999"))
    assert bench.power.describe().word == "NOT_FOUND"


def test_a_project_that_is_not_there_is_looked_up_again(bench: Bench) -> None:
    bench.answer(DescribeProjects={"ProjectDescriptions": []})
    bench.power.describe()
    bench.answer(DescribeProjects={"ProjectDescriptions": [{"ProjectArn": PROJECT}]})
    assert bench.power.describe().state is ModelState.STOPPED


@pytest.mark.parametrize("word", MANAGEABLE)
def test_a_neighbours_version_is_only_observed(bench: Bench, word: str) -> None:
    bench.status(word)
    bench.owner(THEIRS)
    status = bench.power.describe()
    assert (status.state, status.word) == (ModelState.UNMANAGEABLE, word)
    assert f"belongs to {THEIRS}, not to {OURS}" in status.message
    assert f"remove its tag {OWNER_TAG}" in status.message


def test_our_own_version_is_ours(bench: Bench) -> None:
    bench.owner(OURS)
    bench.status("RUNNING")
    assert bench.power.describe().state is ModelState.RUNNING


def test_a_version_that_is_nobodys_is_claimed_before_it_is_started(bench: Bench) -> None:
    bench.power.start()
    assert bench.wire.calls == [
        ("ListTagsForResource", {"ResourceArn": VERSION}),
        ("TagResource", {"ResourceArn": VERSION, "Tags": {OWNER_TAG: OURS}}),
        ("StartProjectVersion", {"ProjectVersionArn": VERSION, "MinInferenceUnits": 2}),
    ]


def test_our_own_version_is_not_claimed_again(bench: Bench) -> None:
    bench.owner(OURS)
    bench.power.start()
    assert bench.wire.asked == ["ListTagsForResource", "StartProjectVersion"]


def test_a_version_that_became_a_neighbours_meanwhile_is_not_started(bench: Bench) -> None:
    bench.power.describe()
    bench.owner(THEIRS)
    with pytest.raises(TransientError, match=f"belongs to {THEIRS}"):
        bench.power.start()
    assert "StartProjectVersion" not in bench.wire.asked
    assert "TagResource" not in bench.wire.asked


def test_a_version_that_cannot_be_claimed_is_not_started(bench: Bench) -> None:
    bench.answer(TagResource=Refusal("AccessDeniedException"))
    with pytest.raises(TransientError, match="AccessDeniedException while starting"):
        bench.power.start()
    assert "StartProjectVersion" not in bench.wire.asked


@pytest.mark.parametrize(
    ("options", "units"),
    [
        ({}, {"MinInferenceUnits": 1}),
        ({"inference_units": 1, "maximum_inference_units": None}, {"MinInferenceUnits": 1}),
        ({"inference_units": 2, "maximum_inference_units": 5}, {"MinInferenceUnits": 2, "MaxInferenceUnits": 5}),
    ],
)
def test_the_units_are_the_options(options: dict[str, Any], units: dict[str, int]) -> None:
    bench = Bench(replace(LOGOS, options=options))
    bench.power.start()
    assert bench.wire.last("StartProjectVersion") == {"ProjectVersionArn": VERSION, **units}


def test_the_version_is_stopped(bench: Bench) -> None:
    bench.power.stop()
    assert bench.wire.calls == [("StopProjectVersion", {"ProjectVersionArn": VERSION})]


def test_our_own_version_is_given_back_and_keeps_its_other_tags(bench: Bench) -> None:
    bench.owner(OURS)
    bench.power.release()
    assert bench.wire.calls == [
        ("ListTagsForResource", {"ResourceArn": VERSION}),
        ("UntagResource", {"ResourceArn": VERSION, "TagKeys": [OWNER_TAG]}),
    ]


@pytest.mark.parametrize("owner", [None, THEIRS])
def test_what_is_not_ours_is_not_given_back(bench: Bench, owner: str | None) -> None:
    if owner:
        bench.owner(owner)
    bench.power.release()
    assert bench.wire.asked == ["ListTagsForResource"]


def test_a_target_that_is_no_version_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="logos must be the ARN of a project version"):
        Bench(replace(LOGOS, target=PROJECT))


def steps(*operations: str) -> list[tuple[str, str]]:
    """Each operation with each of its errors."""
    return [(operation, code) for operation in operations for code in declared("rekognition", operation)]


@pytest.mark.parametrize(("operation", "code"), steps("StartProjectVersion", "ListTagsForResource", "TagResource"))
def test_every_error_of_starting_is_raised_unless_it_says_that_it_is_so_already(
    bench: Bench, operation: str, code: str
) -> None:
    bench.answer(**{operation: Refusal(code)})
    raises_or_is_quiet(bench.power.start, code, "starting")


@pytest.mark.parametrize(("operation", "code"), steps("StopProjectVersion"))
def test_every_error_of_stopping_is_raised_unless_the_model_is_changing(
    bench: Bench, operation: str, code: str
) -> None:
    bench.answer(**{operation: Refusal(code)})
    raises_or_is_quiet(bench.power.stop, code, "stopping")


@pytest.mark.parametrize(("operation", "code"), steps("ListTagsForResource", "UntagResource"))
def test_every_error_of_giving_back_is_raised_except_absence(bench: Bench, operation: str, code: str) -> None:
    bench.owner(OURS)
    bench.answer(**{operation: Refusal(code)})
    if code == "ResourceNotFoundException":
        bench.power.release()
        return
    with pytest.raises(TransientError, match=f"^{code} while giving the model back: the service's own words"):
        bench.power.release()


def raises_or_is_quiet(act: Any, code: str, doing: str) -> None:
    if code == "ResourceInUseException":
        act()
        return
    with pytest.raises(TransientError, match=f"^{code} while {doing} the model: the service's own words") as caught:
        act()
    assert ADVICE.get(code, "") in str(caught.value)


@pytest.mark.parametrize(
    ("operation", "code"), steps("DescribeProjects", "DescribeProjectVersions", "ListTagsForResource")
)
def test_every_error_of_describing_is_raised_except_absence(bench: Bench, operation: str, code: str) -> None:
    bench.answer(**{operation: Refusal(code)})
    if code == "ResourceNotFoundException":
        assert bench.power.describe().state is ModelState.UNMANAGEABLE
        return
    with pytest.raises(TransientError, match=f"^{code} while describing the model: the service's own words"):
        bench.power.describe()


def test_every_declared_error_of_the_steps_says_what_to_do_or_is_no_error() -> None:
    changes = ("StartProjectVersion", "StopProjectVersion", "TagResource", "UntagResource")
    operations = (*changes, "DescribeProjectVersions")
    shapes = {shape.name for name in operations for shape in SERVICE.operation_model(name).error_shapes}
    assert shapes - ADVICE.keys() == {"ResourceInUseException", "InvalidPaginationTokenException"}


@pytest.mark.parametrize("act", ["describe", "start", "stop", "probe", "release"])
def test_a_connection_that_fails_is_the_surroundings(bench: Bench, act: str) -> None:
    lost = ReadTimeoutError(endpoint_url="https://x")
    bench.answer(**dict.fromkeys(bench.wire.answers, lost))
    with pytest.raises(TransientError, match="ReadTimeoutError"):
        getattr(bench.power, act)()


LIKES_IT_OR_NOT = {"InvalidImageFormatException", "ImageTooLargeException", "InvalidParameterException"}


@pytest.mark.parametrize("code", declared("rekognition", "DetectCustomLabels"))
def test_a_model_that_dislikes_the_image_has_answered(bench: Bench, code: str) -> None:
    bench.answer(DetectCustomLabels=Refusal(code))
    if code in LIKES_IT_OR_NOT:
        assert bench.power.probe()
    elif code == "ResourceNotReadyException":
        assert not bench.power.probe()
    else:
        with pytest.raises(TransientError, match=f"^{code} while trying the model"):
            bench.power.probe()


def test_the_model_is_tried_with_a_png_that_it_can_read(bench: Bench) -> None:
    assert bench.power.probe()
    asked = bench.wire.last("DetectCustomLabels")
    assert asked["ProjectVersionArn"] == VERSION
    png = asked["Image"]["Bytes"]
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, rest = {}, png[8:]
    while rest:
        size = int.from_bytes(rest[:4])
        kind, data, check = rest[4:8], rest[8 : 8 + size], rest[8 + size : 12 + size]
        assert zlib.crc32(kind + data) == int.from_bytes(check)
        chunks[kind], rest = data, rest[12 + size :]
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height = int.from_bytes(chunks[b"IHDR"][:4]), int.from_bytes(chunks[b"IHDR"][4:8])
    assert (width, height) == (64, 64)
    assert len(zlib.decompress(chunks[b"IDAT"])) == height * (1 + 3 * width)  # RGB
