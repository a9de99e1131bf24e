"""A powered model: its entry of `var.models`, what is remembered of it, and a person's override, as they are stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.memory import Memory
from dayshift.domain.model import ModelSpec
from dayshift.domain.override import LONGEST, Override
from dayshift.domain.policy import Kind, Policy

READ_IN_JOBS = "gpu_job"  # the family


@dataclass(frozen=True, slots=True)
class PoweredModel:
    """A model that is started and stopped. `warnings` name what was stored and could not be understood.

    `mapping_uuid` is None for a fleet, whose workers read the queue themselves, and for what is read in jobs: the gate
    of both is a parameter.
    """

    spec: ModelSpec
    policy: Policy
    queue_url: str
    queue_name: str
    mapping_uuid: str | None
    memory: Memory
    override: Override | None
    warnings: tuple[str, ...] = ()

    @property
    def is_fleet(self) -> bool:
        """Whether workers read for it; known also where its policy cannot be read."""
        return self.mapping_uuid is None and not self.is_in_jobs

    @property
    def is_in_jobs(self) -> bool:
        """Whether its images are read in jobs at a service outside, which its gate lets begin."""
        return self.spec.family == READ_IN_JOBS

    @classmethod
    def from_stored(cls, spec: str, memory: str, override: str | None, now: datetime) -> "PoweredModel":
        """Reads the three JSON texts.

        `override` is None where its parameter is not there, as in the middle of an apply that makes another model of
        this one: a start would be one from a configuration that is about to go, so it stays off.

        A model must stay under control whatever else is wrong: a policy that cannot be read keeps it off, an override
        that cannot be read is none, a memory that cannot be read is empty. Raises ConfigurationError only where not
        even the model itself can be named.
        """
        given, warnings = _object(spec), list[str]()
        if given is None:
            raise ConfigurationError(f"a model's spec must be a JSON object; got {spec[:200]!r}")
        has_mapping = given.get("fleet") is None and given.get("family") != READ_IN_JOBS
        needed = ("queue_url", "queue_name", "mapping_uuid") if has_mapping else ("queue_url", "queue_name")
        missing = [name for name in needed if not isinstance(given.get(name), str)]
        if missing:
            raise ConfigurationError(f"a model's spec needs {', '.join(missing)}; got {spec[:200]!r}")
        try:
            policy = Policy.from_json(given)
        except ConfigurationError as error:
            policy = Policy(Kind.OFFICE_HOURS, fault=str(error))
            warnings.append(str(error))
        try:
            wished = _of_an_apply(now) if override is None else Override.from_json(_object(override) or {}, now)
        except ConfigurationError as error:
            wished = None
            warnings.append(str(error))
        return cls(
            ModelSpec.from_json(given),
            policy,
            given["queue_url"],
            given["queue_name"],
            given["mapping_uuid"] if has_mapping else None,
            Memory.from_json(_object(memory) or {}),
            wished,
            tuple(warnings),
        )


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _of_an_apply(now: datetime) -> Override:
    return Override(False, now + LONGEST, "an apply that has not come to its end")
