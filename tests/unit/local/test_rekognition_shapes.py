"""How findings are written as Rekognition's answers."""

from typing import Any

from local.services.rekognition_shapes import MAXIMUM_WORDS, labels_answer, text_answer
from local.vision.findings import Box, Colour, Findings, Instance, Label, Properties, TextLine

FACE = Label("Face", 90, "Person Description", (Instance(Box(0.1, 0.2, 0.3, 0.4), 90),), parents=("Person",))
FOUND = Findings(
    labels=(Label("Sky", 70, "Nature and Outdoors"), FACE, Label("Text", 40, "Text and Documents")),
    properties=Properties(50, 60, 70, (Colour(250, 250, 250, 80), Colour(20, 60, 140, 20))),
)


def line(text: str, confidence: float = 99, left: float = 0.0, right: float = 1.0) -> TextLine:
    return TextLine(text, confidence, ((left, 0.0), (right, 0.0), (right, 0.1), (left, 0.1)))


def labels(maximum: int = 1000, minimum: float = 55, **settings: Any) -> list[str]:
    answer = labels_answer(FOUND, ["GENERAL_LABELS"], maximum, minimum, {"GeneralLabels": settings})
    return [label["Name"] for label in answer["Labels"]]


def test_labels_come_surest_first_above_the_minimum_and_at_most_so_many() -> None:
    assert labels() == ["Face", "Sky"]
    assert labels(maximum=1) == ["Face"]
    assert labels(minimum=0) == ["Face", "Sky", "Text"]


def test_filters_keep_and_drop_labels_by_name_and_category() -> None:
    assert labels(LabelInclusionFilters=["Sky"]) == ["Sky"]
    assert labels(LabelCategoryExclusionFilters=["Person Description"]) == ["Sky"]


def test_a_label_has_its_places_and_parents() -> None:
    face = labels_answer(FOUND, ["GENERAL_LABELS"], 1, 55, {})["Labels"][0]
    assert face["Parents"] == [{"Name": "Person"}]
    assert face["Instances"][0]["BoundingBox"] == {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4}


def test_properties_are_answered_only_when_asked_for() -> None:
    answer = labels_answer(FOUND, ["IMAGE_PROPERTIES"], 10, 55, {"ImageProperties": {"MaxDominantColors": 1}})
    assert "Labels" not in answer
    assert [colour["SimplifiedColor"] for colour in answer["ImageProperties"]["DominantColors"]] == ["white"]


def test_a_line_is_followed_by_its_words_each_cut_from_it() -> None:
    answer = text_answer(Findings(lines=(line("OPEN NOW"),)), {})["TextDetections"]
    assert [(each["DetectedText"], each["Type"], each.get("ParentId")) for each in answer] == [
        ("OPEN NOW", "LINE", None),
        ("OPEN", "WORD", 0),
        ("NOW", "WORD", 0),
    ]
    assert answer[1]["Geometry"]["BoundingBox"]["Width"] == 0.5
    assert answer[2]["Geometry"]["BoundingBox"]["Left"] == 0.625


def test_a_word_that_is_there_twice_has_two_places() -> None:
    first, second = text_answer(Findings(lines=(line("no no"),)), {})["TextDetections"][1:]
    assert first["Geometry"]["BoundingBox"]["Left"] < second["Geometry"]["BoundingBox"]["Left"]


def test_unsure_lines_go_when_a_minimum_is_given() -> None:
    found = Findings(lines=(line("sure", 99), line("unsure", 81)))
    answer = text_answer(found, {"WordFilter": {"MinConfidence": 90}})["TextDetections"]
    assert [each["DetectedText"] for each in answer if each["Type"] == "LINE"] == ["sure"]


def test_at_most_a_hundred_words_are_answered() -> None:
    found = Findings(lines=tuple(line(" ".join("abcdefgh")) for _ in range(20)))
    words = [each for each in text_answer(found, {})["TextDetections"] if each["Type"] == "WORD"]
    assert MAXIMUM_WORDS - 8 < len(words) <= MAXIMUM_WORDS


def test_a_box_is_cut_at_the_borders_of_the_image() -> None:
    assert Box.around(((-0.1, 0.5), (0.5, 1.2))) == Box(0.0, 0.5, 0.5, 0.5)
