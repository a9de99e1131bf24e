"""The local proxiML in this process, behind a real socket: its API, its sign-in, and jobs that really run."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from local.outside import KEY, PROXIML_PATH, USER
from local.services.app import LocalApp
from local.services.clock import Clock
from local.services.control_routes import ControlRoutes
from local.services.firing import Engine
from local.services.model_store import ModelStore
from local.services.proximl import Proximl
from local.services.proximl_jobs import ProximlJobs
from local.services.proximl_login import Pool
from local.services.sagemaker_store import SageMakerStore
from local.services.schedule_store import Store
from local.services.targets import AwsTargets
from tests.e2e.powered import until

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
ACCOUNT = "000000000000"


@dataclass
class ProximlService:
    """Where it is, and what it saw. Its jobs are paid by a clock that stands but for `pass_time`."""

    url: str
    web: FlaskClient
    clock: Clock

    def pass_time(self, **time: float) -> None:
        """The clock moves; what works meanwhile works on."""
        self.clock.stand_at(self.clock.now() + timedelta(**time))

    def tell(self, **wish: Any) -> None:
        """What its next jobs do instead of their work."""
        answer = self.web.post("/_local/jobs", json=wish)
        assert answer.status_code == 200, answer.data

    def spoil(self, operation: str, kind: str, **more: Any) -> None:
        """What goes wrong with its next answers."""
        answer = self.web.post("/_local/faults", json={"operation": f"proximl.{operation}", "kind": kind, **more})
        assert answer.status_code == 200, answer.data

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.web.delete("/_local/faults")

    def calls(self, operation: str) -> int:
        """How often an operation was called."""
        return int(self.web.get("/_local/health").get_json()["calls"].get(f"proximl.{operation}", 0))

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs that ever were, the oldest first."""
        return list(self.web.get("/_local/jobs").get_json()["jobs"])

    def ended(self, number: int = -1) -> dict[str, Any]:
        """That job, once it has ended."""
        until(lambda: bool(self.jobs()[number]["ended_at"]), "the job has ended")
        return self.jobs()[number]


class _Handler(WSGIRequestHandler):
    """An answer that is cut off ends its connection, as waitress ends it."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        self.close_connection = True

    def log(self, *_: Any) -> None:
        """Nobody reads it."""


@contextmanager
def proximl_service() -> Iterator[ProximlService]:
    """Serves until the block ends; no job outlives it."""
    clock = Clock()
    clock.stand_at(MONDAY)
    jobs = ProximlJobs(clock.now)
    proximl = Proximl(Pool(USER, KEY, lambda: datetime.now(UTC)), jobs)
    controls = ControlRoutes(
        Engine(Store(None, MONDAY.timestamp()), clock, AwsTargets()),
        clock,
        ModelStore(None, clock.now, ACCOUNT),
        SageMakerStore(None, clock.now, f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"),
    )
    app = LocalApp({}, {"proximl": proximl.routes()}, controls).flask
    proximl.add_to(app)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, name="proximl", daemon=True)
    thread.start()
    try:
        yield ProximlService(f"http://127.0.0.1:{server.server_port}{PROXIML_PATH}", app.test_client(), clock)
    finally:
        proximl.end()
        server.shutdown()
        thread.join()
