"""Detections to bytes: what stands in `results.json` is what others parse."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.cases import record_of

CASES = json.loads((Path(__file__).parent / "results.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["rule"]))
def test_a_record_is_written_to_the_byte(case: dict[str, Any]) -> None:
    record = record_of(case["given"])
    assert record.to_json() == case["json"]
    assert record.to_csv() == case["csv"]
