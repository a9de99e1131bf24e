"""A worker of the local proxiML: the job's command, run for real in a folder of its own, beside the model's source.

<folder>/model/     a copy of local/job_models/<the repository's name>; the command's working folder
<folder>/log        what it printed
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from local.places import ROOT

MODELS = ROOT / "local" / "job_models"
PASSED_ON = ("PATH", "LANG", "DAYSHIFT_EXAMPLES", "DAYSHIFT_CLASSIFIER_MODEL", "DAYSHIFT_CLASSIFIER_LABELS")
LAST_CHARACTERS = 4000  # of what is shown of a log
Ended = Callable[[int], None]


class Worker:
    """One process and what it begins. `ended` is called once with its exit code, unless it was killed."""

    def __init__(self, source: Path, command: str, environment: Mapping[str, str], ended: Ended) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dayshift-job-"))
        self._ended, self._is_killed = ended, False
        model = self._folder / "model"
        shutil.copytree(source, model, ignore=shutil.ignore_patterns("__pycache__"))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=model,
                env=_environment(environment, model, self._folder),
                start_new_session=True,
            )
        threading.Thread(target=self._wait, name="job", daemon=True).start()

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def log(self) -> str:
        """The end of what it printed."""
        with suppress(FileNotFoundError):
            return self._log.read_text(encoding="utf-8", errors="replace")[-LAST_CHARACTERS:]
        return ""

    def kill(self) -> None:
        """Ends it and all that it began: `timeout` puts its child into a group of its own, and no group has all."""
        self._is_killed = True
        for process in (*reversed(_descendants(self._process.pid)), self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait()
        self.clear()

    def clear(self) -> None:
        """Takes its folder away."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        code = self._process.wait()
        if not self._is_killed:
            self._ended(code)


def source_of(uri: str) -> Path | None:
    """What stands here for a git repository: the folder of its name; None where there is none."""
    name = uri.rstrip("/").rpartition("/")[2].removesuffix(".git")
    folder = MODELS / name
    return folder if name.isidentifier() and folder.is_dir() else None


def _environment(given: Mapping[str, str], model: Path, folder: Path) -> dict[str, str]:
    """What the service sets, and the job's own. Nothing of AWS: this is somebody else's machine."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    kept["PATH"] = f"{Path(sys.executable).parent}:{kept.get('PATH', os.defpath)}"
    trusted = os.environ.get("AWS_CA_BUNDLE")  # its curl is to trust the local S3
    return {
        **kept,
        **({"CURL_CA_BUNDLE": trusted} if trusted else {}),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONPATH": str(ROOT),
        "ML_MODEL_PATH": str(model),
        "PROXIML_MODEL_PATH": str(model),
        **given,
    }


def _descendants(process: int) -> list[int]:
    """Its children and theirs, parents first."""
    table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in table.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found: list[int] = []
    coming = [process]
    while coming:
        born = children.get(coming.pop(), [])
        found += born
        coming += born
    return found
