"""For any answer of any container and any bytes: a few sane classes or a refusal with a name, and nothing else."""

from io import BytesIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dayshift.domain.class_scores import ClassScores, Scale
from dayshift.domain.errors import PermanentError, TransientError
from dayshift.domain.image_header import Header, check_header, read_header
from dayshift.domain.images import Limits

JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
SCORES = st.lists(st.floats(0, 1), min_size=1, max_size=40)
LIMITS = Limits(10**6, 2, 500, ("jpeg", "png"), maximum_proportion=20)
PATHS = st.sampled_from(["", "0", "a", "a.0", "label", "0.label"])


@settings(max_examples=1000)
@given(JSON, PATHS, PATHS, st.sampled_from(Scale), st.lists(st.text(), max_size=3), st.integers(0, 6))
def test_whatever_a_container_answers_is_classes_or_a_transient_error(
    answer: Any, at: str, names_at: str, scale: Scale, names: list[str], maximum: int
) -> None:
    scores = ClassScores(at=at, names_at=names_at or None, scale=scale, maximum=maximum)
    try:
        found = scores.detections(answer, names)
    except TransientError:
        return
    assert len(found) <= maximum
    percents = [one.confidence_percent for one in found]
    assert all(0 <= percent <= 100 for percent in percents)
    assert percents == sorted(percents, reverse=True)


@given(SCORES, st.integers(1, 50), st.floats(0, 100))
def test_what_is_kept_are_the_best_and_all_of_them(values: list[float], maximum: int, minimum: float) -> None:
    scores = ClassScores(maximum=maximum, minimum_percent=minimum)
    found = {int(one.name.removeprefix("class ")) for one in scores.detections(values)}
    sure = [index for index, value in enumerate(values) if 100 * value >= minimum]
    assert len(found) == min(maximum, len(sure))
    assert found <= set(sure)
    assert all(values[kept] >= values[left] for kept in found for left in set(sure) - found)


@given(SCORES)
def test_the_three_shapes_say_the_same(values: list[float]) -> None:
    names = [f"name {index}" for index in range(len(values))]
    of_list = ClassScores(maximum=99).detections(values, names)
    objects = [{"label": name, "score": value} for name, value in zip(names, values, strict=True)]
    assert ClassScores(maximum=99).detections({"p": objects}["p"]) == of_list
    assert ClassScores(maximum=99).detections(dict(zip(names, values, strict=True))) == of_list
    inside = {"of": {"names": names, "scores": values}}
    assert ClassScores(at="of.scores", names_at="of.names", maximum=99).detections(inside) == of_list


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(-1e6, 1e6))
def test_logits_sum_to_a_hundred_percent_wherever_their_zero_is(values: list[float], shift: float) -> None:
    scores = ClassScores(scale=Scale.LOGITS, maximum=99)
    found = scores.detections(values)
    assert abs(sum(one.confidence_percent for one in found) - 100) < 0.05
    assert max(range(len(values)), key=lambda index: values[index]) in [
        int(one.name.removeprefix("class ")) for one in found if one.confidence_percent == found[0].confidence_percent
    ]
    shifted = scores.detections([value + shift for value in values])
    assert abs(shifted[0].confidence_percent - found[0].confidence_percent) < 0.01


@settings(max_examples=1000)
@given(st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"]), st.binary())
def test_any_bytes_are_an_image_within_the_limits_or_refused_by_name(start: bytes, rest: bytes) -> None:
    refused = ""
    try:
        header = check_header(start + rest, LIMITS)
    except PermanentError as error:
        header, refused = Header("jpeg", 2, 2), error.code
    assert refused in {"", "unsupported_format", "truncated", "unreadable", "too_small", "too_large", "too_narrow"}
    assert header.format in LIMITS.formats
    assert 2 <= header.width <= 500
    assert 2 <= header.height <= 500


@settings(max_examples=100)
@given(st.sampled_from(["JPEG", "PNG"]), st.integers(1, 700), st.integers(1, 700), st.sampled_from(["L", "RGB"]))
def test_a_header_says_what_a_decoder_says(kind: str, width: int, height: int, mode: str) -> None:
    sheet = BytesIO()
    Image.new(mode, (width, height)).save(sheet, kind)
    assert read_header(sheet.getvalue()) == Header(kind.lower(), width, height)
