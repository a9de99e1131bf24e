"""Programs that a machine has on EC2, as far as its user data calls them; what is not known here fails.

`dnf` and `useradd` have nothing to do. `systemctl enable --now` makes the link that the machine's first process looks
for. `aws` copies an object, and answers a lifecycle hook, with the keys of the machine's own role.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import boto3

from local.fleet.units import FOLDER, WANTED

Program = Callable[[list[str]], int]
BROUGHT = ("amazon-cloudwatch-agent.service",)  # units that packages of the system bring; here nobody needs them
WRONG_USAGE = 2


def dnf(arguments: list[str]) -> int:
    """What it should install is there, or not needed: Python is this machine's."""
    return 0 if "install" in arguments else _unknown("dnf", arguments)


def useradd(arguments: list[str]) -> int:
    """Everything runs as whoever started the local AWS."""
    return 0 if arguments else _unknown("useradd", arguments)


def systemctl(arguments: list[str]) -> int:
    """daemon-reload, and enable --now UNIT."""
    root = Path(os.environ["DAYSHIFT_ROOT"])
    match [each for each in arguments if each not in ("--now", "--quiet")]:
        case ["daemon-reload"]:
            return 0
        case ["enable", name] if (root / FOLDER / name).exists():
            (root / WANTED).mkdir(parents=True, exist_ok=True)
            (root / WANTED / name).unlink(missing_ok=True)
            (root / WANTED / name).symlink_to(root / FOLDER / name)
            return 0
        case ["enable", name] if name in BROUGHT:
            return 0
        case _:
            return _unknown("systemctl", arguments)


def aws(arguments: list[str]) -> int:
    """`aws s3 cp s3://bucket/key file`, and `aws autoscaling complete-lifecycle-action`."""
    match arguments[:2]:
        case ["s3", "cp"]:
            source, file = (each for each in arguments[2:] if not each.startswith("--"))
            place = urlsplit(source)
            boto3.client("s3").download_file(place.netloc, place.path.lstrip("/"), file)
            return 0
        case ["autoscaling", "complete-lifecycle-action"]:
            parser = argparse.ArgumentParser(prog="aws autoscaling complete-lifecycle-action")
            for name in ("auto-scaling-group-name", "lifecycle-hook-name", "lifecycle-action-result", "instance-id"):
                parser.add_argument(f"--{name}", required=True)
            given = parser.parse_args(arguments[2:])
            boto3.client("autoscaling").complete_lifecycle_action(
                AutoScalingGroupName=given.auto_scaling_group_name,
                LifecycleHookName=given.lifecycle_hook_name,
                LifecycleActionResult=given.lifecycle_action_result,
                InstanceId=given.instance_id,
            )
            return 0
        case _:
            return _unknown("aws", arguments)


PROGRAMS: dict[str, Program] = {"aws": aws, "dnf": dnf, "systemctl": systemctl, "useradd": useradd}


def _unknown(name: str, arguments: list[str]) -> int:
    sys.stderr.write(f"the local stand-in of {name} does not know: {' '.join(arguments)}\n")
    return WRONG_USAGE


if __name__ == "__main__":
    sys.exit(PROGRAMS[sys.argv[1]](sys.argv[2:]))
