"""The local SageMaker behind boto3: real serialisers and parsers of botocore, our whole web app in between."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError
from flask.testing import FlaskClient
from moto.core.models import botocore_stubber

from local.places import SAMPLES
from local.services.app import LocalApp
from local.services.clock import Clock
from local.services.container import Container
from local.services.control_routes import ControlRoutes
from local.services.firing import Engine
from local.services.model_store import ModelStore
from local.services.sagemaker import SageMaker
from local.services.sagemaker_endpoints import Endpoints
from local.services.sagemaker_runtime import SageMakerRuntime
from local.services.sagemaker_store import SageMakerStore
from local.services.schedule_store import Store
from local.services.targets import AwsTargets
from local.services.transform_jobs import TransformJobs
from local.services.transform_work import TransformWork
from local.vision.examples import Examples
from tests.unit.adapters.wire import Raw

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
ACCOUNT = "000000000000"
PLACE = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"
NAME, CONFIGURATION, MODEL = "acme-dev-logos", "acme-dev-logos-1a2b3c4d", "acme-dev-logos-main"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/acme-dev-logos-endpoint"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/logos:1"
VARIANT = {"VariantName": "main", "ModelName": MODEL, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


class Objects:
    """As much of S3 as an asynchronous invocation needs."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], bytes] = {}

    def get_object(self, **given: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.stored[given["Bucket"], given["Key"]])}

    def put_object(self, **given: Any) -> None:
        self.stored[given["Bucket"], given["Key"]] = given["Body"]


class World:
    """The services behind boto3 clients, on a clock that moves when it is told."""

    def __init__(self, file: Path | None = None, s3: Any = None) -> None:
        self.time, self.s3 = MONDAY, s3 or Objects()
        clock = Clock(lambda: self.time)
        store = SageMakerStore(file, clock.now, PLACE)
        engine = Engine(Store(None, self.time.timestamp()), clock, AwsTargets())
        container, transforms = Container(Examples(SAMPLES)), TransformJobs(store, self.s3)
        runtime = SageMakerRuntime(store, container, self.s3)
        self.instances = TransformWork(store, container, self.s3)
        sagemaker = SageMaker(store).operations() | Endpoints(store).operations() | transforms.operations()
        by_header = {"sagemaker": sagemaker}
        controls = ControlRoutes(engine, clock, ModelStore(None, clock.now, ACCOUNT), store)
        app = LocalApp(by_header, {"sagemaker-runtime": runtime.routes()}, controls)
        self.web: FlaskClient = app.flask.test_client()
        self.control, self.runtime = (self._client(name) for name in ("sagemaker", "sagemaker-runtime"))

    def _client(self, service: str) -> Any:
        session: Any = boto3.Session("test", "test", region_name="us-east-1")  # typed, it wants the name as a literal
        client = session.client(service, config=Config(retries={"total_max_attempts": 1}))
        client.meta.events.unregister("before-send", botocore_stubber)  # where S3 is moto's, this is not
        client.meta.events.register(f"before-send.{service}", self._answer)
        return client

    def _answer(self, request: Any, **_: Any) -> Any:
        path = "/" + request.url.split("/", 3)[3]
        headers = {key: value.decode() if isinstance(value, bytes) else value for key, value in request.headers.items()}
        try:
            found = self.web.post(path, data=request.body, headers=headers, buffered=True)
        except ConnectionResetError as error:  # the fault "reset_after", where a socket would end
            raise ConnectionClosedError(endpoint_url=request.url) from error
        answered = HTTPHeaders()
        for key, value in found.headers.items():
            answered[key] = value
        return AWSResponse("http://local", found.status_code, answered, Raw(found.data))

    def pass_time(self, **time: float) -> None:
        self.time += timedelta(**time)

    def configure(self, environment: dict[str, str] | None = None, **more: Any) -> None:
        """A model and its configuration, as Terraform would make them."""
        container = {"Image": IMAGE, "Environment": environment or {"PROJECT": "logos"}}
        self.control.create_model(ModelName=MODEL, ExecutionRoleArn=ROLE, PrimaryContainer=container)
        self.control.create_endpoint_config(
            **{"EndpointConfigName": CONFIGURATION, "ProductionVariants": [VARIANT], **more}
        )

    def create(self, **more: Any) -> None:
        self.control.create_endpoint(**{"EndpointName": NAME, "EndpointConfigName": CONFIGURATION, **more})

    def run(self) -> None:
        """Created, and in service."""
        self.create()
        self.pass_time(minutes=5)

    def status(self) -> str:
        return str(self.control.describe_endpoint(EndpointName=NAME)["EndpointStatus"])

    def invoke(self, body: bytes, content_type: str = "application/x-image", **more: Any) -> Any:
        answer = self.runtime.invoke_endpoint(EndpointName=NAME, Body=body, ContentType=content_type, **more)
        return json.loads(answer["Body"].read())

    def shown(self) -> dict[str, Any]:
        return dict(self.web.get("/_local/models").get_json())

    def tell(self, **wish: Any) -> None:
        answer = self.web.post("/_local/models", json={"endpoint_name": NAME, **wish})
        assert answer.status_code == 200, answer.data

    def log(self) -> list[tuple[str, str]]:
        (endpoint,) = self.shown()["endpoints"]
        return [(entry["status"], entry["at"][11:16]) for entry in endpoint["log"]]
