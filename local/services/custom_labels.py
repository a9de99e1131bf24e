"""Rekognition Custom Labels' API as far as powering a model and reading images needs it. Training is not here."""

import re
from collections.abc import Callable
from typing import Any

from local.services.image_source import ImageSource
from local.services.model_store import PROJECT_NUMBER, ModelStore
from local.services.project_version import ProjectVersion
from local.services.service_error import ServiceError, invalid
from local.vision.examples import Examples
from local.vision.findings import Label

Request = dict[str, Any]
MOST_TAGS, MOST_NAMES, PAGE = 50, 10, 100
MAXIMUM_BYTES, SIDES = 4 * 1024 * 1024, (64, 4096)  # "Guidelines and quotas in Amazon Rekognition Custom Labels"
ASSUMED_CONFIDENCE = 50.0  # AWS assumes a threshold for each label, found in training


class CustomLabels:
    """One method an operation."""

    def __init__(self, store: ModelStore, images: ImageSource, examples: Examples, place: str) -> None:
        self._store, self._images, self._examples = store, images, examples
        self._place = place  # arn:aws:rekognition:us-east-1:000000000000

    def operations(self) -> dict[str, Callable[[Request], Request]]:
        """By the name in X-Amz-Target."""
        return {
            "StartProjectVersion": self.start,
            "StopProjectVersion": self.stop,
            "DescribeProjects": self.describe_projects,
            "DescribeProjectVersions": self.describe,
            "ListTagsForResource": self.list_tags,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "DetectCustomLabels": self.detect,
        }

    def start(self, request: Request) -> Request:
        """Begins to start a model."""
        least, most = request.get("MinInferenceUnits"), request.get("MaxInferenceUnits")
        if (
            not isinstance(least, int)
            or least < 1
            or (most is not None and (not isinstance(most, int) or most < least))
        ):
            raise invalid(f"MinInferenceUnits must be at least 1, MaxInferenceUnits no less; got {least}, {most}")
        with self._store.version(request.get("ProjectVersionArn")) as (version, now):
            version.start(now, least, most)
            return {"Status": version.status}

    def stop(self, request: Request) -> Request:
        """Begins to stop a model."""
        with self._store.version(request.get("ProjectVersionArn")) as (version, now):
            version.stop(now)
            return {"Status": version.status}

    def describe_projects(self, request: Request) -> Request:
        """Every project, or those named: a project's ARN cannot be read off that of its version."""
        wanted = request.get("ProjectNames")
        names = self._store.projects() if wanted is None else wanted
        found = [
            {
                "ProjectArn": f"{self._place}:project/{name}/{PROJECT_NUMBER}",
                "Status": "CREATED",
                "Feature": "CUSTOM_LABELS",
            }
            for name in names
        ]
        return _page("ProjectDescriptions", found, request)

    def describe(self, request: Request) -> Request:
        """The versions of a project."""
        names = request.get("VersionNames") or []
        if len(names) > MOST_NAMES or not all(re.fullmatch(r"[a-zA-Z0-9_.\-]{1,255}", str(name)) for name in names):
            raise invalid(f"VersionNames must be up to {MOST_NAMES} names; got {names}")
        found = self._store.of_project(request.get("ProjectArn"), names)
        return _page("ProjectVersionDescriptions", [_description(version) for version in found], request)

    def list_tags(self, request: Request) -> Request:
        """The tags of a version."""
        with self._store.version(request.get("ResourceArn")) as (version, _):
            return {"Tags": dict(version.tags)}

    def tag(self, request: Request) -> Request:
        """Adds and changes tags."""
        given = request.get("Tags")
        if not isinstance(given, dict):
            raise invalid(f"Tags must be keys with values; got {given!r}")
        with self._store.version(request.get("ResourceArn")) as (version, _):
            tags = {**version.tags, **given}
            if len(tags) > MOST_TAGS:
                raise ServiceError("ServiceQuotaExceededException", f"a resource has at most {MOST_TAGS} tags")
            version.tags = tags
        return {}

    def untag(self, request: Request) -> Request:
        """Removes tags."""
        gone = request.get("TagKeys") or []
        with self._store.version(request.get("ResourceArn")) as (version, _):
            version.tags = {name: value for name, value in version.tags.items() if name not in gone}
        return {}

    def detect(self, request: Request) -> Request:
        """What the running model sees in an image. It names the whole image, so there is no geometry."""
        most, least = request.get("MaxResults"), request.get("MinConfidence", ASSUMED_CONFIDENCE)
        if (most is not None and (not isinstance(most, int) or most < 0)) or not 0 <= least <= 100:
            raise invalid(f"MaxResults {most}, MinConfidence {least}")
        with self._store.version(request.get("ProjectVersionArn")) as (version, _):
            if version.status != "RUNNING":
                text = f"The model is {version.status}; it reads images only while it is RUNNING."
                raise ServiceError("ResourceNotReadyException", text)
            project = version.arn.split(":project/")[1].split("/")[0]
        picture = self._images.picture(request, MAXIMUM_BYTES, SIDES)
        found = [label for label in self._examples.classify(project, picture) if label.confidence_percent >= least]
        return {"CustomLabels": [_label(label) for label in found[: most or None]]}


def _label(label: Label) -> Request:
    return {"Name": label.name, "Confidence": label.confidence_percent}


def _description(version: ProjectVersion) -> Request:
    units = {"MinInferenceUnits": version.minimum_units, "MaxInferenceUnits": version.maximum_units}
    return {
        "ProjectVersionArn": version.arn,
        "CreationTimestamp": int(version.arn.rsplit("/", 1)[1]) / 1000,
        "Status": version.status,
        "StatusMessage": version.message,
        "Feature": "CUSTOM_LABELS",
        **{name: value for name, value in units.items() if value is not None},
    }


def _page(key: str, found: list[Request], request: Request) -> Request:
    """One page, by MaxResults and NextToken."""
    size, token = request.get("MaxResults") or PAGE, request.get("NextToken") or "0"
    if not isinstance(size, int) or not 1 <= size <= PAGE:
        raise invalid(f"MaxResults must be 1 to {PAGE}; got {size}")
    if not str(token).isdecimal():
        raise ServiceError("InvalidPaginationTokenException", f"NextToken is not one of ours: {token!r}")
    start = int(token)
    more = {"NextToken": str(start + size)} if start + size < len(found) else {}
    return {key: found[start : start + size], **more}
