"""One archive by the expander's handler, in this process: `python -m bench.expanding KEY BYTES` prints what it took.

S3 and SQS are where AWS_ENDPOINT_URL says.
"""

import io
import json
import resource
import sys
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.started import IMAGES, BenchError
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import InferenceRequest
from dayshift.handlers.expander import handle


@dataclass(frozen=True, slots=True)
class Context:
    """As much of Lambda's context as the handler and its logger read."""

    function_name: str = "bench-dev-expander"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:bench-dev-expander"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        """All of its 15 minutes: a benchmark's own time does not count."""
        return 900_000


def main() -> None:
    """Expands it, and prints one line of JSON."""
    key, length = sys.argv[1], int(sys.argv[2])
    body = InferenceRequest(ImageRef(IMAGES, key, "v1", "e1", length), "signs", datetime.now(UTC)).to_json()
    record = {
        "messageId": "m", "receiptHandle": "r", "body": body, "attributes": {"ApproximateReceiveCount": "1"},
    }  # fmt: skip
    log = io.StringIO()
    cpu, started = time.process_time(), time.perf_counter()
    with redirect_stdout(log):
        answer = handle({"Records": [record]}, Context())
    found = {
        "wall_seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1_000_000,  # Linux counts in KiB
    }
    if answer["batchItemFailures"]:
        raise BenchError(f"the archive came back: {log.getvalue()[-2000:]}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
