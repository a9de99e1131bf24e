"""What can go wrong, as one tree, with its exit code; and AWS's errors in words, one line each.

click.ClickException
├── Failure           exit 1: it could not be done
├── click.UsageError  exit 2: it was asked for in a wrong way
└── TimedOut          exit 4: it is not done yet
"""

from enum import IntEnum
from typing import Any

import botocore.exceptions as aws
import click

from dayshift.domain.errors import DayshiftError
from dayshift_cli.inert import inert


class ExitCode(IntEnum):
    """What the shell is told."""

    OK = 0
    ERROR = 1
    USAGE = 2
    PARTIAL = 3
    TIMEOUT = 4


class Failure(click.ClickException):
    """It could not be done; the message is one line: what was wrong, what was got, what would do."""

    exit_code = ExitCode.ERROR

    def __init__(self, message: str) -> None:
        super().__init__(inert(message))


class TimedOut(Failure):
    """It is not done yet, and may still be."""

    exit_code = ExitCode.TIMEOUT


_SIGN_IN = "sign in (`aws sso login` or `aws configure`), name a profile with --profile, or use --env local"
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN_KEYS = {
    "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch",
    "AuthFailure", "IncompleteSignature",
}  # fmt: skip
_DENIED = {"AccessDenied", "AccessDeniedException", "AccessDeniedError", "403", "Forbidden"}
_THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown", "RequestThrottled"}
_NOT_FOUND = {
    "NoSuchBucket", "NoSuchKey", "404", "ParameterNotFound", "ResourceNotFoundException",
    "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue",
}  # fmt: skip
# Operations whose IAM action has another name than the call (Service Authorization Reference).
_ACTIONS = {
    "HeadObject": "s3:GetObject",
    "GetObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
    "ListObjectsV2": "s3:ListBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
    "DeleteObjects": "s3:DeleteObjectVersion",
    "GetParameter": "ssm:GetParameter",
    "SendMessageBatch": "sqs:SendMessage",
    "DeleteMessageBatch": "sqs:DeleteMessage",
    "Invoke": "lambda:InvokeFunction",
    "GetEventSourceMapping": "lambda:GetEventSourceMapping",
    "GetParametersByPath": "ssm:GetParametersByPath",
    "PutParameter": "ssm:PutParameter",
    "GetMetricData": "cloudwatch:GetMetricData",
    "DescribeAutoScalingGroups": "autoscaling:DescribeAutoScalingGroups",
    "DescribeScalingActivities": "autoscaling:DescribeScalingActivities",
    "DescribeProjects": "rekognition:DescribeProjects",
    "DescribeProjectVersions": "rekognition:DescribeProjectVersions",
    "ListTagsForResource": "rekognition:ListTagsForResource",
}


def code_of(error: aws.ClientError) -> str:
    """The service's own code, for example `AccessDenied`."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def sentence(error: aws.ClientError | aws.BotoCoreError) -> str:
    """One line for a person: what AWS, or the way to it, refused and what would help."""
    if isinstance(error, aws.ClientError):
        return _service_sentence(error)
    match error:
        case aws.NoCredentialsError() | aws.PartialCredentialsError() | aws.CredentialRetrievalError():
            return f"No usable AWS credentials were found ({error}); {_SIGN_IN}."
        case aws.TokenRetrievalError() | aws.SSOError():
            return f"The AWS sign-in has expired ({error}); {_SIGN_IN}."
        case aws.ProfileNotFound():
            return f"{error}; `aws configure list-profiles` lists those there are."
        case aws.NoRegionError():
            return "No AWS region is set; name one with --region (for example --region eu-central-1) or AWS_REGION."
        case aws.SSLError():
            return f"The TLS certificate was not accepted ({error}); AWS_CA_BUNDLE names the certificates to trust."
        case aws.ConnectionError() | aws.HTTPClientError():
            return f"AWS cannot be reached: {error} (for --env local, `make up` starts the local AWS)."
        case _:
            return f"{type(error).__name__}: {error}"


def own_sentence(error: DayshiftError) -> str:
    """One line for an error of our own; where the way to AWS, or the right to use it, was the cause, what would do."""
    cause = error.__cause__
    if isinstance(cause, aws.BotoCoreError) or (
        isinstance(cause, aws.ClientError) and code_of(cause) in _EXPIRED | _UNKNOWN_KEYS | _DENIED | _THROTTLED
    ):
        return sentence(cause)
    return f"{error}."


def _service_sentence(error: aws.ClientError) -> str:
    code, call = code_of(error), error.operation_name
    details: dict[str, Any] = dict(error.response.get("Error", {}))
    text = details.get("Message") or "no further words"
    if code in _EXPIRED:
        return f"The AWS sign-in has expired ({code}); {_SIGN_IN}."
    if code in _UNKNOWN_KEYS:
        return f"AWS does not accept these credentials ({code}: {text}); {_SIGN_IN}."
    if code in _DENIED:
        return f"Access denied: these credentials need {_ACTIONS.get(call, call)} ({text})."
    if code in _THROTTLED:
        return f"AWS asks for fewer calls ({call}: {code}); try again in a minute."
    if code in _NOT_FOUND:
        what = details.get("BucketName") or details.get("Key") or text
        return f"{call} found nothing ({code}: {what}); was the deployment changed or destroyed?"
    return f"{call} was refused ({code}: {text})."
