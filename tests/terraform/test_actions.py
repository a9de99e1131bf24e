"""The actions of the contract exist in IAM, and those granted on "*" have no resource that could be named."""

import json
import warnings

import pytest

from tests.terraform.configuration import ROOT

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # parliament imports pkg_resources, which says that it is old
    from parliament import iam_definition

CONTRACT = json.loads((ROOT / "tests/contract/permissions.json").read_text())
KNOWN = {
    f"{service['prefix']}:{privilege['privilege']}": {kind["resource_type"] for kind in privilege["resource_types"]}
    - {""}
    for service in iam_definition
    for privilege in service["privileges"]
}


def granted(value):
    """All actions that a part of the contract names; a reason is told from an action by its spaces."""
    if isinstance(value, str):
        return {value} if ":" in value and " " not in value else set()
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    return set().union(*map(granted, parts))


@pytest.mark.parametrize("action", sorted(granted(CONTRACT)))
def test_the_action_exists(action):
    assert action in KNOWN, f"wanted an action of IAM, got {action}"


@pytest.mark.parametrize("action", CONTRACT["without_a_resource_to_name"])
def test_no_resource_could_be_named(action):
    assert not KNOWN[action], f"{action}: wanted no resource type, got {KNOWN[action]}"
