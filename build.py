"""Builds dist/dayshift.zip, the one package of every Lambda function: our code and the little it needs of others'.

The zip is a function of the sources and of lambda_src/requirements.txt alone: sorted names, one date, one mode, and no
compression (zlib and zlib-ng compress differently, so a compressed zip would change with the machine). Its bytecode is
a function of the compiler too, that is of CPython's patch release; `--no-bytecode` leaves it out, and then the bytes
are the same everywhere. All of it is pure Python, so the same file runs on arm64 and x86_64.

Standard library only, any Python from 3.11 on:
    python build.py [--output dist/dayshift.zip] [--no-bytecode] [--source lambda_src]

With `--worker arm64` or `--worker x86_64` it builds dist/dayshift-worker-<architecture>.zip instead, what a worker of
family face_fleet has besides the package (tools/worker_bundle.py).
"""

import argparse
import hashlib
import importlib.metadata
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tools.worker_bundle import ARCHITECTURES, BundleError, bundle_members

ROOT = Path(__file__).resolve().parent
VENDORED = ROOT / ".dayshift" / "vendored"
RUNTIME = "3.13"  # the Lambda runtime the bytecode is for; another runtime compiles at every cold start instead
BYTECODE = True

# What the zip takes of each distribution in requirements.txt: the .py files directly in these folders. Of Powertools
# only what Logger and Metrics load (a tenth of it); tests/unit/test_build.py runs them from the zip alone.
_POWERTOOLS = (
    ". exceptions logging logging/buffer metrics metrics/provider metrics/provider/cloudwatch_emf shared tracing "
    "utilities utilities/jmespath_utils warnings"
)
# In these folders, what serves the parts of it that are not taken, or is there for type checkers.
_UNUSED = (
    "logging/buffer/handler logging/correlation_paths logging/types logging/utils metrics/metric "
    "metrics/provider/cloudwatch_emf/types shared/cache_dict shared/cookies shared/dynamodb_deserializer "
    "shared/headers_serializer shared/json_encoder tracing/base utilities/jmespath_utils/envelopes "
    "utilities/serialization"
)
DROPPED = frozenset(PurePosixPath("aws_lambda_powertools", f"{each}.py") for each in _UNUSED.split())
KEPT = {
    "aws-lambda-powertools": frozenset(PurePosixPath("aws_lambda_powertools", each) for each in _POWERTOOLS.split()),
    "jmespath": frozenset[PurePosixPath](),  # Lambda's runtime has it, with boto3
    "typing-extensions": frozenset[PurePosixPath](),  # lambda_src/stand_ins has the little that is used of it
}
NATIVE = {".so", ".pyd", ".dylib", ".dll"}


class BuildError(Exception):
    """No zip was written; the text says what is wrong and what would do."""


def vendor(requirements: Path, cache: Path = VENDORED) -> Path:
    """The folder with the installed dependencies; installed once for each content of `requirements`."""
    if not requirements.is_file():
        raise BuildError(f"--source must hold requirements.txt, for example lambda_src; got {requirements.parent}")
    target = cache / hashlib.sha256(RUNTIME.encode() + requirements.read_bytes()).hexdigest()[:16]
    if target.is_dir():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as unfinished:
        pip = (
            f"-m pip install -qq --no-input --no-compile --require-hashes --no-deps --python-version={RUNTIME}".split()
        )
        pip += ["--only-binary=:all:", f"--target={unfinished}/all", "--requirement", str(requirements)]
        installed = _run([sys.executable, *pip])
        if installed.returncode:
            raise BuildError(f"pip could not install {requirements}:\n{installed.stderr.strip()}")
        try:
            Path(unfinished, "all").rename(target)
        except OSError:
            if not target.is_dir():  # another build was faster: its folder holds the same
                raise
    return target


def dependencies(folder: Path) -> dict[str, bytes]:
    """What the zip takes of the distributions installed in `folder`, with their licences, by name in the zip."""
    members = {}
    for distribution in importlib.metadata.distributions(path=[str(folder)]):
        name = distribution.metadata["Name"].lower().replace("_", "-")
        if name not in KEPT:
            raise BuildError(f"build.py must know what to pack of each dependency: add {name} to KEPT")
        for file in map(PurePosixPath, distribution.files or ()):
            _refuse_native(file, name)
            if file.suffix == ".py" and file.parent in KEPT[name] and file not in DROPPED:
                members[str(file)] = (folder / file).read_bytes()
            elif KEPT[name] and "licen" in file.name.lower() and file.parts[0].endswith(".dist-info"):
                members[f"LICENSES/{name}/{file.name}"] = (folder / file).read_bytes()
    return members


def sources(folder: Path) -> dict[str, bytes]:
    """Our own files in `folder`/dayshift and, beside that package, those in `folder`/stand_ins, by name in the zip."""
    members = {}
    for file in [*(folder / "dayshift").rglob("*"), *(folder / "stand_ins").glob("*.py")]:
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".pyi" and file.name != "py.typed":
            name = file.relative_to(folder / "stand_ins" if file.parent.name == "stand_ins" else folder)
            _refuse_native(PurePosixPath(name), str(folder))
            members[name.as_posix()] = file.read_bytes()
    if not members:
        raise BuildError(f"--source must hold the package dayshift, for example lambda_src; got {folder}")
    return members


def bytecode(members: dict[str, bytes]) -> dict[str, bytes]:
    """A .pyc for each .py in `members`: without it, every cold start would compile them all."""
    texts = {name: text.decode() for name, text in sorted(members.items()) if name.endswith(".py")}
    made = _run([_runtime_python(), "-I", "-S", str(ROOT / "tools/compile_members.py")], given=json.dumps(texts))
    if made.returncode:
        raise BuildError(f"Python {RUNTIME} could not compile the package:\n{made.stderr.strip()}")
    named = {}
    for name, code in (line.rsplit(" ", 1) for line in made.stdout.splitlines()):
        file = PurePosixPath(name)
        cached = file.parent / "__pycache__" / f"{file.stem}.cpython-{RUNTIME.replace('.', '')}.pyc"
        named[str(cached)] = bytes.fromhex(code)
    return named


def pack(members: dict[str, bytes]) -> bytes:
    """The zip of `members`: the same bytes for the same members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(members.items()):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, also when built elsewhere: Lambda reads the mode
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def build(source: Path, output: Path, with_bytecode: bool = BYTECODE) -> str:
    """Writes the zip and answers with one line about it."""
    members = dependencies(vendor(source / "requirements.txt")) | sources(source)
    if with_bytecode:
        members |= bytecode(members)
    return written(members, output)


def written(members: dict[str, bytes], output: Path) -> str:
    """Packs `members` into `output` and answers with one line about it."""
    content = pack(members)
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(f"{output.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(output)
    return f"{output}: {len(content):,} bytes, {len(members)} files, sha256 {hashlib.sha256(content).hexdigest()}"


def _run(command: Sequence[str], given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=given, capture_output=True, encoding="utf-8", check=False)


def _refuse_native(file: PurePosixPath, owner: str) -> None:
    if file.suffix in NATIVE:
        raise BuildError(f"the package must be pure Python, for arm64 and x86_64 alike; got {file} from {owner}")


def _runtime_python() -> str:
    if sys.version_info[:2] == tuple(map(int, RUNTIME.split("."))):
        return sys.executable
    found = _run([str(ROOT / "tools/find-python"), RUNTIME])
    if found.returncode:
        raise BuildError(f"bytecode needs Python {RUNTIME}, as Lambda has it; install it, or build with --no-bytecode")
    return found.stdout.strip()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Build the package of the Lambda functions.")
    parser.add_argument("--output", type=Path, help="dist/dayshift.zip, or dist/dayshift-worker-<architecture>.zip")
    parser.add_argument("--source", type=Path, default=ROOT / "lambda_src", help="holds dayshift/, requirements.txt")
    parser.add_argument("--bytecode", action=argparse.BooleanOptionalAction, default=BYTECODE, help=f"of {RUNTIME}")
    parser.add_argument("--worker", choices=sorted(ARCHITECTURES), help="build the workers' bundle for these machines")
    chosen = parser.parse_args()
    try:
        if chosen.worker:
            output = chosen.output or Path(f"dist/dayshift-worker-{chosen.worker}.zip")
            print(written(bundle_members(chosen.worker, chosen.source), output))
        else:
            print(build(chosen.source, chosen.output or Path("dist/dayshift.zip"), chosen.bytecode))
    except (BuildError, BundleError) as error:
        sys.exit(f"build.py: {error}")


if __name__ == "__main__":
    main()
