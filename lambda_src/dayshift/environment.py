"""Environment variables as values: every fault is kept, and all are named in one error."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from dayshift.domain.errors import ConfigurationError

T = TypeVar("T")


class EnvironmentReader:
    """Reads one setting after the other and keeps every fault until the end; `done` raises ConfigurationError."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._faults: list[str] = []

    def text(self, name: str) -> str:
        """What is set, and not empty."""
        value = self._environment.get(name, "")
        if not value:
            self._faults.append(f"{name} is missing")
        return value

    def one_of(self, name: str, words: tuple[str, ...]) -> str:
        """One of these words."""
        value = self.text(name)
        if value and value not in words:
            self._faults.append(f"{name} must be one of {words}; got {value!r}")
        return value

    def number(self, name: str) -> int:
        """A whole number from 0."""
        value = self.text(name)
        if value and not value.isdecimal():
            self._faults.append(f'{name} must be a whole number, for example "20"; got {value!r}')
        return int(value) if value.isdecimal() else 0

    def part(self, settings: Callable[[Mapping[str, str]], T]) -> T | None:
        """Settings that are a part of these."""
        try:
            return settings(self._environment)
        except ConfigurationError as error:
            self._faults.append(str(error))
            return None

    def json(self, name: str, shape: Callable[[Any], T]) -> T | None:
        """JSON of a shape, which `shape` makes a value of."""
        value = self.text(name)
        try:
            return shape(json.loads(value)) if value else None
        except (json.JSONDecodeError, ConfigurationError, KeyError, TypeError, AttributeError) as error:
            self._faults.append(f"{name} cannot be read ({type(error).__name__}: {error}); got {value!r}")
            return None

    def done(self, settings: Callable[..., T], **values: object) -> T:
        """The settings, or one error with every fault."""
        if self._faults:
            raise ConfigurationError("; ".join(self._faults))
        return settings(**values)
