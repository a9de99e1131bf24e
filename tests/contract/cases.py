"""The cases of `results.json` as values of ours."""

from datetime import UTC, datetime
from typing import Any

from dayshift.domain.detections import BoundingBox, Detection, Kind
from dayshift.domain.images import ImageRef
from dayshift.domain.model import ModelSpec
from dayshift.domain.results import Status, TerminalRecord


def record_of(given: dict[str, Any]) -> TerminalRecord:
    """The record that a case describes."""
    detections = tuple(
        Detection(Kind(kind), name, confidence, box and BoundingBox(*box))
        for kind, name, confidence, box in given["detections"]
    )
    return TerminalRecord(
        image=ImageRef("acme-images", given["key"], given["version_id"], "9b2cf535f27731c974343645a3985328", 48_213),
        model=ModelSpec("signs", "rekognition", None, "incoming/signs/"),
        status=Status(given["status"]),
        reason=given["reason"],
        detections=detections,
        model_version="labels 3.0, text 3.0" if detections else None,
        enqueued_at=datetime(2026, 11, 20, 20, 0, tzinfo=UTC),
        finished_at=datetime(2026, 11, 21, 8, 0, 1, 500_000, tzinfo=UTC),
        duration_ms=812,
        cost_usd=0.002,
    )
