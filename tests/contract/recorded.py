"""Recorded calls as IAM actions, and the file that says which are granted."""

import json
from pathlib import Path
from typing import Any

from dayshift import bootstrap

CONTRACT = json.loads((Path(__file__).parent / "permissions.json").read_text())
# Service Authorization Reference: where an action is not named like its operation.
ACTIONS = {
    "HeadObject": "s3:GetObject",
    "ListObjectsV2": "s3:ListBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
    "SendMessageBatch": "sqs:SendMessage",
    "ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "DeleteMessageBatch": "sqs:DeleteMessage",
    # Amazon S3 User Guide, "Multipart upload API and permissions"
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
}


class Recorder:
    """The IAM actions that a function's clients have used."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def watch(self) -> None:
        for service in ("s3", "sqs", "ssm", "rekognition", "sagemaker", "sagemaker-runtime"):
            bootstrap.client(service).meta.events.register("before-call", self.note)

    def note(self, model: Any, params: Any, **_: object) -> None:
        service = model.service_model.signing_name  # as IAM has it: "sagemaker" of sagemaker-runtime
        action = ACTIONS.get(model.name, f"{service}:{model.name}")
        versioned = "versionId" in params.get("query_string", {}) or b"Version" in _body(params)
        if service == "rekognition":
            self.used.add("s3:GetObjectVersion" if versioned else "s3:GetObject")  # read with the caller's rights
        if model.name == "GetParameter" and b'"WithDecryption": true' in _body(params):
            self.used.add("kms:Decrypt")  # SSM decrypts with the caller's rights
        if model.name == "CreateEndpoint" and b'"Tags"' in _body(params):
            self.used.add("sagemaker:AddTags")
        self.used.add("s3:GetObjectVersion" if action == "s3:GetObject" and versioned else action)


def granted(function: str, *more: str) -> set[str]:
    return {*CONTRACT["functions"][function]["called"], *more}


def _body(params: Any) -> bytes:
    body = params.get("body")
    return body if isinstance(body, bytes) else str(body).encode()
