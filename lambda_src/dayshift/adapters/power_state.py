"""SSM parameters: what is known and remembered of each powered model.

/acme/prod/models/logos/spec       the model's entry of var.models; written by Terraform
/acme/prod/models/logos/memory     what reconcile keeps from tick to tick; "{}" at first
/acme/prod/models/logos/override   a person's word; "{}" for none
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dayshift.adapters.aws_errors import surroundings
from dayshift.domain.memory import Memory
from dayshift.domain.override import Override

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

NOTHING = "{}"
ADVICE: Mapping[str, str] = {
    "ValidationException": "the parameter must be there, of type String: apply the configuration again",
}


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A powered model as its parameters say it; what they say is read by domain/powered.py."""

    name: str
    spec_text: str
    memory_text: str = NOTHING
    override_text: str | None = None  # None: the parameter is not there


def read_models(ssm: "SSMClient", path: str) -> list[StoredModel]:
    """The models under the path, by name, without those being destroyed: a spec is missing. Raises TransientError."""
    texts: dict[str, dict[str, str]] = {}
    where: dict[str, Any] = {}
    while True:
        with surroundings(f"reading the parameters under {path}"):
            answer = ssm.get_parameters_by_path(Path=path, Recursive=True, MaxResults=10, **where)
        for parameter in answer["Parameters"]:
            model, _, leaf = parameter["Name"].removeprefix(f"{path}/").partition("/")
            texts.setdefault(model, {})[leaf] = parameter["Value"]
        if not answer.get("NextToken"):  # a page may be empty and not the last
            break
        where = {"NextToken": answer["NextToken"]}
    return [
        StoredModel(name, text["spec"], text.get("memory", NOTHING), text.get("override"))
        for name, text in sorted(texts.items())
        if "spec" in text
    ]


class SsmPowerState:
    """The two parameters of one model that are written at run time."""

    def __init__(self, ssm: "SSMClient", path: str, name: str) -> None:
        self._ssm, self._place = ssm, f"{path}/{name}"

    def remember(self, memory: Memory) -> None:
        """Keeps the memory. Raises TransientError."""
        self._put("memory", memory.to_json())

    def switch(self, override: Override | None) -> None:
        """Keeps a person's word, or forgets it. Raises TransientError."""
        self._put("override", override.to_json() if override else {})

    def _put(self, leaf: str, value: Mapping[str, Any]) -> None:
        """Without a type, so that a parameter which Terraform has destroyed is never made anew."""
        place, text = f"{self._place}/{leaf}", json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        with surroundings(f"writing {place}", ADVICE):
            self._ssm.put_parameter(Name=place, Value=text, Overwrite=True)
