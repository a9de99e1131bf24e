"""The controls of the local services, from Python: their clock, what they do wrong, and the models that they power."""

import json
from datetime import datetime
from typing import Any, Protocol


class Caller(Protocol):
    """Calls a path of the local services; local/stack.LocalAws does."""

    def services_call(self, path: str, body: bytes | None = None, method: str = "GET") -> bytes:
        """The answer's body."""


class Controls:
    """What /_local/… offers; docs/local-aws.md draws the requests."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def now(self) -> datetime:
        """The local services' time."""
        return datetime.fromisoformat(self._get("clock")["now"])

    def go_to(self, instant: datetime, skip: bool = False) -> int:
        """Sets the clock, which stands there; everything due on the way fires in order, real functions included."""
        wish = {"now": instant.isoformat(), "stand": True, "skip": skip}
        return int(self._post("clock", wish)["fired"])

    def return_to_real_time(self) -> None:
        """Undoes every move of the clock."""
        self._post("clock", {"real": True})

    def tell(self, target: str, **wish: Any) -> None:
        """Sets the delays, the state, the owner of a project version (by ARN) or an endpoint (by name), or makes its
        next starts fail."""
        self._post("models", {"version_arn" if target.startswith("arn:") else "endpoint_name": target, **wish})

    def model(self, target: str) -> dict[str, Any]:
        """The same: its status, its starts, the log of its states. Raises KeyError if nobody named it yet."""
        known = self._get("models")
        found = {model["version_arn"]: dict(model) for model in known["models"]}
        return (found | {endpoint["endpoint_name"]: dict(endpoint) for endpoint in known["endpoints"]})[target]

    def configurations_deleted_in_use(self) -> list[dict[str, Any]]:
        """What AWS allows and says never to do: which configuration, whose, and when."""
        return list(self._get("models")["configurations_deleted_in_use"])

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs of the service outside that stands here for proxiML, the oldest first."""
        return list(self._get("jobs")["jobs"])

    def tell_jobs(self, **wish: Any) -> None:
        """What that service does wrong with its next jobs; docs/local-aws.md draws it."""
        self._post("jobs", wish)

    def transforms(self) -> list[dict[str, Any]]:
        """The batch transform jobs, the oldest first."""
        return list(self._get("models")["transform_jobs"])

    def tell_transforms(self, **wish: Any) -> None:
        """How long those to come take, and what goes wrong with them; docs/local-aws.md draws it."""
        self._post("models", {"transform_jobs": wish})

    def spoil(self, operation: str, kind: str, **more: Any) -> None:
        """Makes calls of an operation go wrong; operation and kind are local/services/faults' words."""
        self._post("faults", {"operation": operation, "kind": kind, **more})

    def clear_faults(self) -> None:
        """Nothing goes wrong any more on purpose."""
        self._caller.services_call("/_local/faults", method="DELETE")

    def calls(self, operation: str) -> int:
        """How often the services were asked for this, such as `rekognition.DetectText`."""
        return int(self._get("health")["calls"].get(operation, 0))

    def _get(self, name: str) -> dict[str, Any]:
        return dict(json.loads(self._caller.services_call(f"/_local/{name}")))

    def _post(self, name: str, wish: dict[str, Any]) -> dict[str, Any]:
        return dict(json.loads(self._caller.services_call(f"/_local/{name}", json.dumps(wish).encode(), "POST")))
