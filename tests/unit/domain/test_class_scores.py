"""A classifier's answer is read as its mapping says; one of another shape is nobody's image's fault."""

from collections.abc import Mapping
from math import inf, nan
from typing import Any

import pytest

from dayshift.domain.class_scores import ClassScores, Scale
from dayshift.domain.detections import Detection, Kind
from dayshift.domain.errors import ConfigurationError, TransientError

PETS = ("cat", "dog", "eel")


def read(
    answer: Any, names: tuple[str, ...] = (), most: int | None = None, least: float | None = None, **response: Any
) -> list[tuple[str, float]]:
    options = {"response": response, "maximum_labels": most, "minimum_confidence_percent": least}
    found = ClassScores.of(options).detections(answer, names)
    assert all(one.kind is Kind.CLASS and one.box is None for one in found)
    return [(one.name, one.confidence_percent) for one in found]


@pytest.mark.parametrize(
    ("answer", "response"),
    [
        ([0.1, 0.7, 0.2], {}),
        ({"predictions": [[0.1, 0.7, 0.2]]}, {"at": "predictions.0"}),
        ({"outputs": {"scores": {"floats": [0.1, 0.7, 0.2]}}}, {"at": "outputs.scores.floats"}),
        ([10, 70, 20], {"scores_are": "percent"}),
    ],
)
def test_numbers_are_named_by_the_class_file_and_the_best_comes_first(answer: Any, response: Mapping[str, Any]) -> None:
    assert read(answer, PETS, **response) == [("dog", 70.0), ("eel", 20.0), ("cat", 10.0)]


def test_numbers_without_names_are_called_by_their_index() -> None:
    assert read([0.1, 0.9]) == [("class 1", 90.0), ("class 0", 10.0)]


def test_the_names_in_the_answer_come_before_those_in_the_file() -> None:
    answer = {"probabilities": [0.25, 0.75], "of": {"labels": ["left", "right"]}}
    names = read(answer, PETS, at="probabilities", names_at="of.labels")
    assert names == [("right", 75.0), ("left", 25.0)]


@pytest.mark.parametrize(
    ("answer", "response"),
    [
        ([{"label": "cat", "score": 0.9, "more": 1}, {"label": "dog", "score": 0.1}], {}),
        ([{"class": {"name": "cat"}, "p": 90}, {"class": {"name": "dog"}, "p": 10.0}],
         {"name": "class.name", "score": "p", "scores_are": "percent"}),
        ({"cat": 0.9, "dog": 0.1}, {}),
        ({"result": {"dog": 0.1, "cat": 0.9}}, {"at": "result"}),
    ],
)  # fmt: skip
def test_objects_name_their_own(answer: Any, response: Mapping[str, Any]) -> None:
    assert read(answer, **response) == [("cat", 90.0), ("dog", 10.0)]


def test_a_class_whose_name_is_a_number_is_called_so() -> None:
    assert read([{"label": 7, "score": 1}]) == [("7", 100.0)]


def test_logits_become_probabilities_over_all_classes_before_the_best_are_kept() -> None:
    assert read([1.0, 3.0, 2.0], PETS, most=1, scores_are="logits") == [("dog", 66.524)]
    assert read([1000.0, 999.0], scores_are="logits") == [("class 0", 73.106), ("class 1", 26.894)]
    assert read([1000.0, -1000.0], scores_are="logits") == [("class 0", 100.0), ("class 1", 0.0)]


def test_five_are_kept_unless_another_number_is_wished_for() -> None:
    answer = [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]
    assert len(read(answer)) == 5
    assert read(answer, most=1) == [("class 0", 50.0)]
    assert len(read(answer, most=6)) == 6


def test_only_what_is_sure_enough_is_kept_and_equal_is_enough() -> None:
    assert read([0.5, 0.3, 0.2], least=30) == [("class 0", 50.0), ("class 1", 30.0)]
    assert read([0.2, 0.2], least=30) == []


def test_equals_stay_in_the_models_order() -> None:
    assert [name for name, _ in read([0.2, 0.4, 0.2, 0.2])] == ["class 1", "class 0", "class 2", "class 3"]


@pytest.mark.parametrize("scale", Scale)
def test_what_is_no_finite_number_is_left_out(scale: Scale) -> None:
    assert [name for name, _ in read([nan, 0.5, inf, -inf, 10**400], scores_are=scale)] == ["class 1"]
    assert read([nan, nan], scores_are=scale) == []


@pytest.mark.parametrize("answer", [[], {}])
@pytest.mark.parametrize("scale", Scale)
def test_nothing_seen_is_nothing_seen_whatever_names_there_are(answer: Any, scale: Scale) -> None:
    assert read(answer, PETS, scores_are=scale) == []


def test_a_rounding_error_is_forgiven_and_stays_within_a_hundred() -> None:
    assert read([1.0000001, -1e-9]) == [("class 0", 100.0), ("class 1", 0.0)]
    assert read([100.5, -0.5], scores_are="percent") == [("class 0", 100.0), ("class 1", 0.0)]


@pytest.mark.parametrize(
    ("answer", "scale", "said"),
    [
        ([97.0, 3.0], "probabilities", "97 is none of probabilities, which go from 0 to 1"),
        ([1.02], "probabilities", "1.02 is none"),
        ([-0.02], "probabilities", "-0.02 is none"),
        ([102.0], "percent", "102 is none of percent, which go from 0 to 100"),
        ([-2.0], "percent", "-2 is none"),
    ],
)
def test_numbers_of_another_scale_are_refused(answer: Any, scale: str, said: str) -> None:
    with pytest.raises(TransientError, match=f"{said}.*scores_are must say"):
        read(answer, scores_are=scale)


@pytest.mark.parametrize(
    ("answer", "names", "response", "said"),
    [
        ({"predictions": []}, (), {"at": "predictions.0"}, "wanted something at '0'"),
        ({"prediction": [1]}, (), {"at": "predictions"}, "wanted something at 'predictions'"),
        ([[0.5]], (), {"at": "x"}, "wanted something at 'x'"),
        ([[0.5]], (), {}, r"wanted a number .* got \[0.5\]"),
        ("0.5", (), {}, "wanted a list or an object .* got '0.5'"),
        (0.5, (), {}, "wanted a list or an object"),
        (None, (), {}, "wanted a list or an object .* got None"),
        ([True], (), {}, "wanted a number .* got True"),
        ({"cat": "0.9"}, (), {}, "wanted a number .* got '0.9'"),
        ([{"label": "cat"}], (), {}, "wanted something at 'score'"),
        ([{"label": None, "score": 1}], (), {}, "wanted a name .* got None"),
        ([{"label": True, "score": 1}], (), {}, "wanted a name .* got True"),
        ([{"label": "cat", "score": 1}, 0.5], (), {}, "wanted something at 'label'"),
        ({"p": [0.5], "n": "cat"}, (), {"at": "p", "names_at": "n"}, "wanted a list of names at 'n'"),
        ({"p": [0.5], "n": []}, (), {"at": "p", "names_at": "n"}, "1 scores, and there are 0 names at 'n'"),
        ([0.5, 0.5], PETS, {}, "2 scores, and there are 3 names in classes_file"),
    ],
)
def test_another_shape_is_the_mappings_fault_and_says_what_was_got(
    answer: Any, names: tuple[str, ...], response: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(TransientError, match=said):
        read(answer, names, **response)


def test_of_a_long_answer_only_the_beginning_is_told() -> None:
    with pytest.raises(TransientError) as caught:
        read("x" * 10_000)
    assert len(str(caught.value)) < 300


def test_without_a_mapping_there_is_one() -> None:
    assert ClassScores.of({}) == ClassScores()
    assert ClassScores.of({"response": None}).detections([1.0]) == (Detection(Kind.CLASS, "class 0", 100.0),)
    empty = {"at": "", "name": None, "score": None, "names_at": None, "scores_are": None}
    assert ClassScores.of({"response": empty}) == ClassScores()


def test_a_scale_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"probabilities.*percent.*logits.*got 'ratio'"):
        read([1.0], scores_are="ratio")
