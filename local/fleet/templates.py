"""What a group's machines are made of: its launch template, by the emulator's EC2, and its role, by its IAM."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.services.autoscaling_steps import LaunchError


@dataclass(frozen=True, slots=True)
class Template:
    """As much of a launch template as a machine needs."""

    specification: dict[str, str]  # as instances show it
    user_data: bytes
    profile_arn: str | None
    instance_type: str


class Templates:
    """EC2's and IAM's answers."""

    def __init__(self, ec2: Any, iam: Any) -> None:
        self._ec2, self._iam = ec2, iam

    def of(self, record: Mapping[str, Any]) -> Template:
        """The template that a group's record names. Raises LaunchError, as a launch in AWS would fail."""
        try:
            return self._read(record)
        except (ClientError, BotoCoreError, LookupError) as error:
            raise LaunchError(f"You must use a valid fully-formed launch template. {error}") from error

    def role_arn(self, profile_arn: str) -> str:
        """The role of an instance profile. Raises ClientError, LookupError."""
        name = profile_arn.rsplit("/", 1)[1]
        return str(self._iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"][0]["Arn"])

    def zones(self, subnets: list[str]) -> list[str]:
        """The Availability Zones of these subnets, each once, in order. A subnet that is not there is passed over."""
        found = self._ec2.describe_subnets(Filters=[{"Name": "subnet-id", "Values": subnets}])["Subnets"]
        return sorted({str(each["AvailabilityZone"]) for each in found if each["SubnetId"] in subnets})

    def _read(self, record: Mapping[str, Any]) -> Template:
        mixed = record.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
        named = record.get("LaunchTemplate") or mixed["LaunchTemplateSpecification"]
        key = "LaunchTemplateId" if named.get("LaunchTemplateId") else "LaunchTemplateName"
        (found,) = self._ec2.describe_launch_template_versions(
            **{key: named[key]}, Versions=[str(named.get("Version") or "$Default")]
        )["LaunchTemplateVersions"]
        data = found["LaunchTemplateData"]
        types = [each["InstanceType"] for each in mixed.get("Overrides") or () if each.get("InstanceType")]
        return Template(
            {
                "LaunchTemplateId": found["LaunchTemplateId"],
                "LaunchTemplateName": found["LaunchTemplateName"],
                "Version": str(found["VersionNumber"]),
            },
            base64.b64decode(data.get("UserData") or ""),
            (data.get("IamInstanceProfile") or {}).get("Arn"),
            types[0] if types else data["InstanceType"],
        )
