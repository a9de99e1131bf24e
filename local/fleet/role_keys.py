"""The keys that a machine gets from its metadata service: of its role, for an hour, from the emulator's STS."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from local.fleet.templates import Templates

LIFE_SECONDS = 3600
# "We make new credentials available at least five minutes before the expiration of the old credentials."
RENEWED_BEFORE = timedelta(minutes=5)


class RoleKeys:
    """With them a worker may do what its role may, and no more: the emulator enforces the role's policies."""

    def __init__(self, sts: Any, templates: Templates, now: Callable[[], datetime]) -> None:
        self._sts, self._templates, self._now = sts, templates, now
        self._kept: dict[str, tuple[datetime, dict[str, str]]] = {}
        self._lock = threading.Lock()

    def role(self, profile_arn: str) -> str:
        """The role's name."""
        return self._templates.role_arn(profile_arn).rsplit("/", 1)[1]

    def of(self, instance_id: str, profile_arn: str) -> dict[str, str]:
        """As `iam/security-credentials/<role>` answers them."""
        with self._lock:
            until, keys = self._kept.get(instance_id, (None, {}))
            if until is None or until - self._now() < RENEWED_BEFORE:
                until, keys = self._assume(instance_id, profile_arn)
                self._kept[instance_id] = until, keys
            return keys

    def _assume(self, instance_id: str, profile_arn: str) -> tuple[datetime, dict[str, str]]:
        given = self._sts.assume_role(
            RoleArn=self._templates.role_arn(profile_arn), RoleSessionName=instance_id, DurationSeconds=LIFE_SECONDS
        )["Credentials"]
        until = given["Expiration"].astimezone(UTC)
        return until, {
            "Code": "Success",
            "LastUpdated": _text(self._now()),
            "Type": "AWS-HMAC",
            "AccessKeyId": given["AccessKeyId"],
            "SecretAccessKey": given["SecretAccessKey"],
            "Token": given["SessionToken"],
            "Expiration": _text(until),
        }


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
