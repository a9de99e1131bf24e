"""A model: one entry of `var.models`, as a function sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dayshift.domain.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model's name, family and target, the key prefix it serves, and its family's own options."""

    name: str
    family: str
    target: str | None
    prefix: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ModelSpec":
        """Reads `{"name", "family", "target", "prefix", "options"}`; raises ConfigurationError naming every gap."""
        missing = [name for name in ("name", "family", "prefix") if not isinstance(value.get(name), str)]
        if missing:
            raise ConfigurationError(
                f'a model needs {", ".join(missing)}, for example {{"name": "signs", "family": "rekognition", '
                f'"prefix": "incoming/signs/"}}; got {dict(value)!r}'
            )
        options = value.get("options") or {}
        return cls(value["name"], value["family"], value.get("target"), value["prefix"], options)
