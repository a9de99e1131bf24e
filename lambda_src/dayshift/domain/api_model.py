"""The models as the API knows them: an index that Terraform writes, one object for all.

[{"name": "logos", "family": "custom_labels", "target": "arn:…", "prefix": "incoming/logos/", "options": {…},
  "queue_url": "https://…", "power": "office_hours" | null}]
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.model import ModelSpec


@dataclass(frozen=True, slots=True)
class ApiModel:
    """A model, its queue, and how it is powered: None for one that is always there."""

    spec: ModelSpec
    queue_url: str
    power: str | None


def models_from_json(text: str) -> Mapping[str, ApiModel]:
    """The index by name, sorted. Raises ConfigurationError."""
    try:
        found = [ApiModel(ModelSpec.from_json(one), one["queue_url"], one["power"]) for one in json.loads(text)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"the index of models cannot be read ({type(error).__name__}: {error})") from error
    return {model.spec.name: model for model in sorted(found, key=lambda model: model.spec.name)}
