"""How the local AWS is reached: the file `connection.json`, an environment for programs, clients for Python."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.credentials import KEY

REGION = "us-east-1"
HOST = "127.0.0.1"
FILE = "connection.json"
# What local/services answers, by boto3's names, and the service ids by which SDKs look for an endpoint's variable.
OURS = {
    "autoscaling": "AUTO_SCALING",
    "rekognition": "REKOGNITION",
    "sagemaker": "SAGEMAKER",
    "sagemaker-runtime": "SAGEMAKER_RUNTIME",
    "scheduler": "SCHEDULER",
}
# What a person's shell may keep for programs started here: nothing about AWS.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "TMPDIR", "TF_PLUGIN_MIRROR", "TF_CLI_CONFIG_FILE", "NO_COLOR")


@dataclass(frozen=True, slots=True)
class Connection:
    """The endpoints and keys; `folder` is where all of it lies."""

    folder: Path
    endpoint_url: str
    service_endpoints: Mapping[str, str]
    ca_bundle: str
    region: str = REGION
    access_key_id: str = KEY
    secret_access_key: str = KEY

    @classmethod
    def of(cls, folder: Path, ports: tuple[int, int]) -> "Connection":
        """The connection of a local AWS in this folder, at these ports (emulator, services)."""
        services = f"http://{HOST}:{ports[1]}"
        return cls(
            folder=folder,
            endpoint_url=f"https://{HOST}:{ports[0]}",
            service_endpoints=dict.fromkeys(OURS, services),
            ca_bundle=str(folder / "ca-bundle.pem"),
        )

    @classmethod
    def read(cls, folder: Path) -> "Connection":
        """The connection that was written in this folder. Raises FileNotFoundError."""
        return cls(folder=folder, **json.loads((folder / FILE).read_text(encoding="utf-8")))

    def write(self) -> None:
        """Writes `connection.json`, which `dayshift --env local` reads."""
        value = {key: each for key, each in asdict(self).items() if key != "folder"}
        (self.folder / FILE).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")

    def exports(self) -> dict[str, str]:
        """The variables with which any AWS SDK, the AWS CLI and Terraform talk to the local AWS."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            **self.service_exports(),
            "AWS_CA_BUNDLE": self.ca_bundle,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def service_exports(self, *names: str) -> dict[str, str]:
        """The variables that lead to our own services; to these, or to all of them."""
        chosen = {name: self.service_endpoints[name] for name in names or self.service_endpoints}
        return {f"AWS_ENDPOINT_URL_{OURS[name]}": url for name, url in chosen.items()}

    def environment(self) -> dict[str, str]:
        """A whole environment for a program started here: the exports, the folder, and little of the person's own."""
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return kept | self.exports() | {"DAYSHIFT_LOCAL_DIR": str(self.folder)}

    def client(self, service: str) -> Any:
        """A boto3 client that cannot reach the real AWS, whatever the environment says."""
        session: Any = boto3.Session(self.access_key_id, self.secret_access_key, region_name=self.region)
        return session.client(
            service,
            endpoint_url=self.service_endpoints.get(service, self.endpoint_url),
            verify=self.ca_bundle,
            config=Config(retries={"mode": "standard", "total_max_attempts": 3}, read_timeout=120),
        )
