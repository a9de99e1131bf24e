"""The models as the API knows them: an index that Terraform writes, one object for all.

[{"name": "logos", "family": "custom_labels", "target": "arn:…", "prefix": "incoming/logos/", "options": {…},
  "queue_url": "https://…", "power": "office_hours" | null}]
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.model import ModelSpec
from dayshift.domain.powered import READ_IN_JOBS

USUAL_GATHER_MINUTES = 15


@dataclass(frozen=True, slots=True)
class ApiModel:
    """A model, its queue, and how it is powered: None for one that is always there."""

    spec: ModelSpec
    queue_url: str
    power: str | None

    @property
    def gather_minutes(self) -> int | None:
        """Of a model that is read in jobs: how long the first image of a job waits for others. None for any other."""
        if self.spec.family != READ_IN_JOBS:
            return None
        minutes = self.spec.options.get("gather_minutes")
        return minutes if isinstance(minutes, int) else USUAL_GATHER_MINUTES


def models_from_json(text: str) -> Mapping[str, ApiModel]:
    """The index by name, sorted. Raises ConfigurationError."""
    try:
        found = [ApiModel(ModelSpec.from_json(one), one["queue_url"], one["power"]) for one in json.loads(text)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"the index of models cannot be read ({type(error).__name__}: {error})") from error
    return {model.spec.name: model for model in sorted(found, key=lambda model: model.spec.name)}
