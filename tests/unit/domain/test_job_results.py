"""What a job's program brought: each line is believed only as far as it can be."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayshift.domain.detections import Detection, Kind
from dayshift.domain.job_ports import Results
from dayshift.domain.job_results import read_results

TABBY = {"name": "tabby", "confidence_percent": 93.1}


def read(*lines: Any, asked: range = range(10), maximum: int = 5, minimum: float = 0.0) -> Results:
    content = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return read_results(content, asked, "cats.git", maximum, minimum)


def test_classes_come_best_first_as_many_as_are_wanted_and_no_worse_than_is_wanted() -> None:
    many = [{"name": f"c{percent}", "confidence_percent": percent} for percent in (10, 70, 50, 0, 30, 100, 20)]
    found = read({"image": "0003.png", "classes": many}, maximum=4, minimum=40)
    assert found.problem is None
    assert [each.name for each in found.predictions[3].detections] == ["c100", "c70", "c50"]
    assert found.predictions[3].model_version == "cats.git"
    assert found.predictions[3].detections[0] == Detection(Kind.CLASS, "c100", 100.0)


def test_no_classes_is_nothing_found_and_an_error_is_a_refusal() -> None:
    said = "cannot\n\tidentify \x1b[31m" + "x" * 300
    found = read({"image": "0000.jpg", "classes": []}, b"", {"image": "0001.jpg", "error": said})
    assert found.predictions[0].detections == ()
    assert found.refusals[1].startswith("cannot identify [31mxxx")
    assert len(found.refusals[1]) == 200
    assert found.problem is None


@pytest.mark.parametrize(
    "line",
    [
        b"{", b"\xff\xfe", b"[]", b"null", b"7", b"[" * 100_000,
        {"classes": []},
        {"image": 1, "classes": []},
        {"image": "1.jpg", "classes": []},
        {"image": "0001.gif", "classes": []},
        {"image": "../0001.jpg", "classes": []},
        {"image": "0001.jpg\n", "classes": []},
        {"image": "0042.jpg", "classes": [TABBY]},
        {"image": "0001.jpg"},
        {"image": "0001.jpg", "error": None},
        {"image": "0001.jpg", "classes": "tabby"},
        {"image": "0001.jpg", "classes": {"tabby": 93.1}},
        {"image": "0001.jpg", "classes": ["tabby"]},
        {"image": "0001.jpg", "classes": [{"name": "", "confidence_percent": 1}]},
        {"image": "0001.jpg", "classes": [{"name": 7, "confidence_percent": 1}]},
        {"image": "0001.jpg", "classes": [{"name": "x" * 257, "confidence_percent": 1}]},
        {"image": "0001.jpg", "classes": [{"name": "tabby"}]},
        {"image": "0001.jpg", "classes": [{"name": "tabby", "confidence_percent": "93"}]},
        {"image": "0001.jpg", "classes": [{"name": "tabby", "confidence_percent": True}]},
        {"image": "0001.jpg", "classes": [{"name": "tabby", "confidence_percent": -0.1}]},
        {"image": "0001.jpg", "classes": [{"name": "tabby", "confidence_percent": 100.1}]},
        {"image": "0001.jpg", "classes": [TABBY, {"name": "tabby", "confidence_percent": float("nan")}]},
        {"image": "0001.jpg", "classes": [{"name": "tabby", "confidence_percent": float("inf")}]},
        b'{"image": "0001.jpg", "classes": [{"name": "tabby", "confidence_percent": 1e999}]}',
        b'{"image": "0001.jpg", "classes": [{"name": "tabby", "confidence_percent": ' + b"9" * 400 + b"}]}",
    ],
)  # fmt: skip
def test_a_line_that_is_none_counts_for_nothing_and_spoils_no_other(line: Any) -> None:
    found = read({"image": "0000.jpg", "classes": [TABBY]}, line, {"image": "0002.jpg", "error": "why"})
    assert (set(found.predictions), set(found.refusals)) == ({0}, {2})
    assert found.problem is not None
    assert found.problem.startswith("line 2: ")
    assert len(found.problem) < 300


def test_of_two_lines_about_one_image_the_first_counts() -> None:
    found = read(
        {"image": "0001.jpg", "classes": [TABBY]},
        {"image": "0001.png", "error": "no, wait"},
        {"image": "0001.jpg", "classes": []},
    )
    assert [each.name for each in found.predictions[1].detections] == ["tabby"]
    assert (found.refusals, str(found.problem).count("comes twice")) == ({}, 2)


def test_a_problem_names_three_lines_and_counts_the_rest() -> None:
    assert str(read(*[b"no"] * 9).problem).endswith("line 3: no JSON; and 6 lines more of results.jsonl")


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_nothing_is_a_problem(content: bytes) -> None:
    assert read_results(content, {0}, "v", 5, 0).problem == "results.jsonl answers nothing"


@given(st.binary(max_size=400) | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(
    lambda value: json.dumps({"image": "0000.jpg", "classes": value}).encode()))  # fmt: skip
def test_whatever_is_brought_is_read(content: bytes) -> None:
    found = read_results(content, {0}, "v", 5, 0)
    assert set(found.predictions) | set(found.refusals) <= {0}
    assert found.problem or found.predictions or found.refusals
