"""A model that is read in jobs has hours, too: its gate is a parameter, and nothing of it is started or stopped."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.lifecycle import Action
from dayshift.domain.memory import Memory
from dayshift.domain.powered import PoweredModel
from dayshift.services.heartbeat import Heartbeat
from dayshift.services.reconcile import ReconcilePorts, reconcile
from tests.fakes import FakeArrivals, FakeGate, FakePowerState, FakeQueue

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday, in Berlin
SPEC: dict[str, Any] = {
    "name": "pictures", "family": "gpu_job", "target": None, "prefix": "incoming/pictures/", "queue_name": "pictures",
    "queue_url": "https://queue", "mapping_uuid": None, "power": "office_hours", "warmup_minutes": 0,
    "hours": {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]}, "usd_per_hour": 0, "fleet": None,
}  # fmt: skip


def stored(memory: Memory | None = None, **changes: Any) -> PoweredModel:
    text = json.dumps((memory or Memory()).to_json())
    return PoweredModel.from_stored(json.dumps({**SPEC, **changes}), text, "{}", NOON)


class Pictures:
    """The model over fakes, whose memory comes back at each tick."""

    def __init__(self) -> None:
        self.gate, self.queue, self.state = FakeGate(), FakeQueue(), FakePowerState()

    def tick(self, hours: float) -> Heartbeat:
        model = stored(self.state.memories[-1] if self.state.memories else None)
        ports = ReconcilePorts(model, None, self.gate, self.queue, self.state, FakeArrivals())
        return reconcile(ports, NOON + hours * timedelta(hours=1))


def test_what_is_read_in_jobs_needs_no_mapping_and_is_no_fleet() -> None:
    found = stored()
    assert (found.mapping_uuid, found.is_in_jobs, found.is_fleet) == (None, True, False)
    with pytest.raises(ConfigurationError, match="mapping_uuid"):
        stored(family="custom_labels")


def test_jobs_begin_within_the_hours_and_nothing_is_started_stopped_or_paid() -> None:
    pictures = Pictures()
    opened = pictures.tick(0)
    assert (opened.action, pictures.gate.is_open) == (Action.ENABLE_MAPPING, True)
    noon = pictures.tick(1)
    assert (noon.action, noon.cost_today_usd) == (Action.NONE, 0)
    closed = pictures.tick(7)
    assert (closed.action, pictures.gate.is_open, closed.wanted_workers) == (Action.DISABLE_MAPPING, False, None)
    night = pictures.tick(8)
    assert (night.action, night.running, night.overrun_minutes) == (Action.NONE, False, 0)
