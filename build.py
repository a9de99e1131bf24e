"""Builds dist/dayshift.zip, the one package of every Lambda function: our code and the little it needs of its dependencies.

The zip is a function of the sources and of lambda_src/requirements.txt alone: sorted names, one date, one mode, no compression
(zlib and zlib-ng compress differently, so a compressed zip would change with the machine). Its bytecode is a function of the
compiler too, that is of CPython's patch release; `--no-bytecode` leaves it out, and then the bytes are the same everywhere.
It is pure Python, so the same file runs on arm64 and x86_64.

Standard library only, any Python from 3.11 on:
    python build.py [--output dist/dayshift.zip] [--no-bytecode] [--source lambda_src]
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
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent
VENDORED = ROOT / ".dayshift" / "vendored"
RUNTIME = "3.13"  # the Lambda runtime the bytecode is for; another runtime ignores it and compiles at every cold start
BYTECODE = True

# What the zip takes of each distribution in requirements.txt: the .py files directly in these folders. Of Powertools only what
# Logger and Metrics load (a tenth of it); tests/unit/test_build.py runs them from the zip alone.
_POWERTOOLS = ["", "exceptions", "logging", "logging/buffer", "metrics", "metrics/provider", "metrics/provider/cloudwatch_emf"]
_POWERTOOLS += ["shared", "tracing", "utilities", "utilities/jmespath_utils", "warnings"]
KEPT = {
    "aws-lambda-powertools": frozenset(PurePosixPath("aws_lambda_powertools", folder) for folder in _POWERTOOLS),
    "typing-extensions": frozenset([PurePosixPath()]),
    "jmespath": frozenset[PurePosixPath](),  # Lambda's runtime has it, with boto3
}
NATIVE = {".so", ".pyd", ".dylib", ".dll"}

# Which objects marshal writes as references hangs on what else shares them in memory. A code object that was written without
# references (format 2) and read back shares nothing but its names, so its own bytes hang on the code alone.
COMPILER = """
import importlib.util, json, marshal, sys
for name, text in json.load(sys.stdin).items():
    compiled = compile(text, "/var/task/" + name, "exec", dont_inherit=True, optimize=0)
    code = marshal.loads(marshal.dumps(compiled, 2))
    unchecked_hash = (1).to_bytes(4, "little") + importlib.util.source_hash(text.encode())
    print(name, (importlib.util.MAGIC_NUMBER + unchecked_hash + marshal.dumps(code)).hex())
"""


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
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-input", "--no-compile", "--require-hashes", "--no-deps"]
        pip += ["--only-binary=:all:", f"--python-version={RUNTIME}", f"--target={unfinished}/all", "-r", str(requirements)]
        installed = subprocess.run(pip, capture_output=True, text=True, check=False)
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
            raise BuildError(f"requirements.txt names {name}, of which nothing would be packed; name its folders in build.py KEPT")
        for file in map(PurePosixPath, distribution.files or ()):
            _refuse_native(file, f"{name} of requirements.txt")
            if file.suffix == ".py" and file.parent in KEPT[name]:
                members[str(file)] = (folder / file).read_bytes()
            elif KEPT[name] and "licen" in file.name.lower() and file.parts[0].endswith(".dist-info"):
                members[f"LICENSES/{name}/{file.name}"] = (folder / file).read_bytes()
    return members


def sources(folder: Path) -> dict[str, bytes]:
    """Our own files in `folder`/dayshift, by name in the zip."""
    files = (file for file in (folder / "dayshift").rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    members = {file.relative_to(folder).as_posix(): file for file in files if file.suffix != ".pyi" and file.name != "py.typed"}
    if not members:
        raise BuildError(f"--source must hold the package dayshift, for example lambda_src; got {folder}")
    for name in members:
        _refuse_native(PurePosixPath(name), str(folder))
    return {name: file.read_bytes() for name, file in members.items()}


def bytecode(members: dict[str, bytes]) -> dict[str, bytes]:
    """A .pyc for each .py in `members`, made by a fresh Python of the runtime's version: a cold start then compiles nothing."""
    texts = {name: text.decode() for name, text in sorted(members.items()) if name.endswith(".py")}
    command = [_runtime_python(), "-I", "-S", "-c", COMPILER]
    compiled = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=False)
    if compiled.returncode:
        raise BuildError(f"Python {RUNTIME} could not compile the package:\n{compiled.stderr.strip()}")
    suffix = f".cpython-{RUNTIME.replace('.', '')}.pyc"
    named = {}
    for name, code in (line.split() for line in compiled.stdout.splitlines()):
        source = PurePosixPath(name)
        named[str(source.parent / "__pycache__" / (source.stem + suffix))] = bytes.fromhex(code)
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
    content = pack(members)
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(f"{output.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(output)
    return f"{output}: {len(content):,} bytes, {len(members)} files, sha256 {hashlib.sha256(content).hexdigest()}"


def _refuse_native(file: PurePosixPath, owner: str) -> None:
    if file.suffix in NATIVE:
        raise BuildError(f"the package must be pure Python, for arm64 and x86_64 alike; got {file} from {owner}")


def _runtime_python() -> str:
    if sys.version_info[:2] == tuple(map(int, RUNTIME.split("."))):
        return sys.executable
    found = subprocess.run([str(ROOT / "tools/find-python"), RUNTIME], capture_output=True, text=True, check=False)
    if found.returncode:
        raise BuildError(f"the bytecode needs Python {RUNTIME}, as Lambda has it; install it, or build with --no-bytecode")
    return found.stdout.strip()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Build the package of the Lambda functions.")
    parser.add_argument("--output", type=Path, default=Path("dist/dayshift.zip"))
    parser.add_argument("--source", type=Path, default=ROOT / "lambda_src", help="the folder with dayshift/ and requirements.txt")
    parser.add_argument("--bytecode", action=argparse.BooleanOptionalAction, default=BYTECODE, help=f"for Python {RUNTIME}")
    chosen = parser.parse_args()
    try:
        print(build(chosen.source, chosen.output, chosen.bytecode))
    except BuildError as error:
        sys.exit(f"build.py: {error}")


if __name__ == "__main__":
    main()
