"""A model that is started and stopped, through everything that a user would deploy: days on the local clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import LocalAws, free_ports
from tests.e2e.powered import Powered, until

VARIABLES = Path(__file__).parent / "power.tfvars"
# What may be seen of model and mapping over a day, in this order; looks in between may miss some.
ORDER = [
    ("STOPPED", "Disabled"), ("STARTING", "Disabled"), ("RUNNING", "Disabled"), ("RUNNING", "Enabled"),
    ("RUNNING", "Disabled"), ("STOPPING", "Disabled"), ("STOPPED", "Disabled"),
]  # fmt: skip


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS of its own with one powered model, since the last test destroys what is deployed."""
    with LocalAws(tmp_path_factory.mktemp("power"), free_ports()) as aws:
        yield aws


@pytest.fixture(scope="module")
def logos(stack: LocalAws) -> Powered:
    """The powered model, before its first day."""
    return Powered(stack, stack.deploy(VARIABLES).values, "logos")


def test_images_that_come_while_it_sleeps_are_read_in_the_morning_and_the_gate_is_never_open_without_it(
    logos: Powered,
) -> None:
    logos.next_morning()
    with logos.watched() as watch:
        logos.go(7)
        images = {logos.upload(f"{name} 1.png"): name for name in ("harbour", "lantern", "orchard")}
        until(lambda: logos.depth() == 3, "3 images in the queue")
        logos.go(8, 25)
        assert (logos.model(), logos.mapping()) == ("STOPPED", "Disabled")
        logos.go(9)
        until(lambda: all(logos.record(image) for image in images), "every image that waited is read")
        logos.go(9, 30)
        logos.go(17, 55, skip=True)
        # The stop lasts long enough that its side of the order is seen too.
        logos.controls.spoil("rekognition.StopProjectVersion", "latency", latency_ms=1000, times=1)
        logos.go(18, 30)
    seen = {image: [found["name"] for found in (logos.record(image) or {})["detections"]] for image in images}
    assert seen == {image: [name] for image, name in images.items()}
    assert [status for status, _ in logos.log()] == ["STARTING", "RUNNING", "STOPPING", "STOPPED"]
    times = dict(logos.log())
    assert (times["STARTING"], times["RUNNING"]) == ("08:30", "08:50")
    assert "18:00" <= times["STOPPING"] <= "18:15"
    assert is_in_order(watch.pairs), watch.pairs
    assert {("RUNNING", "Enabled"), ("RUNNING", "Disabled")} <= set(watch.pairs)
    assert logos.depth("dlq_url") == 0


def test_an_apply_by_day_closes_nothing_and_one_at_night_wakes_nothing(logos: Powered) -> None:
    logos.next_morning(hour=8)
    logos.go(9)
    assert (logos.model(), logos.mapping()) == ("RUNNING", "Enabled")
    changed = {"memory_mb": "{ labeler = 640, producer = 320 }"}
    assert logos.aws.deploy(VARIABLES, changed).applied
    assert (logos.model(), logos.mapping()) == ("RUNNING", "Enabled")
    logos.go(17, 55, skip=True)
    logos.go(18, 30)
    assert logos.aws.deploy(VARIABLES).applied
    assert (logos.model(), logos.mapping()) == ("STOPPED", "Disabled")
    assert logos.aws.plan_is_clean(VARIABLES)
    assert [status for status, _ in logos.log()] == ["STARTING", "RUNNING", "STOPPING", "STOPPED"]


def test_throttling_errors_lost_answers_and_a_failed_start_heal_and_no_start_is_paid_twice(logos: Powered) -> None:
    logos.next_morning(hour=8)
    starts = logos.controls.model(logos.target)["starts"]
    spoil, target = logos.controls.spoil, logos.target
    spoil("rekognition.StartProjectVersion", "throttle", times=2)
    spoil("rekognition.StartProjectVersion", "reset_after", times=1)
    spoil("rekognition.DescribeProjectVersions", "server_error", times=4)
    spoil("rekognition.StopProjectVersion", "reset_after", times=1)
    logos.controls.tell(target, fail_next_starts=1)
    logos.go(10)
    assert (logos.model(), logos.mapping()) == ("RUNNING", "Enabled")
    image = logos.upload("lantern 2.png")
    until(lambda: logos.record(image) is not None, "an image is read")
    logos.go(17, 55, skip=True)
    logos.go(18, 30)
    assert (logos.model(), logos.mapping()) == ("STOPPED", "Disabled")
    assert [status for status, _ in logos.log()] == ["STARTING", "FAILED", "STARTING", "RUNNING", "STOPPING", "STOPPED"]
    failed, again = (at for status, at in logos.log() if status in ("FAILED", "RUNNING"))
    assert again > failed
    assert logos.controls.model(target)["starts"] - starts == 2  # the one that failed, and the one that ran


def test_a_model_that_somebody_started_at_night_is_stopped(logos: Powered) -> None:
    logos.next_morning(hour=21)
    logos.controls.tell(logos.target, state="RUNNING")
    logos.go(21, 20)
    assert (logos.model(), logos.mapping()) == ("STOPPED", "Disabled")


def test_the_backstop_needs_none_of_our_functions(logos: Powered) -> None:
    logos.next_morning(hour=17)
    logos.controls.tell(logos.target, state="RUNNING")
    with logos.functions_broken():
        logos.go(18, 29)
        assert logos.model() == "RUNNING"
        logos.go(18, 33)
        assert logos.model() == "STOPPED"


def test_destroy_leaves_no_model_running_and_none_ours(logos: Powered) -> None:
    logos.next_morning(hour=8)
    logos.go(9)
    assert (logos.model(), logos.mapping()) == ("RUNNING", "Enabled")
    assert logos.controls.model(logos.target)["owner"] == "dayshift-power"
    logos.controls.tell(logos.target, stop_delay_seconds=0)  # the clock stands: it would stop for ever
    logos.aws.destroy(VARIABLES)
    assert logos.model() == "STOPPED"
    assert logos.controls.model(logos.target)["owner"] is None
    assert logos.lambda_.list_event_source_mappings()["EventSourceMappings"] == []


def is_in_order(pairs: list[tuple[str, str]]) -> bool:
    """Whether they come in this order, though some may be missing."""
    left = iter(ORDER)
    return all(pair in left for pair in pairs)
