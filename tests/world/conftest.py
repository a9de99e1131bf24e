"""The same examples in every run, and no time limit on one: a busy machine is not a failure. Two fleets for stories."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.world.group import Group, group_of
from tests.world.setting import Setting
from tests.world.stories import FLEET, FRIDAY, SMALL, logos
from tests.world.world import World

settings.register_profile("dayshift", deadline=None, derandomize=True)
settings.load_profile("dayshift")


@pytest.fixture
def fleet() -> Iterator[World]:
    """At ten on a Friday, nothing to read."""
    with World(Setting((FLEET,), FRIDAY)) as world:
        world.run_to("10:00")
        yield world


@pytest.fixture
def small() -> Iterator[World]:
    """The same, and few images ask for several workers."""
    with World(Setting((SMALL,), FRIDAY)) as world:
        world.run_to("10:00")
        yield world


@pytest.fixture
def group(fleet: World) -> Group:
    return group_of(logos(fleet))
