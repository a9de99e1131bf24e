"""What a group's machines are made of, as EC2 and IAM tell it, and the keys of their role."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.fleet.role_keys import RoleKeys
from local.fleet.templates import Templates
from local.services.autoscaling_steps import LaunchError

PROFILE, ROLE = (f"arn:aws:iam::000000000000:{kind}/workers" for kind in ("instance-profile", "role"))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Ec2:
    """One launch template in its third version; asked for any other, an error."""

    asked: dict[str, Any]

    def describe_launch_template_versions(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        if asked.get("LaunchTemplateId", "lt-1") != "lt-1":
            raise ClientError({"Error": {"Code": "InvalidLaunchTemplateId.NotFound", "Message": "not found"}}, "D")
        data = {
            "UserData": base64.b64encode(b"#!/bin/bash").decode(),
            "IamInstanceProfile": {"Arn": PROFILE},
            "InstanceType": "c7g.large",
        }
        found = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "workers", "VersionNumber": 3}
        return {"LaunchTemplateVersions": [{**found, "LaunchTemplateData": data}]}

    def describe_subnets(self, **_: Any) -> dict[str, Any]:
        zones = {"subnet-1": "us-east-1b", "subnet-2": "us-east-1a", "subnet-3": "us-east-1c"}
        return {"Subnets": [{"SubnetId": subnet, "AvailabilityZone": zone} for subnet, zone in zones.items()]}


class Iam:
    def get_instance_profile(self, **_: Any) -> dict[str, Any]:
        return {"InstanceProfile": {"Roles": [{"Arn": ROLE}]}}


class Sts:
    """Keys with a number, for an hour from noon on."""

    calls = 0

    def assume_role(self, **asked: Any) -> dict[str, Any]:
        self.calls += 1
        assert asked == {"RoleArn": ROLE, "RoleSessionName": "i-1", "DurationSeconds": 3600}
        until = NOON + timedelta(hours=self.calls)
        keys = {"AccessKeyId": f"ASIA{self.calls}", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": until}
        return {"Credentials": keys}


def test_a_launch_template_is_read_in_the_groups_version() -> None:
    ec2 = Ec2()
    template = Templates(ec2, Iam()).of({"LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "3"}})
    assert ec2.asked == {"LaunchTemplateId": "lt-1", "Versions": ["3"]}
    assert (template.user_data, template.profile_arn, template.instance_type) == (b"#!/bin/bash", PROFILE, "c7g.large")
    assert template.specification == {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "workers", "Version": "3"}


def test_of_a_mixed_policy_the_first_type_is_taken() -> None:
    ec2 = Ec2()
    named = {
        "LaunchTemplateSpecification": {"LaunchTemplateName": "workers"},
        "Overrides": [{"InstanceType": "c6g.xlarge"}],
    }
    template = Templates(ec2, Iam()).of({"MixedInstancesPolicy": {"LaunchTemplate": named}})
    assert ec2.asked == {"LaunchTemplateName": "workers", "Versions": ["$Default"]}
    assert template.instance_type == "c6g.xlarge"


def test_a_template_that_is_not_there_is_a_failed_launch() -> None:
    with pytest.raises(LaunchError, match="valid fully-formed launch template"):
        Templates(Ec2(), Iam()).of({"LaunchTemplate": {"LaunchTemplateId": "lt-2"}})


def test_zones_are_those_of_the_subnets() -> None:
    assert Templates(Ec2(), Iam()).zones(["subnet-1", "subnet-2"]) == ["us-east-1a", "us-east-1b"]


def test_keys_are_kept_until_five_minutes_before_they_end() -> None:
    sts, now = Sts(), NOON
    keys = RoleKeys(sts, Templates(Ec2(), Iam()), lambda: now)
    assert keys.role(PROFILE) == "workers"
    first = keys.of("i-1", PROFILE)
    assert (first["AccessKeyId"], first["Expiration"], first["Code"]) == ("ASIA1", "2026-11-23T13:00:00Z", "Success")
    now = NOON + timedelta(minutes=55)
    assert keys.of("i-1", PROFILE) == first
    now = NOON + timedelta(minutes=56)
    assert keys.of("i-1", PROFILE)["AccessKeyId"] == "ASIA2"
