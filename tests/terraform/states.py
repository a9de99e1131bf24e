"""A state as Terraform keeps it, of some resources: what was applied once, as a later plan finds it."""

import re
from collections.abc import Mapping
from typing import Any

BUILTIN = "terraform.io/builtin/terraform"
# module.models["logos"].aws_ssm_parameter.kept["override"]: the module, the type, the name, the key
_ADDRESS = re.compile(r'(?:(.+)\.)?([a-z0-9_]+)\.([a-z0-9_]+)(?:\["([^"]+)"\])?')


def state_of(attributes_by_address: Mapping[str, Mapping[str, Any]], provider: str) -> dict[str, Any]:
    """The state that holds these resources; `provider` is that of all but terraform_data."""
    resources = [_resource(address, attributes, provider) for address, attributes in attributes_by_address.items()]
    return {"version": 4, "serial": 1, "lineage": "a-lineage", "resources": resources}


def _resource(address: str, attributes: Mapping[str, Any], provider: str) -> dict[str, Any]:
    found = _ADDRESS.fullmatch(address)
    assert found, address
    module, kind, name, key = found.groups()
    return {
        **({"module": module} if module else {}),
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider": f'provider["{BUILTIN if kind == "terraform_data" else provider}"]',
        "instances": [
            {**({"index_key": key} if key else {}), "schema_version": SCHEMAS.get(kind, 0), "attributes": attributes}
        ],
    }


# Where the provider is past its first version of a resource.
SCHEMAS = {"aws_lambda_invocation": 1}
