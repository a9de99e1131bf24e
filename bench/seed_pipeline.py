"""What Dayshift is compared with: a pipeline of the same purpose, written here after the behaviour of the seed.

Its producer ignores what its event says: it resolves the queue by name, lists the bucket (the first 1,000 keys) and
sends one message for each object it finds. Its labeler deletes the message first, then downloads the image, asks for
labels and text, writes a CSV, copies the image to `processed/` and deletes it where it was. One thing after another.
"""

from collections.abc import Sequence
from typing import Any

import boto3

LISTED_AT_MOST = 1000  # one page of ListObjectsV2, and the seed asks for no second


class SeedPipeline:
    """The seed's producer and labeler over one bucket and one queue."""

    def __init__(self, bucket: str, queue_name: str, **client_options: Any) -> None:
        self._bucket, self._queue_name = bucket, queue_name
        session = boto3.Session()
        self.clients: dict[str, Any] = {
            name: session.client(name, **client_options) for name in ("s3", "sqs", "rekognition")
        }

    def produce(self) -> int:
        """One upload event: answers how many messages it sent."""
        sqs = self.clients["sqs"]
        url = sqs.get_queue_url(QueueName=self._queue_name)["QueueUrl"]
        found = self.clients["s3"].list_objects_v2(Bucket=self._bucket, Prefix="incoming/").get("Contents", [])
        for thing in found:
            sqs.send_message(QueueUrl=url, MessageBody=thing["Key"])
        return len(found)

    def label(self, records: Sequence[dict[str, Any]], url: str) -> None:
        """One batch of messages."""
        for record in records:
            self._label(record["receiptHandle"], record["body"], url)

    def _label(self, receipt: str, key: str, url: str) -> None:
        s3, sqs, rekognition = (self.clients[name] for name in ("s3", "sqs", "rekognition"))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=receipt)
        image = {"Bytes": s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()}
        labels = rekognition.detect_labels(Image=image, MaxLabels=5)["Labels"]
        texts = rekognition.detect_text(Image=image)["TextDetections"]
        row = [key, ", ".join(label["Name"] for label in labels), " | ".join(text["DetectedText"] for text in texts)]
        s3.put_object(Bucket=self._bucket, Key=f"results/{key}.csv", Body=";".join(row).encode())
        source = {"Bucket": self._bucket, "Key": key}
        s3.copy_object(Bucket=self._bucket, Key=f"processed/{key}", CopySource=source)
        s3.delete_object(Bucket=self._bucket, Key=key)


def sends(waiting: int) -> int:
    """Messages sent for `waiting` images that lie there unlabelled, one event each: n², past 1,000 capped."""
    return waiting * min(waiting, LISTED_AT_MOST)


def producer_calls(waiting: int) -> int:
    """Calls for the same: its sends, and for each event one to find the queue and one to list."""
    return sends(waiting) + 2 * waiting
