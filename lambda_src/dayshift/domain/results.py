"""The terminal record: the one final answer for one image, its two files and where they lie.

    results/<model>/<key>/<version>.json    everything, one line: Athena reads it as it lies
    csv/<model>/<key>/<version>.csv         one row a detection

Both keys are a function of model, object key and version, so that a repeated message finds the record.
"""

import csv
import io
import json
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from dayshift.domain.detections import Detection
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import rfc3339
from dayshift.domain.model import ModelSpec

RECORDS_ROOT, CSV_ROOT = "results/", "csv/"
MAXIMUM_KEY_BYTES = 1024  # Amazon S3 User Guide, "Naming Amazon S3 objects"
COLUMNS = (
    "image_key", "image_version", "model", "status", "kind", "name", "confidence_percent",
    "box_left", "box_top", "box_width", "box_height", "reason",
)  # fmt: skip


class Status(StrEnum):
    """How an image ended: something found, nothing found, refused, deleted meanwhile, given up."""

    OK = "ok"
    NONE = "none"
    REJECTED = "rejected"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TerminalRecord:
    """Everything known of one image at its end. `reason` is None for `ok` and `none`."""

    image: ImageRef
    model: ModelSpec
    status: Status
    reason: str | None
    detections: tuple[Detection, ...]
    model_version: str | None
    enqueued_at: datetime
    finished_at: datetime
    duration_ms: int
    cost_usd: float

    def to_json(self) -> str:
        """The record as one line of JSON with a line feed at its end."""
        value: dict[str, Any] = {
            "schema": 1,
            "image": asdict(self.image),
            "model": {
                "name": self.model.name,
                "family": self.model.family,
                "target": self.model.target,
                "version": self.model_version,
            },
            "status": self.status,
            "reason": self.reason,
            "detections": [asdict(detection) for detection in self.detections],
            "enqueued_at": rfc3339(self.enqueued_at),
            "finished_at": rfc3339(self.finished_at),
            "duration_ms": self.duration_ms,
            "cost_usd": round(self.cost_usd, 6),
        }
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"

    def to_csv(self) -> str:
        """The record as CSV: a header, then one row a detection; a record without any still has its row."""
        sheet = io.StringIO()
        writer = csv.writer(sheet, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for detection in self.detections or (None,):
            writer.writerow([safe_cell(cell) for cell in self._row(detection)])
        return sheet.getvalue()

    def _row(self, found: Detection | None) -> tuple[object, ...]:
        head = (self.image.key, self.image.version, self.model.name, self.status)
        if found is None:
            return (*head, *[None] * 7, self.reason)
        box = [None] * 4 if found.box is None else [found.box.left, found.box.top, found.box.width, found.box.height]
        return (*head, found.kind, found.name, found.confidence_percent, *box, self.reason)


def safe_cell(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula: text that could begin one is led by an apostrophe.

    Full-width forms count too, since spreadsheets fold them (OWASP, "CSV Injection"). Numbers pass unchanged,
    NUL is dropped (readers stop at it). The JSON record is the lossless form.
    """
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return repr(cell)
    text = str(cell).replace("\0", "")
    first = unicodedata.normalize("NFKC", text[:1])
    return f"'{text}" if first.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def record_key(model: str, key: str, version: str) -> str:
    """Where the JSON record of this image lies in the results bucket."""
    return place(RECORDS_ROOT, model, key, version, ".json")


def csv_key(model: str, key: str, version: str) -> str:
    """Where the CSV of this image lies in the results bucket."""
    return place(CSV_ROOT, model, key, version, ".csv")


def place(root: str, model: str, key: str, version: str, suffix: str) -> str:
    """Where what belongs to this image lies under a root. A key that no tool could show lies under its hash."""
    longest_root = max(root, RECORDS_ROOT, key=len)
    if key.startswith("~") or _is_awkward(key) or _overflows(f"{longest_root}{model}/{key}/{version}.json"):
        key = "~" + sha256(key.encode()).hexdigest()
    return f"{root}{model}/{key}/{version}{suffix}"


def _is_awkward(key: str) -> bool:
    """Keys that tools mistake for paths, or cannot print, are kept in the record but not in its name."""
    if any(unicodedata.category(character) == "Cc" for character in key):
        return True
    return key.startswith("/") or any(part in (".", "..") for part in key.split("/"))


def _overflows(name: str) -> bool:
    return len(name.encode()) > MAXIMUM_KEY_BYTES
