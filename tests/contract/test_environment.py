"""The environment that Terraform sets is the one that Python reads: `environment.json`, asserted from both sides."""

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dayshift.adapters.gpu_job import PROVIDERS, job_service
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.job_terms import terms_of
from dayshift.domain.model import ModelSpec
from dayshift.job_settings import JobsSettings
from dayshift.settings import (
    ApiSettings,
    ExpanderSettings,
    LabelerSettings,
    PowerSettings,
    ProducerSettings,
    SweepSettings,
    WorkerSettings,
)
from tests.contract.job_models import job_model
from tests.functions import World

CONTRACT = json.loads((Path(__file__).parent / "environment.json").read_text())
SETTINGS: Mapping[str, Any] = {
    "producer": ProducerSettings,
    "expander": ExpanderSettings,
    "labeler": LabelerSettings,
    "jobs": JobsSettings,
    "sweep": SweepSettings,
    "start": PowerSettings,
    "stop": PowerSettings,
    "reconcile": PowerSettings,
    "api": ApiSettings,
    "worker": WorkerSettings,
}
# What only the local AWS, or systemd, sets, and Terraform never.
LOCAL = {"DAYSHIFT_CLOCK_URL", "DAYSHIFT_PROXIML_URL", "NOTIFY_SOCKET"}
READERS = CONTRACT["functions"] | CONTRACT["programs"]


class Watched(Mapping[str, str]):
    """An environment that remembers which names were asked for, and has none."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@pytest.mark.parametrize("function", READERS)
def test_a_function_reads_exactly_the_variables_of_the_contract(function: str) -> None:
    environment = Watched()
    with pytest.raises(ConfigurationError):
        SETTINGS[function].from_environment(environment)
    assert sorted(environment.asked - LOCAL) == READERS[function]["variables"]


@pytest.mark.parametrize("function", CONTRACT["functions"])
def test_the_handler_of_the_contract_is_there(function: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"AUTHENTICATION": "iam", "IMAGES_A_DAY": "1000"}
    for name in {*CONTRACT["functions"]["reconcile"]["variables"], *CONTRACT["functions"]["api"]["variables"]}:
        if name not in ("IMAGES_BUCKET", "RESULTS_BUCKET"):  # as they are in this world
            monkeypatch.setenv(name, values.get(name, "/acme/test/models"))  # asked for while it is imported
    if function == "jobs":
        monkeypatch.setenv("MODEL", json.dumps(job_model("proximl")))
    module, name = CONTRACT["functions"][function]["handler"].rsplit(".", 1)
    assert callable(getattr(import_module(module), name))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_job_is_made_of_exactly_the_options_of_the_contract(provider: str) -> None:
    """Those of every service, and the service's own: each is asked for, and no other."""
    asked, wanted = set[str](), CONTRACT["job_options"]
    options = job_model(provider)["options"]
    assert sorted(options) == sorted([*wanted["every_service"], *wanted[provider]])

    class Noted(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return super().get(name, default)

        def __getitem__(self, name: str) -> Any:
            asked.add(name)
            return super().__getitem__(name)

    model = ModelSpec("pictures", "gpu_job", None, "incoming/pictures/", Noted(options))
    terms_of(model.options)
    job_service(lambda _: None, None, model, "results")
    assert sorted(asked) == sorted(options)


def test_every_function_with_settings_is_in_the_contract() -> None:
    assert set(SETTINGS) == set(READERS)


def test_a_program_of_the_contract_is_there() -> None:
    for program in CONTRACT["programs"].values():
        python, dash_m, module = program["handler"].split()
        assert (python, dash_m) == ("python", "-m")
        assert callable(import_module(module).main)
