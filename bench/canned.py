"""S3, SQS, Rekognition and what else the API asks, as canned answers over HTTP: real wire shapes and no state.

A bucket that ends in `-<n>` lists n images, or the records of as many. `python -m bench.canned` prints its port; with
two numbers, a model waits so many milliseconds before it answers, and everything else so many.
"""

import json
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

IMAGE = b"\xff\xd8" + bytes(200_000)  # what the seed downloads: 200 kB, a small photograph
ETAG = '"9b2cf535f27731c974343645a3985328"'
XML = '<?xml version="1.0" encoding="UTF-8"?>'
BOX = {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4}
LABELS = {
    "Labels": [
        {"Name": name, "Confidence": 97.5, "Instances": [], "Parents": [], "Aliases": [], "Categories": []}
        for name in ("Flower", "Plant", "Petal", "Sign", "Street", "Person", "Car", "Tree")
    ],
    "LabelModelVersion": "3.0",
}
TEXT = {
    "TextDetections": [
        {"DetectedText": f"{kind} {place}", "Type": kind, "Confidence": 99.1, "Geometry": {"BoundingBox": BOX}}
        for place, kind in enumerate(("LINE", "LINE", "WORD", "WORD", "WORD", "WORD"))
    ],
    "TextModelVersion": "3.0",
}

# Two models behind the API: one that is always there, and one that runs.
TARGET = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/v1/1793612467000"
ALWAYS_ON = {
    "name": "logos", "family": "custom_labels", "target": TARGET, "prefix": "incoming/logos/", "options": {},
    "queue_url": "https://queue", "queue_name": "q", "mapping_uuid": "m", "power": "always_on",
}  # fmt: skip
PARAMETERS = [
    {"Name": f"/bench/dev/models/logos/{name}", "Value": json.dumps(value)}
    for name, value in {"spec": ALWAYS_ON, "memory": {"running_since": 1}, "override": {}}.items()
]
INDEX = [ALWAYS_ON, {**ALWAYS_ON, "name": "signs", "family": "rekognition", "target": None, "power": None}]


def json_answer(operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What a service says to an operation of its JSON protocol."""
    match operation:
        case "DetectCustomLabels":
            return {"CustomLabels": [{"Name": "lantern", "Confidence": 97.5}]}
        case "GetParametersByPath":
            return {"Parameters": PARAMETERS}
        case "UpdateItem":
            return {}
        case "DetectLabels":
            return LABELS
        case "DetectText":
            return TEXT
        case "SendMessageBatch" | "ChangeMessageVisibilityBatch":
            sent = [{"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "0"} for entry in asked["Entries"]]
            return {"Successful": sent, "Failed": []}
        case "GetQueueUrl":
            return {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/bench-signs-queue"}
        case "GetQueueAttributes":
            return {"Attributes": dict.fromkeys(asked["AttributeNames"], "0")}
        case _:
            return {"MessageId": "m", "MD5OfMessageBody": "0"}


def listing(bucket: str, query: dict[str, list[str]]) -> str:
    """A page of objects, or of versions, as long as the bucket's name says."""
    ending = re.search(r"-(\d+)$", bucket)
    keys = [f"incoming/signs/{place:05}.jpg" for place in range(min(int(ending[1]) if ending else 1, 1000))]
    common = f"<LastModified>2026-11-20T12:00:00.000Z</LastModified><ETag>{ETAG}</ETag><Size>200000</Size>"
    if "versions" in query:
        entries = [f"<Version><Key>{key}</Key><VersionId>v1</VersionId>{common}</Version>" for key in keys]
        return f"{XML}<ListVersionsResult><IsTruncated>false</IsTruncated>{''.join(entries)}</ListVersionsResult>"
    if query.get("prefix", [""])[0].startswith("results/"):
        keys = [f"results/signs/{key}/v1.json" for key in keys]
    entries = [f"<Contents><Key>{key}</Key>{common}</Contents>" for key in keys]
    return f"{XML}<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(entries)}</ListBucketResult>"


class Answers(BaseHTTPRequestHandler):
    """One answer a request, connections kept open as AWS keeps them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one write
    model_seconds = service_seconds = 0.0
    archive: Path | None = None  # what is read in ranges
    written: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """Every service but S3."""
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(self.model_seconds if operation.startswith("Detect") else self.service_seconds)
        self._answer(200, json.dumps(json_answer(operation, asked)).encode(), "application/x-amz-json-1.0")

    def do_GET(self) -> None:
        """A listing, a part of the archive, an image, or no ledger or manifest yet."""
        place, query = urlsplit(self.path), parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        bucket, _, key = place.path.lstrip("/").partition("/")
        if not key:
            self._answer(200, listing(bucket, query).encode(), "application/xml")
        elif key.startswith("_models/"):
            self._answer(200, json.dumps(INDEX).encode(), "application/json")
        elif self.archive and "Range" in self.headers:
            first, _, last = self.headers["Range"].removeprefix("bytes=").partition("-")
            with self.archive.open("rb") as file:
                file.seek(int(first))
                self._answer(206, file.read(int(last) - int(first) + 1), "application/zip")
        elif key.startswith(("_ledger/", "archives/")):
            self._answer(404, f"{XML}<Error><Code>NoSuchKey</Code></Error>".encode(), "application/xml")
        else:
            self._answer(200, IMAGE, "image/jpeg")

    def do_PUT(self) -> None:
        """An object written or copied."""
        self.written.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        copied = f"{XML}<CopyObjectResult><ETag>{ETAG}</ETag></CopyObjectResult>".encode()
        self._answer(200, copied if "x-amz-copy-source" in self.headers else b"", "application/xml")

    def do_HEAD(self) -> None:
        """No terminal record yet."""
        self._answer(404, b"", "application/xml")

    def do_DELETE(self) -> None:
        """Deleted."""
        self._answer(204, b"", "application/xml")

    def handle_expect_100(self) -> bool:
        """Says "continue" at once: botocore waits a second for it before it sends a body."""
        done = super().handle_expect_100()
        self.wfile.flush()
        return done

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: its words would be taken for the port."""

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), "ETag": ETAG}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def main() -> None:
    """Serves until it is stopped."""
    if len(sys.argv) == 3:
        Answers.model_seconds, Answers.service_seconds = (int(text) / 1000 for text in sys.argv[1:])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
