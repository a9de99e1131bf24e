"""One initialised configuration for all tests here: to initialise takes longer than to plan."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.terraform.configuration import Configuration, Plan


@pytest.fixture(scope="session")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return Configuration(tmp_path_factory.mktemp("plans"))


@pytest.fixture(scope="session")
def plan_of(configuration: Configuration) -> Callable[[Path], Plan]:
    """The plan of a values file, made once."""
    return cache(configuration.plan)
