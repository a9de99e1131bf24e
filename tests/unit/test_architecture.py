"""Imports point one way; the environment, the clock and AWS each have their own room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "lambda_src" / "dayshift"
FILES = sorted(PACKAGE.rglob("*.py"))
# room -> the rooms of ours that it may import
MAY_IMPORT = {
    "domain": {"domain"},
    "services": {"services", "domain"},
    "adapters": {"adapters", "domain"},
    "faces": {"faces", "domain"},
    "events": {"domain"},
    "environment": {"domain"},
    "settings": {"domain", "environment"},
    "job_settings": {"domain", "environment", "settings"},
    "bootstrap": {"bootstrap", "adapters", "domain", "faces", "job_settings", "services", "settings"},
    "handlers": {"handlers", "bootstrap", "domain", "events", "services"},
}
AWS = {"boto3", "botocore", "aws_lambda_powertools"}
# What decodes and recognises: only a worker has these, and only its children load them.
VISION = {"dlib", "numpy", "PIL"}
IN_CHILDREN_ALONE = {PACKAGE / "faces" / name for name in ("decoding.py", "recogniser.py")}
PURE_MUST_NOT = {"os", "logging", "random", "time", "socket", "threading", "subprocess", "pathlib"}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path: Path) -> Iterator[str]:
    """Dotted names of all that a file imports; `from dayshift import x` counts as `dayshift.x`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    room = room_of(path)
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("dayshift.")}
    allowed = MAY_IMPORT.get(room, set())
    assert ours <= allowed, f"wanted {room} to import only {sorted(allowed)}, got {sorted(ours - allowed)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_thing_of_the_world_has_its_own_room(path: Path) -> None:
    room, roots = room_of(path), {name.split(".")[0] for name in imports(path)}
    if room not in ("adapters", "bootstrap", "handlers"):
        assert not roots & AWS, f"{path.name} must not know AWS"
    if room == "domain":
        assert not roots & PURE_MUST_NOT
    source = path.read_text()
    assert ("os.environ" in source) == (path.name == "settings.py")
    assert ("datetime.now(" not in source) or room == "handlers", "the clock is read in handlers only"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_children_decode(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & VISION or path in IN_CHILDREN_ALONE
    behind = {name for name in imports(path) if name.startswith(("dayshift.faces.decoding", "dayshift.faces.recog"))}
    assert not behind or path in IN_CHILDREN_ALONE, "a child is told by name what to load"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_reaches_a_shell(path: Path) -> None:
    """A child is begun by its argument list; no name of an object is a word of any command."""
    assert "subprocess" not in imports(path) or path == PACKAGE / "faces" / "process.py"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in ("os.system", "os.popen", "subprocess.getoutput"), ast.unparse(node)
            assert "shell" not in {keyword.arg for keyword in node.keywords}, ast.unparse(node)


def test_no_file_outgrows_one_sitting() -> None:
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > 200} == {}
