"""What Terraform made, under the names the commands need, and the two places where it is written down.

One JSON, twice: the Terraform output `deployment`, and the SSM parameter `/<name>/<environment>/deployment`:

    {"name": "dayshift", "environment": "dev", "region": "eu-central-1",
     "images_bucket": "…-images", "results_bucket": "…-results",
     "functions": {"producer": "…-producer", "sweep": "…-sweep", "reconcile": "…-reconcile"},
     "archives": {"queue_url": "https://…", "dlq_url": "https://…", "mapping_uuid": "…", "expander": "…-expander"},
     "models": {"logos": {"family": "custom_labels", "prefix": "incoming/logos/", "queue_url": "https://…",
                          "dlq_url": "https://…", "mapping_uuid": "…", "labeler": "…-logos-labeler",
                          "power": "office_hours", "parameters": "/dayshift/dev/models/logos"},
                "faces": {"family": "face_fleet", …, "mapping_uuid": null, "labeler": null,
                          "group": "…-faces-workers", "gallery": "gallery/"},
                "pictures": {"family": "gpu_job", …, "mapping_uuid": null, "labeler": null,
                             "jobs": "…-pictures-jobs"}}}

`power`, `parameters` and the function `reconcile` are null or not there where nothing is started and stopped. A fleet
is read by the workers of an Auto Scaling group, `group`, and a model that is read in jobs by the function `jobs`, so
neither has a mapping or a labeler. `archives` is not there where an earlier release was applied, which takes none.
"""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift_cli.errors import Failure, code_of

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_TERRAFORM_TIMEOUT_SECONDS = 120
_FIELDS = ("name", "environment", "region", "images_bucket", "results_bucket")
_MODEL_FIELDS = ("family", "prefix", "queue_url", "dlq_url")
_ARCHIVES_FIELDS = ("queue_url", "dlq_url", "mapping_uuid", "expander")
_FUNCTIONS_FIELDS, _FLEET_FIELDS, _JOBS_FIELDS = ("mapping_uuid", "labeler"), ("group", "gallery"), ("jobs",)
_READ_BY = {"face_fleet": _FLEET_FIELDS, "gpu_job": _JOBS_FIELDS}  # all others by a labeler


@dataclass(frozen=True, slots=True)
class DeployedModel:
    """One model as it stands in AWS."""

    name: str
    family: str
    prefix: str
    queue_url: str
    dlq_url: str
    mapping_uuid: str | None = None  # None, like the labeler, for a fleet and for what is read in jobs
    labeler: str | None = None
    power: str | None = None  # office_hours, on_deadline, always_on; None: always there
    parameters: str | None = None  # where its spec, memory and override lie in SSM; None without power
    group: str | None = None  # of a fleet: the Auto Scaling group of its workers
    gallery: str | None = None  # of a fleet: the prefix of the known people's photos in the images bucket
    jobs: str | None = None  # of what is read in jobs at a service outside: the function that brings them about

    @property
    def is_fleet(self) -> bool:
        """Whether workers read its queue, and no function."""
        return self.group is not None


@dataclass(frozen=True, slots=True)
class DeployedArchives:
    """Where archives of all models wait, where those end that nobody could settle, and what hands them out."""

    queue_url: str
    dlq_url: str
    mapping_uuid: str
    expander: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """One environment as it stands in AWS; the models are in the order of their names."""

    name: str
    environment: str
    region: str
    images_bucket: str
    results_bucket: str
    sweep: str
    reconcile: str | None
    models: tuple[DeployedModel, ...]
    archives: DeployedArchives | None = None  # None: an earlier release, which takes none

    @classmethod
    def from_json(cls, value: Any, source: str) -> "Deployment":
        """Reads the JSON drawn above; raises Failure naming everything that is missing."""
        whole = value if isinstance(value, Mapping) else {}
        models = _mapping(whole, "models")
        functions = _mapping(whole, "functions")
        missing = [name for name in _FIELDS if not isinstance(whole.get(name), str)]
        missing += [] if isinstance(functions.get("sweep"), str) else ["functions.sweep"]
        missing += [] if models else ["models"]
        for name in sorted(models):
            read_by = _READ_BY.get(str(_mapping(models, name).get("family")), _FUNCTIONS_FIELDS)
            missing += [f"models.{name}.{key}" for key in (*_MODEL_FIELDS, *read_by) if not _text_at(models[name], key)]
        powered = [name for name in sorted(models) if _text_at(models[name], "power")]
        missing += [f"models.{name}.parameters" for name in powered if not _text_at(models[name], "parameters")]
        archives = _mapping(whole, "archives")
        missing += [f"archives.{key}" for key in _ARCHIVES_FIELDS if archives and not _text_at(archives, key)]
        missing += ["functions.reconcile"] if powered and not _text_at(functions, "reconcile") else []
        if missing:
            raise Failure(
                f"{source} is not a deployment this release understands: it lacks {', '.join(missing)}. "
                "Apply the Terraform configuration of the same release again."
            )
        return cls(
            **{name: whole[name] for name in _FIELDS},
            sweep=functions["sweep"],
            reconcile=functions.get("reconcile"),
            models=tuple(_model(name, models[name]) for name in sorted(models)),
            archives=DeployedArchives(**{key: archives[key] for key in _ARCHIVES_FIELDS}) if archives else None,
        )


def _model(name: str, value: Mapping[str, Any]) -> DeployedModel:
    optional = (*_FUNCTIONS_FIELDS, "power", "parameters", *_FLEET_FIELDS, *_JOBS_FIELDS)
    known = {key: value[key] for key in _MODEL_FIELDS} | {key: value.get(key) for key in optional}
    return DeployedModel(name=name, **known)


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}


def _text_at(value: Any, key: str) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get(key), str)


def from_parameter(ssm: "SSMClient", name: str, environment: str) -> Deployment:
    """The deployment that the SSM parameter describes; raises Failure naming the parameter if it is not there."""
    parameter = f"/{name}/{environment}/deployment"
    try:
        text = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        raise Failure(
            f"There is no parameter {parameter} in {ssm.meta.region_name}: is the environment {environment!r} applied "
            "there? --region names another region, --name another project name."
        ) from error
    return Deployment.from_json(_parsed(text, f"The parameter {parameter}"), f"The parameter {parameter}")


def from_terraform(folder: Path) -> Deployment:
    """The deployment that `terraform output` describes; raises Failure telling both ways to name one."""
    source = f"`terraform output -json deployment` in {folder}"
    ways = "Name an environment with --env, for example --env dev, or the applied configuration with --terraform-dir."
    command = ["terraform", f"-chdir={folder}", "output", "-no-color", "-json", "deployment"]
    try:
        answer = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=_TERRAFORM_TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(f"No deployment found: {source} could not run ({error}). {ways}") from error
    if answer.returncode != 0:
        raise Failure(f"No deployment found: {source} said: {_said(answer.stderr)} {ways}")
    return Deployment.from_json(_parsed(answer.stdout, source), source)


def _said(complaint: str) -> str:
    """Terraform's first error on one line, without the frame around it and the warnings before it."""
    words = " ".join(re.sub("[│╷╵]", " ", complaint).split())
    return words[max(words.find("Error:"), 0) :][:200] or "nothing."


def _parsed(text: str, source: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Failure(f"{source} is not JSON ({error}); apply the Terraform configuration again.") from error
