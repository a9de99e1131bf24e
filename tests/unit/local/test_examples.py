"""What the local classifiers learn from samples/logos and samples/flowers."""

from pathlib import Path
from shutil import copytree

import pytest

from local.places import SAMPLES
from local.vision.examples import Examples
from local.vision.images import Picture, open_picture

PROJECTS = ("logos", "flowers")
FILES = [file for project in PROJECTS for file in sorted((SAMPLES / project).glob("*/*.png"))]
UNSEEN = sorted((SAMPLES / "day").glob("*.png"))


def read(file: Path) -> Picture:
    return open_picture(file.read_bytes(), 4_000_000)


@pytest.mark.parametrize("left_out", FILES, ids=lambda file: f"{file.parent.name} {file.stem}")
def test_each_example_is_known_by_the_others(left_out: Path, tmp_path: Path) -> None:
    project = left_out.parent.parent.name
    copytree(SAMPLES / project, tmp_path / project)
    (tmp_path / project / left_out.parent.name / left_out.name).unlink()
    best = Examples(tmp_path).classify(project, read(left_out))[0]
    assert (best.name, best.confidence_percent > 80) == (left_out.parent.name, True)


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda file: file.stem)
def test_what_was_never_an_example_is_known_or_known_to_be_none(unseen: Path, project: str) -> None:
    sure = [label.name for label in Examples(SAMPLES).classify(project, read(unseen)) if label.confidence_percent > 80]
    shows = unseen.stem.split()[0]
    assert sure == ([shows] if (SAMPLES / project / shows).exists() else [])


def test_a_photograph_is_no_logo() -> None:
    for photo in (SAMPLES / "photos").glob("*.jpg"):
        assert Examples(SAMPLES).classify("logos", read(photo))[0].confidence_percent < 80


def test_a_project_without_examples_knows_nothing_until_it_has_some(tmp_path: Path) -> None:
    examples, harbour = Examples(tmp_path), read(SAMPLES / "day" / "harbour 1.png")
    assert examples.classify("logos", harbour) == ()
    copytree(SAMPLES / "logos", tmp_path / "logos")
    assert examples.classify("logos", harbour)[0].name == "harbour"
