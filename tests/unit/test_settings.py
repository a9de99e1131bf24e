"""A function with a wrong environment does not start, and says all that is wrong at once."""

import json

import pytest

from dayshift.domain.errors import ConfigurationError
from dayshift.settings import ExpanderSettings, LabelerSettings, ProducerSettings, SweepSettings, WorkerSettings

ROUTES = json.dumps(
    [{"model": "signs", "family": "rekognition", "prefix": "incoming/signs/", "queue_url": "https://q"}]
)
MODEL = json.dumps(
    {"name": "signs", "family": "rekognition", "target": None, "prefix": "incoming/signs/", "options": {}}
)
LABELER = {
    "IMAGES_BUCKET": "i", "RESULTS_BUCKET": "r", "MODEL": MODEL, "QUEUE_URL": "https://q", "MAX_RECEIVE_COUNT": "20",
}  # fmt: skip


def test_a_whole_environment_is_read() -> None:
    assert LabelerSettings.from_environment(LABELER).model.name == "signs"
    producer = {"IMAGES_BUCKET": "i", "ROUTES": ROUTES, "ARCHIVES_QUEUE_URL": "https://archives"}
    assert ProducerSettings.from_environment(producer).routes[0].queue_url == "https://q"
    sweep = producer | {"RESULTS_BUCKET": "r", "SWEEP_AFTER_MINUTES": "30"}
    assert SweepSettings.from_environment(sweep).sweep_after_minutes == 30
    expander = sweep | {"QUEUE_URL": "https://archives", "MAX_RECEIVE_COUNT": "20"}
    assert ExpanderSettings.from_environment(expander).queue_url == "https://archives"


def test_every_missing_setting_is_named_in_one_error() -> None:
    with pytest.raises(ConfigurationError) as caught:
        LabelerSettings.from_environment({})
    for name in LABELER:
        assert f"{name} is missing" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("MAX_RECEIVE_COUNT", "many", "'many'"),
        ("MODEL", "{", "cannot be read"),
        ("MODEL", "[]", "cannot be read"),
        ("MODEL", '{"name": "signs"}', "family, prefix"),
    ],
)
def test_a_wrong_value_is_shown(name: str, value: str, shown: str) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        LabelerSettings.from_environment(LABELER | {name: value})
    assert shown in str(caught.value)


def test_a_workers_environment_is_a_labelers_and_more_and_its_faults_are_named_together() -> None:
    worker = LABELER | {
        "GATE_PARAMETER": "/acme/gate", "GROUP_NAME": "acme-faces", "VISIBILITY_SECONDS": "120", "MODELS_FOLDER": "/m",
        "NOTIFY_SOCKET": "/run/notify",
    }  # fmt: skip
    settings = WorkerSettings.from_environment(worker)
    assert settings.labeler == LabelerSettings.from_environment(LABELER)
    assert (settings.visibility_seconds, settings.watchdog_address) == (120, "/run/notify")
    with pytest.raises(ConfigurationError) as caught:
        WorkerSettings.from_environment({})
    for name in worker.keys() - {"NOTIFY_SOCKET"}:
        assert f"{name} is missing" in str(caught.value)
