"""Deploys the configuration to the local AWS, unless it is there already.

What is applied is remembered inside the emulator, as a parameter. If the emulator loses its state, it forgets that too;
a note on disk would not.
"""

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.connection import Connection
from local.dialect import teach, unteach
from local.fleet.templates import Templates
from local.places import ARCHITECTURE, TERRAFORM, WORKER_BUNDLE
from local.terraform import Change, Progress, Terraform

STATE_BUCKET = "dayshift-terraform-state"
SOURCES = ("*.tf", "*.json", "*.tftpl", "*.txt")


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is deployed: Terraform's output `deployment`, and whether an apply was needed for it."""

    values: Mapping[str, Any]
    applied: bool


class Deployer:
    """Terraform for one local AWS and one set of variables."""

    def __init__(
        self,
        connection: Connection,
        client: Callable[[str], Any],
        var_file: Path,
        variables: Mapping[str, str],
        package: Path,
    ) -> None:
        self._connection, self._client, self._package = connection, client, package
        self._var_file, self._variables = (
            var_file,
            {
                "package_file": str(package),
                "architecture": ARCHITECTURE,
                **variables,
            },
        )
        self._folder = connection.folder / "terraform"
        data = self._folder / var_file.stem
        self._terraform = Terraform(connection.environment(), data, var_file, self._variables)
        self._key = f"dayshift/{var_file.stem}.tfstate"
        self._mark = f"/dayshift-local-aws/applied/{var_file.stem}"

    def deploy(self, progress: Progress | None = None) -> Deployment:
        """Applies what is not applied."""
        with self._alone():
            wanted = self._fingerprint()
            known = self._known()
            if known.get("fingerprint") == wanted:
                return Deployment(known["deployment"], applied=False)
            self._init()
            self._terraform.apply(progress)
            values = self._terraform.output("deployment")
            teach(self._client("iam"), self._roles(values))
            mark = json.dumps({"fingerprint": wanted, "deployment": values})
            self._client("ssm").put_parameter(
                Name=self._mark, Value=mark, Type="String", Tier="Advanced", Overwrite=True
            )
            return Deployment(values, applied=True)

    def plan(self) -> tuple[Change, ...]:
        """What another plan would change."""
        with self._alone():
            self._init()
            return self._terraform.plan(self._folder / f"{self._var_file.stem}.tfplan")

    def destroy(self) -> None:
        """Removes everything, the objects in its buckets too."""
        with self._alone():
            self._init()
            values = self._terraform.output("deployment")
            self._client("ssm").put_parameter(Name=self._mark, Value="{}", Type="String", Overwrite=True)
            # What a function is asked to do at the end, it does with its role as it was, and with the books of its
            # jobs; then the roles can go, and the objects.
            if invocations := self._terraform.addresses("aws_lambda_invocation"):
                self._terraform.destroy(only=invocations)
            for bucket in (values["images_bucket"], values["results_bucket"]):
                empty(self._client("s3"), bucket)
            unteach(self._client("iam"), self._roles(values))
            self._terraform.destroy()

    def _roles(self, values: Mapping[str, Any]) -> list[str]:
        """The names of the functions' roles, and of the workers'."""
        readers = [model.get("jobs") or model["labeler"] for model in values["models"].values()]
        functions = [*values["functions"].values(), values["archives"]["expander"], *readers]
        client = self._client("lambda")
        roles = [
            client.get_function(FunctionName=name)["Configuration"]["Role"]
            for name in functions
            if name
            is not None  # start, stop and reconcile are there only where a model is powered; a fleet has workers
        ]
        groups = [model["group"] for model in values["models"].values() if model.get("group")]
        return [role.rsplit("/", 1)[1] for role in (*roles, *self._workers_roles(groups))]

    def _workers_roles(self, groups: list[str]) -> list[str]:
        """The ARN of the role of each of these groups' machines."""
        if not groups:  # which would name all there are
            return []
        templates = Templates(self._client("ec2"), self._client("iam"))
        found = self._client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=groups)
        profiles = [templates.of(group).profile_arn for group in found["AutoScalingGroups"]]
        return [templates.role_arn(profile) for profile in profiles if profile]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _init(self) -> None:
        s3 = self._client("s3")
        s3.create_bucket(Bucket=STATE_BUCKET)  # again is as good as once, in us-east-1
        # We are alone, so a lock that is there was left by a Terraform that was killed.
        s3.delete_object(Bucket=STATE_BUCKET, Key=f"{self._key}.tflock")
        self._terraform.init(
            {"bucket": STATE_BUCKET, "key": self._key, "region": self._connection.region, "use_path_style": "true"}
        )

    def _known(self) -> dict[str, Any]:
        ssm = self._client("ssm")
        try:
            value = ssm.get_parameter(Name=self._mark)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return {}
        return dict(json.loads(value))

    def _fingerprint(self) -> str:
        """What an apply depends on: configuration, variables, package."""
        digest = hashlib.sha256(json.dumps(self._variables, sort_keys=True).encode())
        sources = {path for pattern in SOURCES for path in TERRAFORM.rglob(pattern) if ".terraform" not in path.parts}
        bundle = [WORKER_BUNDLE] if b'"face_fleet"' in self._var_file.read_bytes() else []
        for path in (*sorted(sources), self._var_file, self._package, *bundle):
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
        return digest.hexdigest()


def empty(s3: Any, bucket: str) -> None:
    """Deletes every version of every object."""
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    # All of them before the first goes: a page begins where the one before it ended, which must still be there.
    found = [each for page in pages for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))]
    for each in found:
        s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])
