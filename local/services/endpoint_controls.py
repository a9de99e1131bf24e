"""The controls at /_local/models for SageMaker: what happened to each endpoint, and what is to happen.

POST  {"endpoint_name": "dayshift-local-flowers or *", "start_delay_seconds": 300, "stop_delay_seconds": 60,
       "update_delay_seconds": 600, "state": "SystemUpdating", "owner": "dayshift-dev", "fail_next_starts": 1}
      Only what is given changes. "*" is every endpoint, and as to the delays those to come. A name that nobody has
      used yet can be told delays and failures in advance. A state that ends by itself does so, after its delay.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from local.services.endpoint import NONE, STATUSES, Delays, Endpoint
from local.services.model_controls import OWNER_TAG
from local.services.sagemaker_rules import NAME
from local.services.sagemaker_store import SageMakerStore
from local.services.timeline import text, told

DELAYS = tuple(each.name for each in fields(Delays))
KNOWN = ("endpoint_name", *DELAYS, "state", "owner", "fail_next_starts")


def shown(store: SageMakerStore) -> dict[str, Any]:
    """Every endpoint, those that were deleted too, and who deleted a configuration that was in use."""
    with store.open() as book:
        return {
            "endpoints": [_shown(name, endpoint, book.now) for name, endpoint in book.endpoints.items()],
            "endpoint_configurations": sorted(book.configurations),
            "configurations_deleted_in_use": list(book.deleted_in_use),
        }


def change(store: SageMakerStore, wish: Mapping[str, Any]) -> None:
    """What POST asks for. Raises ValueError naming what would do."""
    _check(wish)
    with store.open() as book:
        if wish["endpoint_name"] == "*":
            book.defaults = _delays(book.defaults, wish)
            chosen = list(book.endpoints.values())
        else:
            chosen = [store.named(book, wish["endpoint_name"])]
        for endpoint in chosen:
            _apply(endpoint, wish, book.now)


def _check(wish: Mapping[str, Any]) -> None:
    name = wish.get("endpoint_name")
    if not isinstance(name, str) or not (name == "*" or NAME.fullmatch(name)) or not set(wish) <= set(KNOWN):
        raise ValueError(f'want endpoint_name, a name or "*", and any of {", ".join(KNOWN[1:])}; got {", ".join(wish)}')
    for key in (*DELAYS, "fail_next_starts"):
        if not isinstance(wish.get(key, 0), int | float) or wish.get(key, 0) < 0:
            raise ValueError(f"{key} must be a number from 0 on; got {wish[key]!r}")
    if wish.get("state", NONE) not in (*STATUSES, NONE):
        raise ValueError(f"state must be one of {', '.join((*STATUSES, NONE))}; got {wish['state']!r}")


def _apply(endpoint: Endpoint, wish: Mapping[str, Any], now: float) -> None:
    endpoint.delays = _delays(endpoint.delays, wish)
    endpoint.fail_next_starts = int(wish.get("fail_next_starts", endpoint.fail_next_starts))
    if "owner" in wish:
        endpoint.tags = {name: value for name, value in endpoint.tags.items() if name != OWNER_TAG}
        endpoint.tags |= {OWNER_TAG: str(wish["owner"])} if wish["owner"] else {}
    if wish.get("state", endpoint.status) != endpoint.status:
        if not endpoint.configuration:
            raise ValueError(f"{endpoint.name} was never created, so it has no configuration; create it first")
        endpoint.coming = endpoint.coming or endpoint.configuration
        endpoint.enter(wish["state"], now)
    endpoint.settle(now)


def _delays(delays: Delays, wish: Mapping[str, Any]) -> Delays:
    return Delays(**{name: float(wish.get(name, value)) for name, value in asdict(delays).items()})


def _shown(name: str, endpoint: Endpoint, now: float) -> dict[str, Any]:
    return {
        "endpoint_name": name,
        "status": endpoint.status,
        "since": text(endpoint.since),
        "configuration": endpoint.configuration.get("EndpointConfigName"),
        "starts": endpoint.starts,
        "owner": endpoint.tags.get(OWNER_TAG),
        **asdict(endpoint.delays),
        "fail_next_starts": endpoint.fail_next_starts,
        **told(endpoint.log, now),
    }
