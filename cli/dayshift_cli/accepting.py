"""Which files are uploaded and which are refused: by their size, and of archives by what is in them."""

from collections.abc import Sequence

from dayshift.domain.archives import MAXIMUM_ENTRY_BYTES
from dayshift.domain.errors import PermanentError
from dayshift.domain.routing import is_archive
from dayshift_cli import zip_files
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import Failure
from dayshift_cli.families import facts_of
from dayshift_cli.images import LocalImage
from dayshift_cli.render import say

_NO_ARCHIVES = "this deployment takes no archives yet; apply the Terraform configuration of this release, or unpack it"


def accepted(images: Sequence[LocalImage], model: DeployedModel, takes_archives: bool) -> list[LocalImage]:
    """The files that are good as far as can be told here; says why the others are not. Raises Failure if none is."""
    chosen = []
    for image in images:
        problem = _problem(image, model, takes_archives)
        if problem is None:
            chosen.append(image)
        else:
            say(f"Refused {image.path}: {problem}.")
    if not chosen:
        raise Failure("Nothing was uploaded: every file was refused; --force uploads them all the same.")
    return chosen


def _problem(image: LocalImage, model: DeployedModel, takes_archives: bool) -> str | None:
    facts = facts_of(model.family)
    maximum_bytes = None if facts is None else facts.maximum_bytes
    if is_archive(image.key):
        return _problem_inside(image, maximum_bytes or MAXIMUM_ENTRY_BYTES) if takes_archives else _NO_ARCHIVES
    if maximum_bytes is not None and image.size_bytes > maximum_bytes:
        return f"{image.size_bytes:,} bytes; model {model.name} reads at most {maximum_bytes:,}"
    return _misnamed(image)


def _problem_inside(image: LocalImage, maximum_bytes: int) -> str | None:
    """Why nothing would be read of an archive; else says what will be."""
    try:
        found = zip_files.look(image.path, maximum_bytes)
    except OSError:
        return None  # the upload meets the same, and says so
    except PermanentError as error:
        return f"{error} ({zip_files.LIMITS})"
    if not found.images:
        return f"{found.sentence(image.path)} There is no image in it"
    say(found.sentence(image.path))
    return None


def _misnamed(image: LocalImage) -> str | None:
    try:
        is_hidden_archive = zip_files.begins_like_an_archive(image.path)
    except OSError:
        return None
    return "it is a ZIP archive; let its name end in .zip, and its images are read" if is_hidden_archive else None
