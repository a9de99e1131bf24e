"""Faults on request: what a service does wrong, how often, and to which operation.

{"operation": "rekognition.DetectText", "kind": "throttle", "times": 3}
{"operation": "rekognition.*", "kind": "latency", "latency_ms": 300}
{"operation": "rekognition.DetectLabels", "kind": "error", "code": "AccessDeniedException", "probability": 0.1}
{"operation": "rekognition.DetectLabels", "kind": "reset_after"}      the work is done, the answer is lost
"""

import fnmatch
import random
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What goes wrong."""

    LATENCY = "latency"
    THROTTLE = "throttle"
    ERROR = "error"
    SERVER_ERROR = "server_error"
    RESET_AFTER = "reset_after"


# What each kind answers with, unless the fault names a code or a status of its own.
ANSWERS = {
    Kind.THROTTLE: ("ThrottlingException", 400),
    Kind.ERROR: ("AccessDeniedException", 400),
    Kind.SERVER_ERROR: ("InternalServerError", 500),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `times` is how many calls it still spoils, None for all of them."""

    operation: str
    kind: Kind
    times: int | None = None
    probability: float = 1.0
    latency_ms: int = 0
    code: str = ""
    status: int = 0

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Fault":
        """The fault that this request means. Raises ValueError naming what would do."""
        unknown = set(value) - set(cls.__dataclass_fields__)
        if unknown or not {"operation", "kind"} <= set(value):
            raise ValueError(f"a fault has {', '.join(cls.__dataclass_fields__)}; got {', '.join(sorted(value))}")
        if value["kind"] not in list(Kind):
            raise ValueError(f"kind must be one of {', '.join(Kind)}; got {value['kind']!r}")
        fault = cls(**{**value, "kind": Kind(value["kind"])})
        if not 0 <= fault.probability <= 1 or (fault.times is not None and fault.times < 1) or fault.latency_ms < 0:
            raise ValueError(f"probability is 0..1, times at least 1, latency_ms at least 0; got {dict(value)}")
        code, status = ANSWERS.get(fault.kind, ("", 0))
        return replace(fault, code=fault.code or code, status=fault.status or status)

    def to_json(self) -> dict[str, Any]:
        """The fault as a request would write it."""
        return asdict(self)


class Faults:
    """The faults that are set, shared by all services."""

    def __init__(self, seed: int = 0) -> None:
        self._set: list[Fault] = []
        self._chance, self._lock = random.Random(seed), threading.Lock()

    def add(self, fault: Fault) -> None:
        """Spoils matching calls from now on."""
        with self._lock:
            self._set.append(fault)

    def clear(self) -> None:
        """Forgets every fault."""
        with self._lock:
            self._set.clear()

    def listed(self) -> tuple[Fault, ...]:
        """What is set, with the times that are left."""
        with self._lock:
            return tuple(self._set)

    def take(self, operation: str) -> Fault | None:
        """The fault for this call, the oldest that matches; uses up one of its times."""
        with self._lock:
            for place, fault in enumerate(self._set):
                if not fnmatch.fnmatchcase(operation, fault.operation) or self._chance.random() >= fault.probability:
                    continue
                if fault.times == 1:
                    del self._set[place]
                elif fault.times is not None:
                    self._set[place] = replace(fault, times=fault.times - 1)
                return fault
        return None
