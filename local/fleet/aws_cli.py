"""The AWS CLI, as far as user data calls it: copies an object, answers a lifecycle hook. Any other call fails."""

import argparse
import sys
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

FAILED, WRONG_USAGE = 1, 2
HOOK_ARGUMENTS = ("auto-scaling-group-name", "lifecycle-hook-name", "lifecycle-action-result", "instance-id")


def main(arguments: list[str]) -> int:
    """Makes the call with the keys that boto3 finds: on a machine those of its role."""
    match arguments[:2]:
        case ["s3", "cp"]:
            source, file = (each for each in arguments[2:] if not each.startswith("--"))
            place = urlsplit(source)
            boto3.client("s3").download_file(place.netloc, place.path.lstrip("/"), file)
        case ["autoscaling", "complete-lifecycle-action"]:
            parser = argparse.ArgumentParser(prog="aws autoscaling complete-lifecycle-action")
            for name in HOOK_ARGUMENTS:
                parser.add_argument(f"--{name}", required=True)
            given = parser.parse_args(arguments[2:])
            boto3.client("autoscaling").complete_lifecycle_action(
                AutoScalingGroupName=given.auto_scaling_group_name,
                LifecycleHookName=given.lifecycle_hook_name,
                LifecycleActionResult=given.lifecycle_action_result,
                InstanceId=given.instance_id,
            )
        case _:
            sys.stderr.write(f"the local stand-in of aws does not know: {' '.join(arguments)}\n")
            return WRONG_USAGE
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(FAILED)
