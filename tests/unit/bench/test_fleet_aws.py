"""The stand-in that workers are measured at answers as AWS does, as far as they ask; a rate cuts no image in two."""

import math
import threading
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bench.fleet import rate_within
from bench.fleet_aws import MODEL, PREFIX, fleet_aws
from bench.started import IMAGES, RESULTS, BenchError
from dayshift.adapters.gate_parameter import GateParameter
from dayshift.adapters.instance_metadata import InstanceMetadata
from dayshift.events import envelopes_from_messages

PICTURE = b"\xff\xd8 a picture"


def client(service: str, endpoint: str) -> Any:
    session: Any = boto3.Session("testing", "testing", region_name="us-east-1")
    return session.client(service, endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}))


def test_a_worker_is_answered_as_by_aws():
    with fleet_aws(PICTURE) as (endpoint, queues):
        queues.put("3", math.inf)
        sqs, s3, url = client("sqs", endpoint), client("s3", endpoint), f"{endpoint}/123456789012/3"
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=2, WaitTimeSeconds=20)["Messages"]
        first, second = envelopes_from_messages(messages, MODEL)
        image = first.requests[0].image
        assert (first.problem, second.problem, image.key) == (None, None, f"{PREFIX}3/0.jpg")
        assert s3.get_object(Bucket=IMAGES, Key=image.key, VersionId="v1")["Body"].read() == PICTURE
        with pytest.raises(ClientError, match="404"):
            s3.head_object(Bucket=RESULTS, Key="results/a.json")
        s3.put_object(Bucket=RESULTS, Key=f"csv/faces/{image.key}/v1.csv", Body=b"x")
        assert queues.written == {}
        s3.put_object(Bucket=RESULTS, Key=f"results/faces/{image.key}/v1.json", Body=b"x", IfNoneMatch="*")
        assert len(queues.written["3"]) == 1
        assert sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": "0", "ReceiptHandle": "r"}])["Failed"] == []
        assert "Contents" not in s3.list_objects_v2(Bucket=IMAGES, Prefix="gallery/")
        assert GateParameter(client("ssm", endpoint), "/gate").is_open()
        assert InstanceMetadata(f"{endpoint}/imds/").read("autoscaling/target-lifecycle-state") == "InService"
        client("autoscaling", endpoint).set_instance_protection(
            AutoScalingGroupName="g", InstanceIds=["i"], ProtectedFromScaleIn=True
        )


def test_a_worker_that_waits_hears_of_a_message_at_once_and_gets_no_more_than_there_are():
    with fleet_aws(PICTURE) as (endpoint, queues):
        threading.Timer(0.2, queues.put, ("0", 1)).start()
        asked = {"QueueUrl": f"{endpoint}/1/0", "MaxNumberOfMessages": 2}
        assert len(client("sqs", endpoint).receive_message(**asked, WaitTimeSeconds=20)["Messages"]) == 1
        assert client("sqs", endpoint).receive_message(**asked, WaitTimeSeconds=0).get("Messages", []) == []


def test_a_rate_is_from_record_to_record():
    assert rate_within([0.5, 1.0, 2.0, 3.0, 9.0], 0.9, 3.5) == 1.0
    with pytest.raises(BenchError, match="wrote 1 records"):
        rate_within([1.0], 0.0, 4.0)
