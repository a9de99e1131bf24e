"""The real model, in real children."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dayshift.faces.children import RECOGNISER, Children
from dayshift.faces.process import Loading
from tools.worker_models import models


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """Where the model files are; downloads them where `make unit` has not."""
    return models()


@pytest.fixture(scope="module")
def recognisers(models_folder: Path) -> Iterator[Children]:
    """Two children with the real model."""
    with closing(Children(Loading(RECOGNISER, str(models_folder)), 2)) as two:
        two.start()
        yield two
