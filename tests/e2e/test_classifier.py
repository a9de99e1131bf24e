"""A user's own ONNX classifier adds its labels to the local recognition.

`colours.onnx` averages each colour channel and answers three scores: red, green, blue.
"""

import json
import subprocess
from pathlib import Path

from local.places import ROOT, SERVICES_PYTHON
from tests.e2e.conftest import picture

MODEL = Path(__file__).parent / "colours.onnx"
LOOK = """
import json, sys
from local.vision.analysis import Analyst
analyst = Analyst()
labels = analyst.findings(sys.stdin.buffer.read(), 1_000_000).labels
percents = {one.name: one.confidence_percent for one in labels}
print(json.dumps({"version": analyst.label_model_version, "labels": percents}))
"""


def look(labels: Path, content: bytes) -> subprocess.CompletedProcess[bytes]:
    """The local recognition of one picture, in its own environment, with the classifier."""
    environment = {"DAYSHIFT_CLASSIFIER_ONNX": str(MODEL), "DAYSHIFT_CLASSIFIER_LABELS": str(labels), "HOME": "/"}
    return subprocess.run(
        [str(SERVICES_PYTHON), "-c", LOOK],
        input=content, capture_output=True, check=False, cwd=ROOT, env=environment, timeout=120,
    )  # fmt: skip


def test_an_own_classifier_names_what_it_was_made_for(tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("red\ngreen\nblue\n")
    run = look(labels, picture(" ", kind="PNG", background="red"))
    assert run.returncode == 0, run.stderr.decode()
    seen = json.loads(run.stdout)
    assert seen["version"].endswith("+own-classifier")
    assert seen["labels"]["red"] > 90 > seen["labels"]["blue"]


def test_a_list_of_labels_that_does_not_fit_is_refused_with_both_numbers(tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("red\ngreen\n")
    run = look(labels, picture(" ", kind="PNG", background="red"))
    assert run.returncode != 0
    assert b"the model has 3 classes, DAYSHIFT_CLASSIFIER_LABELS names 2" in run.stderr
