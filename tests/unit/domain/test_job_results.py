"""What a job's program brought: each line is believed only as far as it can be."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayshift.domain.detections import Detection, Kind
from dayshift.domain.job_ports import Results
from dayshift.domain.job_results import Kept, read_results

TABBY = {"name": "tabby", "confidence_percent": 93.1}


def read(*lines: Any, asked: Sequence[int] = (0, 1, 2), maximum: int = 5, minimum: float = 0.0) -> Results:
    """The lines, where images 0, 1 and 2 were asked for."""
    content = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return read_results(content, asked, Kept(maximum, minimum), "cats.git")


def test_classes_come_best_first_as_many_as_are_wanted_and_no_worse_than_is_wanted() -> None:
    many = [{"name": f"c{percent}", "confidence_percent": percent} for percent in (10, 70, 50, 0, 30, 100, 20)]
    found = read({"image": "0002.png", "classes": many}, maximum=4, minimum=40)
    assert [each.name for each in found.predictions[2].detections] == ["c100", "c70", "c50"]
    assert found.predictions[2].model_version == "cats.git"
    assert found.predictions[2].detections[0] == Detection(Kind.CLASS, "c100", 100.0)


def test_no_classes_is_nothing_found_and_an_error_is_a_refusal() -> None:
    said = "cannot\n\tidentify \x1b[31m" + "x" * 300
    found = read({"image": "0000.jpg", "classes": []}, b"", {"image": "0001.jpg", "error": said})
    assert found.predictions[0].detections == ()
    assert found.refusals[1].startswith("cannot identify [31mxxx")
    assert len(found.refusals[1]) == 200
    assert found.problem == "no answer for 1 images"


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
        {"image": "0001.jpg", "classes": [{"name": "a\nb", "confidence_percent": 1}]},
        {"image": "0001.jpg", "classes": [TABBY], "error": "both"},
        {"image": "0001.jpg", "classes": [{"name": "x" * 201, "confidence_percent": 1}]},
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
    assert found.problem.endswith("no answer for 1 images")


def test_of_two_lines_about_one_image_the_first_counts() -> None:
    found = read(
        {"image": "0001.jpg", "classes": [TABBY]},
        {"image": "0001.png", "error": "no, wait"},
        {"image": "0001.jpg", "classes": []},
    )
    assert [each.name for each in found.predictions[1].detections] == ["tabby"]
    assert (found.refusals, str(found.problem).count("line ")) == ({}, 2)


def test_a_problem_names_three_lines_and_counts_the_rest() -> None:
    assert str(read(*[b"no"] * 9).problem).endswith("and 6 more; no answer for 3 images")


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_nothing_is_a_problem(content: bytes) -> None:
    assert read_results(content, {0}, Kept(), "v").problem == "no answer for 1 images"


@given(st.binary(max_size=400) | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(
    lambda value: json.dumps({"image": "0000.jpg", "classes": value}).encode()))  # fmt: skip
def test_whatever_is_brought_is_read(content: bytes) -> None:
    found = read_results(content, {0}, Kept(), "v")
    assert set(found.predictions) | set(found.refusals) <= {0}
    assert found.problem or found.predictions or found.refusals
