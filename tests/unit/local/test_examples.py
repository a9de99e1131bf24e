"""What the local Custom Labels model learns from samples/logos."""

from pathlib import Path
from shutil import copytree

import pytest

from local.places import SAMPLES
from local.vision.examples import Examples
from local.vision.images import Picture, open_picture

FILES = sorted((SAMPLES / "logos").glob("*/*.png"))
UNSEEN = sorted((SAMPLES / "day").glob("*.png"))


def read(file: Path) -> Picture:
    return open_picture(file.read_bytes(), 4_000_000)


@pytest.mark.parametrize("left_out", FILES, ids=lambda file: f"{file.parent.name} {file.stem}")
def test_each_example_is_known_by_the_others(left_out: Path, tmp_path: Path) -> None:
    copytree(SAMPLES / "logos", tmp_path / "logos")
    (tmp_path / "logos" / left_out.parent.name / left_out.name).unlink()
    best = Examples(tmp_path).classify("logos", read(left_out))[0]
    assert (best.name, best.confidence_percent > 80) == (left_out.parent.name, True)


@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda file: file.stem)
def test_what_was_never_an_example_is_known_or_known_to_be_none(unseen: Path) -> None:
    sure = [label.name for label in Examples(SAMPLES).classify("logos", read(unseen)) if label.confidence_percent > 80]
    assert sure == ([] if unseen.stem.startswith("awning") else [unseen.stem.split()[0]])


def test_a_photograph_is_no_logo() -> None:
    for photo in (SAMPLES / "photos").glob("*.jpg"):
        assert Examples(SAMPLES).classify("logos", read(photo))[0].confidence_percent < 80


def test_a_project_without_examples_knows_nothing_until_it_has_some(tmp_path: Path) -> None:
    examples, harbour = Examples(tmp_path), read(UNSEEN[1])
    assert examples.classify("logos", harbour) == ()
    copytree(SAMPLES / "logos", tmp_path / "logos")
    assert examples.classify("logos", harbour)[0].name == "harbour"
