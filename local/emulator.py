"""What MiniStack is started with: where it keeps its things, what it checks, and what its functions see."""

import os

from local.connection import HOST, Connection
from local.outside import PROXIML_PATH


def emulator_environment(connection: Connection, port: int) -> dict[str, str]:
    """All that MiniStack, and through it every function, sees of this machine."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(connection.folder),
        "TMPDIR": str(connection.folder / "tmp"),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "USE_SSL": "1",  # the bucket policies deny plain HTTP
        "AUTH": "true",  # each role's policies are enforced
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(connection.folder / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(connection.folder / "s3"),
        "LOG_LEVEL": "WARNING",
        "LAMBDA_WARM_TTL_SECONDS": "60",  # a burst of events starts a process for each; 50 MB each
        # For the functions: the emulator passes its own environment on to them.
        **connection.service_exports("autoscaling", "rekognition", "sagemaker", "sagemaker-runtime"),
        "AWS_CA_BUNDLE": connection.ca_bundle,
        "DAYSHIFT_CLOCK_URL": f"{connection.service_endpoints['scheduler']}/_local/clock",
        "DAYSHIFT_PROXIML_URL": f"{connection.service_endpoints['scheduler']}{PROXIML_PATH}",
    }
