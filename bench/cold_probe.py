"""One cold start in a fresh process, on a path of our making. Imports nothing of the benchmarks; prints JSON.

python -I -S -B bench/cold_probe.py '{"path": ["…"], "handler": "producer", "event": {}}'    ours, and an invocation
python -I -S -B bench/cold_probe.py '{"path": ["…"], "clients": ["sqs"]}'                    the baseline
"""

import json  # Lambda's runtime has it loaded before it imports a handler
import sys
import time


class Context:
    """As much of Lambda's context as the handlers and their logger read."""

    function_name = "bench-dev-signs-labeler"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bench-dev-signs-labeler"
    aws_request_id = "52fdfc07-2182-154f-163f-5f0f9a621d72"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 900_000


def peak_mib() -> float:
    """The most memory this process ever held. Not ru_maxrss, into which Linux counts the process that started it."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123  pathlib would be an import of its own
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


asked = json.loads(sys.argv[1])
sys.path[0:1] = asked["path"]
handle = None
before = time.process_time()
if "handler" in asked:
    handler = __import__(f"dayshift.handlers.{asked['handler']}", fromlist=["handle"])
    handle = handler.handle
else:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
    session = boto3.Session()
    clients = [session.client(name, config=config) for name in asked["clients"]]
cpu_ms = (time.process_time() - before) * 1000
answer = {"cpu_ms": cpu_ms, "import_mib": peak_mib()}
if handle:
    handle(asked["event"], Context())
    answer["invocation_mib"] = peak_mib()
print(json.dumps(answer))
