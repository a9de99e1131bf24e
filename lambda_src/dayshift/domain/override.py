"""Override: a person's word that beats the policy until an instant, and then is forgotten by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dayshift.domain.errors import ConfigurationError

LONGEST = timedelta(hours=24)  # a forgotten "on" is the weekend's bill


@dataclass(frozen=True, slots=True)
class Override:
    """On, or off, until an instant; and who said so."""

    running: bool
    until: datetime
    by: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any], now: datetime) -> "Override | None":
        """Reads `{"mode": "on", "until": "2026-11-21T21:00:00Z", "by": "ada"}`; None for `{}` and for one that is over.

        Raises ConfigurationError for one that reaches further than 24 hours, or that cannot be read.
        """
        if not value:
            return None
        try:
            until = datetime.fromisoformat(value["until"])
            running = {"on": True, "off": False}[value["mode"]]
            is_long = until > now + LONGEST
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(
                'an override must look like {"mode": "on", "until": "2026-11-21T21:00:00Z"}, mode "on" or "off"; '
                f"got {dict(value)!r}"
            ) from error
        if is_long:
            latest = (now + LONGEST).astimezone(UTC)
            raise ConfigurationError(
                f"an override may last at most 24 hours, now until {latest:%Y-%m-%dT%H:%MZ}; got {value['until']}"
            )
        return cls(running, until, str(value.get("by", ""))) if until > now else None

    def to_json(self) -> dict[str, str]:
        """The shape that `from_json` reads."""
        until = self.until.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        return {"mode": "on" if self.running else "off", "until": f"{until}Z", "by": self.by}
