"""A state as Terraform keeps it, of some resources: what was applied once, as a later plan finds it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

BUILTIN = "terraform.io/builtin/terraform"
# module.models["logos"].aws_ssm_parameter.kept["override"]: the module, the type, the name, the key, or the number
_ADDRESS = re.compile(r'(?:(.+)\.)?([a-z0-9_]+)\.([a-z0-9_]+)(?:\[(?:"([^"]+)"|(\d+))\])?')


def state_of(
    attributes_by_address: Mapping[str, Mapping[str, Any]], provider: str, depends: Mapping[str, Sequence[str]] = {}
) -> dict[str, Any]:
    """The state that holds these resources; `provider` is that of all but terraform_data, `depends` what each named."""
    resources = [
        _resource(address, attributes, provider, depends.get(address, ()))
        for address, attributes in attributes_by_address.items()
    ]
    return {"version": 4, "serial": 1, "lineage": "a-lineage", "resources": resources}


def _resource(address: str, attributes: Mapping[str, Any], provider: str, depends: Sequence[str]) -> dict[str, Any]:
    found = _ADDRESS.fullmatch(address)
    assert found, address
    module, kind, name, key, number = found.groups()
    index = {"index_key": key} if key else {"index_key": int(number)} if number else {}
    return {
        **({"module": module} if module else {}),
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider": f'provider["{BUILTIN if kind == "terraform_data" else provider}"]',
        "instances": [
            {
                **index,
                "schema_version": SCHEMAS.get(kind, 0),
                "attributes": attributes,
                "dependencies": [re.sub(r"\[[^]]*\]", "", address) for address in depends],
            }
        ],
    }


# Where the provider is past its first version of a resource.
SCHEMAS = {"aws_autoscaling_group": 1, "aws_lambda_invocation": 1, "aws_security_group": 1}
