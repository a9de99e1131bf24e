"""What a worker asks of AWS, on this machine and for next to nothing: queues that are filled on demand, one image.

The emulator would be what is measured: it takes 5 to 10 ms of a processor for each of the six requests that an image
costs, for TLS, permissions and its own state; this takes less than one.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.canned import XML, Answers
from bench.started import IMAGES
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import InferenceRequest

SERVICE_SECONDS = 0.015  # of every call, as S3 and SQS take them within one Region
MODEL, PREFIX = "faces", "incoming/faces/"
METADATA = {"instance-id": "i-0123456789abcdef0", "autoscaling/target-lifecycle-state": "InService"}
SPARED = "<SetInstanceProtectionResponse><SetInstanceProtectionResult/></SetInstanceProtectionResponse>"
DONE = "<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>"
EMPTY = f"{XML}<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"


@dataclass
class Queues:
    """What waits for each worker, and when it wrote each record. Every worker has a queue of its own, so that any
    number of them can be let work without another being started."""

    image: bytes
    waiting: dict[str, float] = field(default_factory=dict)  # messages by queue; math.inf: there is always another
    written: dict[str, list[float]] = field(default_factory=dict)  # moments of time.perf_counter, by queue
    asked: dict[str, float] = field(default_factory=dict)  # when each first came for messages
    changed: threading.Condition = field(default_factory=threading.Condition)
    sent: int = 0

    def put(self, queue: str, messages: float) -> None:
        """So many more; math.inf without end, 0 no more."""
        with self.changed:
            self.waiting[queue] = messages
            self.changed.notify_all()

    def take(self, queue: str, most: int, seconds: float) -> list[dict[str, Any]]:
        """A long poll."""
        with self.changed:
            self.asked.setdefault(queue, time.perf_counter())
            self.changed.wait_for(lambda: self.waiting.get(queue, 0) > 0, seconds)
            count = int(min(self.waiting.get(queue, 0), most))
            self.waiting[queue] = self.waiting.get(queue, 0) - count
            self.sent += count
            return [self._message(queue, number) for number in range(self.sent - count, self.sent)]

    def write(self, queue: str) -> None:
        """A record is there."""
        with self.changed:
            self.written.setdefault(queue, []).append(time.perf_counter())
            self.changed.notify_all()

    def until_written(self, queue: str, records: int, seconds: float) -> bool:
        """Waits for so many records."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.written.get(queue, ())) >= records, seconds)

    def _message(self, queue: str, number: int) -> dict[str, Any]:
        image = ImageRef(IMAGES, f"{PREFIX}{queue}/{number}.jpg", "v1", "e1", len(self.image))
        body = InferenceRequest(image, MODEL, datetime.now(UTC)).to_json()
        attributes = {"ApproximateReceiveCount": "1"}
        return {"MessageId": f"m{number}", "ReceiptHandle": f"r{number}", "Body": body, "Attributes": attributes}


class FleetAnswers(Answers, BaseHTTPRequestHandler):
    """S3, SQS, SSM, Auto Scaling and the metadata service, as one worker hears them."""

    queues: Queues

    def do_POST(self) -> None:
        """SQS and SSM, or Auto Scaling."""
        time.sleep(SERVICE_SECONDS)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if (target := self.headers["X-Amz-Target"]) is None:
            return self._answer(200, (SPARED if b"SetInstanceProtection" in body else DONE).encode(), "text/xml")
        return self._answer(
            200, json.dumps(self._said(target, json.loads(body))).encode(), "application/x-amz-json-1.0"
        )

    def do_HEAD(self) -> None:
        """No terminal record yet."""
        time.sleep(SERVICE_SECONDS)
        super().do_HEAD()

    def do_GET(self) -> None:
        """The image, an empty gallery, or what a machine is told of itself."""
        if (told := METADATA.get(self.path.partition("/meta-data/")[2])) is not None:
            return self._answer(200, told.encode(), "text/plain")
        time.sleep(SERVICE_SECONDS)
        if PREFIX in self.path:
            return self._answer(200, self.queues.image, "image/jpeg")
        if "list-type" in self.path:
            return self._answer(200, EMPTY.encode(), "application/xml")
        return self._answer(404, f"{XML}<Error><Code>NoSuchKey</Code></Error>".encode(), "application/xml")

    def do_PUT(self) -> None:
        """A record or its CSV, an index, a token of the metadata service."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(SERVICE_SECONDS)
        if "/results/" in self.path:
            self.queues.write(self.path.partition(PREFIX)[2].partition("/")[0])
        self._answer(200, b"token" if self.path.endswith("/api/token") else b"", "text/plain")

    def _said(self, target: str, asked: dict[str, Any]) -> dict[str, Any]:
        match target.rpartition(".")[2]:
            case "ReceiveMessage":
                queue = asked["QueueUrl"].rpartition("/")[2]
                return {"Messages": self.queues.take(queue, asked["MaxNumberOfMessages"], asked["WaitTimeSeconds"])}
            case "GetParameter":
                return {"Parameter": {"Name": asked["Name"], "Value": '{"open": true}'}}
            case _:
                return {"Successful": [{"Id": entry["Id"]} for entry in asked["Entries"]], "Failed": []}


class Server(ThreadingHTTPServer):
    """One whose clients are killed in the middle of a request."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of those that are gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def fleet_aws(image: bytes) -> Iterator[tuple[str, Queues]]:
    """Its address, and the queues behind it, in threads of this process, which has nothing else to do."""
    queues = Queues(image)
    server = Server(("127.0.0.1", 0), type("Bound", (FleetAnswers,), {"queues": queues}))
    thread = threading.Thread(target=server.serve_forever, name="aws", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", queues
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
