"""The controls at /_local/models: what happened to each project version, and what is to happen.

GET   every version: its status, how often it was started, how long it was in each state, and the log
POST  {"version_arn": "arn:… or *", "start_delay_seconds": 900, "stop_delay_seconds": 60, "state": "RUNNING",
       "owner": "dayshift-dev", "fail_next_starts": 1}
      Only what is given changes. "*" is every version, and as to the delays those to come.
"""

from collections.abc import Mapping
from typing import Any

from local.services.model_store import ModelStore
from local.services.project_version import DELETED, STATUSES, Delays, ProjectVersion
from local.services.timeline import text, told

OWNER_TAG = "dayshift:deployment"
DELAYS = ("start_delay_seconds", "stop_delay_seconds")
KNOWN = ("version_arn", *DELAYS, "state", "owner", "fail_next_starts")


def shown(store: ModelStore) -> dict[str, Any]:
    """Every version, as GET answers."""
    with store.all() as (versions, now):
        return {"models": [_shown(version, now) for version in versions]}


def change(store: ModelStore, wish: Mapping[str, Any]) -> None:
    """What POST asks for. Raises ValueError naming what would do, and ServiceError."""
    _check(wish)
    if wish["version_arn"] == "*":
        for name in DELAYS:
            setattr(store.defaults, name, float(wish.get(name, getattr(store.defaults, name))))
    else:
        store.peek(wish["version_arn"])  # makes it, if nobody has named it before
    with store.all() as (versions, now):
        for version in versions:
            if wish["version_arn"] in ("*", version.arn):
                _apply(version, wish, now)


def _check(wish: Mapping[str, Any]) -> None:
    if not isinstance(wish.get("version_arn"), str) or not set(wish) <= set(KNOWN):
        raise ValueError(f'want version_arn, an ARN or "*", and any of {", ".join(KNOWN[1:])}; got {", ".join(wish)}')
    for name in (*DELAYS, "fail_next_starts"):
        if not isinstance(wish.get(name, 0), int | float) or wish.get(name, 0) < 0:
            raise ValueError(f"{name} must be a number from 0 on; got {wish[name]!r}")
    if wish.get("state", "STOPPED") not in (*STATUSES, DELETED):
        raise ValueError(f"state must be one of {', '.join((*STATUSES, DELETED))}; got {wish['state']!r}")


def _apply(version: ProjectVersion, wish: Mapping[str, Any], now: float) -> None:
    version.delays = Delays(*(float(wish.get(name, getattr(version.delays, name))) for name in DELAYS))
    version.fail_next_starts = int(wish.get("fail_next_starts", version.fail_next_starts))
    if "owner" in wish:
        version.tags = {name: value for name, value in version.tags.items() if name != OWNER_TAG}
        version.tags |= {OWNER_TAG: str(wish["owner"])} if wish["owner"] else {}
    if "state" in wish and wish["state"] != version.status:
        version.enter(wish["state"], now)
    version.settle(now)


def _shown(version: ProjectVersion, now: float) -> dict[str, Any]:
    return {
        "version_arn": version.arn,
        "status": version.status,
        "since": text(version.since),
        "starts": version.starts,
        "owner": version.tags.get(OWNER_TAG),
        "start_delay_seconds": version.delays.start_delay_seconds,
        "stop_delay_seconds": version.delays.stop_delay_seconds,
        "fail_next_starts": version.fail_next_starts,
        **told(version.log, now),
    }
