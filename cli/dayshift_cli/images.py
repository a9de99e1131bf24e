"""Which local files become which objects: found, named, checked, before anything is uploaded.

A file is named by its model's prefix and its path below the folder that was given, exactly as on disk.
"""

import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dayshift.domain.results import MAXIMUM_KEY_BYTES
from dayshift.domain.routing import Route, route_for
from dayshift_cli.errors import Failure

_FAULTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LocalImage:
    """One file and the key it will have."""

    path: Path
    key: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Found:
    """The files to upload in natural order, and how many hidden ones were left out."""

    images: tuple[LocalImage, ...]
    hidden: int


def find(paths: Sequence[Path], prefix: str) -> Found:
    """Every file at and below the paths; a hidden file only if it was named itself. Raises Failure if there is none."""
    images, hidden = [], 0
    for path in paths:
        if path.is_dir():
            for file in _files_below(path):
                relative = file.relative_to(path)
                if any(part.startswith(".") for part in relative.parts):
                    hidden += 1
                else:
                    images.append(_image(file, prefix + relative.as_posix()))
        else:
            images.append(_image(path, prefix + path.name))
    if not images:
        besides = f" besides {hidden} hidden ones" if hidden else ""
        raise Failure(f"There is no file to upload in {', '.join(map(str, paths))}{besides}.")
    return Found(tuple(sorted(images, key=lambda image: natural(image.key))), hidden)


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """The order in which a person counts: `image 2.jpg` before `image 10.jpg`."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)


def check_keys(images: Sequence[LocalImage], model: str, routes: Sequence[Route]) -> None:
    """Raises Failure naming the files whose key is no key, is another file's too, or belongs to another model."""
    paths_by_key = defaultdict(list)
    for image in images:
        paths_by_key[image.key].append(str(image.path))
    faults = [_key_fault(image, model, routes) for image in images]
    faults += [
        f"{' and '.join(paths)} would both become {key!r}: give the folder above them, or rename one"
        for key, paths in paths_by_key.items()
        if len(paths) > 1
    ]
    named = [fault for fault in faults if fault]
    if named:
        more = f"; and {len(named) - _FAULTS_SHOWN} more" if len(named) > _FAULTS_SHOWN else ""
        raise Failure(f"Nothing was uploaded: {'; '.join(named[:_FAULTS_SHOWN])}{more}.")


def _key_fault(image: LocalImage, model: str, routes: Sequence[Route]) -> str | None:
    try:
        size = len(image.key.encode())
    except UnicodeEncodeError:
        return f"the name of {str(image.path)!r} is not UTF-8, which S3 wants"
    if size > MAXIMUM_KEY_BYTES:
        return f"the key of {image.path} has {size:,} bytes, S3 takes {MAXIMUM_KEY_BYTES:,}"
    route = route_for(image.key, routes)
    if route is not None and route.model != model:
        return f"{image.path} would become {image.key!r}, which model {route.model} reads (prefix {route.prefix!r})"
    return None


def _files_below(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder, onerror=_unreadable):
        folders.sort()
        yield from (Path(base, name) for name in names)


def _unreadable(error: OSError) -> None:
    raise Failure(f"A folder cannot be read: {error}.") from error


def _image(path: Path, key: str) -> LocalImage:
    try:
        found = path.stat()
    except OSError as error:
        raise Failure(f"A file cannot be read: {error}.") from error
    if not stat.S_ISREG(found.st_mode):
        raise Failure(f"{path} is neither a file nor a folder (a pipe, socket or device); nothing was uploaded.")
    return LocalImage(path, key, found.st_size)
