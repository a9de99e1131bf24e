"""The instance metadata service, version 2: what an EC2 instance is told about itself. It costs nothing to ask."""

from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from dayshift.adapters.aws_errors import surroundings
from dayshift.domain.errors import TransientError

TIMEOUT_SECONDS = 2
TOKEN_SECONDS = 21_600
OK, UNAUTHORIZED, NOT_FOUND = 200, 401, 404


class InstanceMetadata:
    """Reads below `/latest/meta-data/`. `endpoint` may have a path of its own; no proxy is ever asked."""

    def __init__(self, endpoint: str) -> None:
        self._latest = f"{endpoint.rstrip('/')}/latest"
        self._http = URLLib3Session(timeout=TIMEOUT_SECONDS)
        self._token: str | None = None

    def read(self, path: str) -> str | None:
        """The text at a path, None where nothing lies. Raises TransientError."""
        status, text = self._get(path)
        if status == UNAUTHORIZED:  # the token is too old
            self._token = None
            status, text = self._get(path)
        if status not in (OK, NOT_FOUND):
            raise TransientError(f"the metadata service answered {status} at {path}")
        return text if status == OK else None

    def _get(self, path: str) -> tuple[int, str]:
        self._token = self._token or self._new_token()
        return self._send("GET", f"{self._latest}/meta-data/{path}", {"X-aws-ec2-metadata-token": self._token})

    def _new_token(self) -> str:
        headers = {"X-aws-ec2-metadata-token-ttl-seconds": str(TOKEN_SECONDS)}
        status, token = self._send("PUT", f"{self._latest}/api/token", headers)
        if status != OK or not token:
            raise TransientError(f"the metadata service answered {status} where it was asked for a token")
        return token

    def _send(self, method: str, url: str, headers: dict[str, str]) -> tuple[int, str]:
        with surroundings("asking the metadata service"):
            answer = self._http.send(AWSRequest(method, url, headers).prepare())
            return answer.status_code, answer.content.decode(errors="replace").strip()
