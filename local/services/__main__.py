"""Runs the local services: `python -m local.services --port 4567 --state FILE`, endpoints and keys by environment."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import boto3
import waitress
from botocore.config import Config

from local.fleet.wiring import FleetServices
from local.outside import KEY, USER
from local.places import SAMPLES, default_folder
from local.services.app import LocalApp
from local.services.clock import Clock, real_now
from local.services.container import Container
from local.services.control_routes import ControlRoutes
from local.services.custom_labels import CustomLabels
from local.services.firing import Engine
from local.services.front import Front
from local.services.image_source import ImageSource
from local.services.model_store import ModelStore
from local.services.oidc import Provider, provider_routes
from local.services.proximl import Proximl
from local.services.proximl_jobs import ProximlJobs
from local.services.proximl_login import Pool
from local.services.rekognition import Rekognition
from local.services.sagemaker import SageMaker
from local.services.sagemaker_endpoints import Endpoints
from local.services.sagemaker_runtime import SageMakerRuntime
from local.services.sagemaker_store import SageMakerStore
from local.services.schedule_groups import ScheduleGroups
from local.services.schedule_store import Store
from local.services.scheduler import Schedules
from local.services.targets import AwsTargets
from local.services.transform_jobs import TransformJobs
from local.services.transform_work import TransformWork
from local.vision.analysis import Analyst
from local.vision.examples import Examples

HOST = "127.0.0.1"
ACCOUNT = "000000000000"  # MiniStack's own
THREADS = 16  # the labeler has 16 calls in flight
TICK_SECONDS, FLEET_SECONDS = 0.5, 0.25
log = logging.getLogger("local")


def main() -> None:
    """Serves until SIGTERM."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stdout)
    logging.getLogger("waitress").setLevel(logging.CRITICAL)  # a cut answer is wished for, its traceback is not
    clock = Clock()
    store = Store(arguments.state, clock.now().timestamp())
    engine = Engine(store, clock, AwsTargets())
    s3 = boto3.client("s3", config=Config(max_pool_connections=THREADS))
    region = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
    schedules, groups = (kind(store, clock, region, ACCOUNT) for kind in (Schedules, ScheduleGroups))
    analyst, images = Analyst(), ImageSource(s3)
    models = ModelStore(arguments.state and arguments.state.with_name("models.json"), clock.now, ACCOUNT)
    examples = Examples(Path(os.environ.get("DAYSHIFT_EXAMPLES") or SAMPLES))
    custom_labels = CustomLabels(models, images, examples, f"arn:aws:rekognition:{region}:{ACCOUNT}")
    sagemaker = SageMakerStore(
        arguments.state and arguments.state.with_name("sagemaker.json"),
        clock.now,
        f"arn:aws:sagemaker:{region}:{ACCOUNT}",
    )
    by_header = {
        "rekognition": Rekognition(analyst, images).operations() | custom_labels.operations(),
        "sagemaker": SageMaker(sagemaker).operations()
        | Endpoints(sagemaker).operations()
        | TransformJobs(sagemaker, s3).operations(),
    }
    container = Container(examples)
    transforms = TransformWork(sagemaker, container, s3)
    proximl = Proximl(Pool(USER, KEY, real_now), ProximlJobs(clock.now, os.environ.get("AWS_CA_BUNDLE")))
    by_path = {
        "proximl": proximl.routes(),
        "scheduler": (*schedules.routes(), *groups.routes()),
        "sagemaker-runtime": SageMakerRuntime(sagemaker, container, s3).routes(),
    }
    fleet = FleetServices(
        arguments.state.parent if arguments.state else default_folder(),
        f"http://{HOST}:{arguments.port}",
        clock,
        os.environ,
        f"arn:aws:autoscaling:{region}:{ACCOUNT}",
    )
    app = LocalApp(by_header, by_path, ControlRoutes(engine, clock, models, sagemaker), [fleet.query()])
    fleet.add_to(app.flask)
    proximl.add_to(app.flask)
    Front(os.environ["AWS_ENDPOINT_URL"], os.environ.get("AWS_CA_BUNDLE")).add_to(app.flask)
    provider = Provider(f"http://{HOST}:{arguments.port}/_oidc", real_now)  # API Gateway reads the machine's clock too
    app.flask.register_blueprint(provider_routes(provider, "/_oidc"))
    # Without log_socket_errors waitress answers an OSError by closing the connection: the fault "reset_after".
    server = waitress.create_server(
        app.flask, host=HOST, port=arguments.port, threads=THREADS, ident="local", log_socket_errors=False
    )
    stop = threading.Event()
    ticking = (
        threading.Thread(target=_tick, args=(engine.tick, TICK_SECONDS, stop), name="ticks", daemon=True),
        threading.Thread(target=_tick, args=(fleet.tick, FLEET_SECONDS, stop), name="fleet", daemon=True),
        threading.Thread(target=_tick, args=(transforms.tick, TICK_SECONDS, stop), name="transforms", daemon=True),
    )
    signal.signal(signal.SIGTERM, _end)
    fleet.begin()
    for thread in ticking:
        thread.start()
    threading.Thread(target=analyst.warm, name="warm", daemon=True).start()
    log.info("serving Rekognition, SageMaker, Auto Scaling and Scheduler on %s:%d", HOST, arguments.port)
    try:
        server.run()
    finally:
        stop.set()
        for thread in ticking:
            thread.join(timeout=5)
        fleet.end()
        proximl.end()


def _tick(work: Callable[[], object], seconds: float, stop: threading.Event) -> None:
    while not stop.wait(seconds):
        work()


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.services", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--state",
        type=Path,
        default=None,
        help="a JSON file for the schedules; models.json and sagemaker.json lie beside it; none: forgotten",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
