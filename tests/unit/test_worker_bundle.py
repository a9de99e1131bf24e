"""The workers' bundle: what is in it hangs on what is pinned alone, and its script installs all of it or nothing."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import build
from tools import worker_bundle, worker_models
from tools.worker_bundle import BundleError, bundle_members, downloaded
from tools.worker_models import ModelsError, models

SOURCES = build.ROOT / "lambda_src"
INSTALL = SOURCES / "install-worker.sh"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of distributions, the only place where pip may look; and fresh folders to keep what was found."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(worker_bundle, "models", lambda: models(tmp_path / "models"))
    return folder


def wheel(folder: Path, tag: str, content: bytes = b"") -> str:
    """A wheel for machines of this tag; answers its SHA-256."""
    file, info = folder / f"eyes-1.0-cp313-cp313-{tag}.whl", "eyes-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("eyes.so", content)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: eyes\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp313-cp313-{tag}\n")
        archive.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(file.read_bytes()).hexdigest()


def requirements(folder: Path, *digests: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "requirements-worker.txt"
    file.write_text(" ".join(["eyes==1.0", *(f"--hash=sha256:{digest}" for digest in digests)]) + "\n")
    return file


def distribution(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: bytes) -> None:
    """The source distribution of models, with these files, pinned."""
    name = worker_models.DISTRIBUTION
    members = {"setup.py": f"from setuptools import setup\nsetup(name={name!r}, version='0.3.0')\n".encode()}
    members |= {"PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.3.0\n".encode()}
    members |= {f"{name}/models/{file}.dat": content for file, content in files.items()}
    archive_file = folder / f"{name}-0.3.0.tar.gz"
    with tarfile.open(archive_file, "w:gz") as archive:
        for path, content in members.items():
            entry = tarfile.TarInfo(f"{name}-0.3.0/{path}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    digest = hashlib.sha256(archive_file.read_bytes()).hexdigest()
    monkeypatch.setattr(worker_models, "REQUIREMENT", f"{name}==0.3.0 --hash=sha256:{digest}")


def pinned(monkeypatch: pytest.MonkeyPatch, **files: bytes) -> None:
    digests = {f"{name}.dat": hashlib.sha256(content).hexdigest() for name, content in files.items()}
    monkeypatch.setattr(worker_models, "SHA256", digests)


def test_the_bundle_holds_wheels_for_the_machine_the_models_and_what_installs_them(tmp_path, registry, monkeypatch):
    for_arm, for_intel = wheel(registry, "manylinux_2_28_aarch64"), wheel(registry, "manylinux_2_28_x86_64")
    wheel(registry, "macosx_11_0_arm64")
    requirements(tmp_path / "source", for_arm, for_intel)
    (tmp_path / "source/install-worker.sh").write_text("true\n")
    distribution(registry, monkeypatch, encoder=b"numbers", unwanted=b"other terms")
    pinned(monkeypatch, encoder=b"numbers")
    for architecture, word in (("arm64", "aarch64"), ("x86_64", "x86_64")):
        members = bundle_members(architecture, tmp_path / "source", tmp_path / "wheels")
        assert set(members) == {
            f"wheels/eyes-1.0-cp313-cp313-manylinux_2_28_{word}.whl", "models/encoder.dat", "install.sh",
            "requirements-worker.txt",
        }  # fmt: skip
        assert members["models/encoder.dat"] == b"numbers"
        assert build.pack(members) == build.pack(dict(reversed(members.items())))


def test_wheels_are_fetched_once_for_what_is_pinned(tmp_path, registry):
    file = requirements(tmp_path / "source", wheel(registry, "manylinux_2_28_x86_64"))
    first = downloaded(file, "x86_64", tmp_path / "wheels")
    for one in registry.iterdir():
        one.unlink()
    assert downloaded(file, "x86_64", tmp_path / "wheels") == first
    assert [one.name for one in first.iterdir()] == ["eyes-1.0-cp313-cp313-manylinux_2_28_x86_64.whl"]


def test_a_wheel_with_another_hash_is_refused_and_nothing_kept(tmp_path, registry):
    wheel(registry, "manylinux_2_28_x86_64")
    file = requirements(tmp_path / "source", "0" * 64)
    with pytest.raises(BundleError, match=r"(?s)could not download .*requirements-worker\.txt for x86_64.*HASH"):
        downloaded(file, "x86_64", tmp_path / "wheels")
    assert list((tmp_path / "wheels").iterdir()) == []


def test_a_dependency_without_a_wheel_for_workers_is_refused(tmp_path, registry):
    file = requirements(tmp_path / "source", wheel(registry, "macosx_11_0_arm64"))
    with pytest.raises(BundleError, match=r"(?s)for arm64.*No matching distribution found for eyes==1\.0"):
        downloaded(file, "arm64", tmp_path / "wheels")


@pytest.mark.parametrize("file", [b"other numbers", None])
def test_a_model_file_that_is_another_or_missing_is_refused_and_nothing_kept(tmp_path, registry, monkeypatch, file):
    distribution(registry, monkeypatch, **({} if file is None else {"encoder": file}))
    pinned(monkeypatch, encoder=b"numbers")
    with pytest.raises(ModelsError, match=r"encoder\.dat of face_recognition_models must have the SHA-256"):
        models(tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_model_file_that_was_spoilt_is_fetched_again(tmp_path, registry, monkeypatch):
    distribution(registry, monkeypatch, encoder=b"numbers")
    pinned(monkeypatch, encoder=b"numbers")
    spoilt = models(tmp_path / "models") / "encoder.dat"
    spoilt.write_bytes(b"num")
    assert (models(tmp_path / "models") / "encoder.dat").read_bytes() == b"numbers"


def test_what_is_pinned_for_workers_has_a_hash_and_asks_nothing_of_the_machine():
    lines = (SOURCES / "requirements-worker.txt").read_text().replace("\\\n", "").splitlines()
    assert {line.split("==")[0] for line in lines} >= {"boto3", "dlib-bin", "numpy", "pillow"}
    assert all(" --hash=sha256:" in line and ";" not in line and "://" not in line for line in lines)


def test_the_command_refuses_an_architecture_in_words(tmp_path):
    command = [sys.executable, str(build.ROOT / "build.py"), "--worker", "riscv"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "riscv" in ran.stderr
    with pytest.raises(BundleError, match="must be one of arm64, x86_64; got riscv"):
        bundle_members("riscv", tmp_path)
    with pytest.raises(BundleError, match=r"--source must hold requirements-worker\.txt"):
        downloaded(tmp_path / "requirements-worker.txt", "arm64", tmp_path)


# A Python that makes an environment whose Python writes down what it is asked, and fails where FAIL says.
FAKE_PYTHON = """#!/bin/sh
[ "$1 $2" = "-m venv" ] || exit 9
mkdir -p "$3/bin"
cat >"$3/bin/python" <<'END'
#!/bin/sh
echo "$@" >>"$LOG"
case "$*" in *"$FAIL"*) exit 1 ;; esac
END
chmod +x "$3/bin/python"
"""


class Installation:
    """A bundle, a package, and a folder to install them into."""

    def __init__(self, folder: Path) -> None:
        self.bundle, self.target, self.package = folder / "a bundle", folder / "opt/day shift", folder / "dayshift.zip"
        self._log, self._python = folder / "log", folder / "python"
        (self.bundle / "models").mkdir(parents=True)
        (self.bundle / "models/encoder.dat").write_text("numbers")
        (self.bundle / "requirements-worker.txt").write_text("eyes==1.0\n")
        (self.bundle / "install.sh").write_bytes(INSTALL.read_bytes())
        self.package.write_text("the package")
        self._python.write_text(FAKE_PYTHON)
        self._python.chmod(0o755)

    def run(self, fail: str = "no such step") -> tuple[int, list[str]]:
        """Installs; answers the exit code and what the environment's Python was asked."""
        self._log.write_text("")
        ran = subprocess.run(
            ["sh", self.bundle / "install.sh", self.bundle, self.target, self.package],
            env={"PATH": os.defpath, "PYTHON": str(self._python), "LOG": str(self._log), "FAIL": fail},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.stdout == ""
        return ran.returncode, self._log.read_text().splitlines()

    def left(self) -> list[str]:
        return sorted(path.name for path in self.target.parent.iterdir())


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def test_it_installs_from_the_bundle_alone_and_proves_it(installation):
    code, asked = installation.run()
    assert code == 0
    pip, unpack, proof = asked
    assert f"--no-index --find-links {installation.bundle}/wheels --require-hashes --only-binary :all:" in pip
    assert unpack.startswith(f"-m zipfile -e {installation.package} ")
    assert proof == "-P -c import boto3, dayshift.faces.recogniser"
    assert (installation.target / "models/encoder.dat").read_text() == "numbers"
    assert installation.target.stat().st_mode & 0o777 == 0o755
    assert installation.left() == ["day shift"]


def test_a_second_time_nothing_happens(installation):
    installation.run()
    assert installation.run() == (0, [])


@pytest.mark.parametrize("changed", ["package", "model", "requirements"])
def test_what_has_changed_replaces_what_was_there(installation, changed):
    installation.run()
    (installation.target / "stale").touch()
    file = {
        "package": installation.package,
        "model": installation.bundle / "models/encoder.dat",
        "requirements": installation.bundle / "requirements-worker.txt",
    }[changed]
    file.write_text("another")
    code, asked = installation.run()
    assert (code, len(asked)) == (0, 3)
    assert not (installation.target / "stale").exists()
    assert installation.left() == ["day shift"]


@pytest.mark.parametrize("step", ["pip install", "zipfile", "import boto3"])
def test_a_step_that_fails_leaves_what_was_there_and_nothing_half_done(installation, step):
    assert installation.run(fail=step)[0] == 1
    assert installation.left() == []
    installation.run()
    installation.package.write_text("another")
    assert installation.run(fail=step)[0] == 1
    assert installation.left() == ["day shift"]
    installation.package.write_text("the package")
    assert installation.run() == (0, [])


def test_another_number_of_arguments_is_refused_in_words():
    ran = subprocess.run(["sh", INSTALL, "bundle"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "<bundle's folder> <target folder> <package zip>" in ran.stderr
