"""The local AWS as one thing: MiniStack and our services, started, found again, deployed to, stopped.

with LocalAws(folder, ports=free_ports()) as aws:
    aws.deploy(var_file=...)
    aws.client("s3").upload_file(...)
"""

import json
import os
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from botocore.httpsession import get_cert_path

from local.connection import FILE, HOST, Connection
from local.credentials import refuse_real_credentials
from local.deploying import Deployer, Deployment
from local.emulator import emulator_environment
from local.errors import StartError
from local.fleet.control import Machines
from local.fleet.machine import machines_in
from local.outside import put_secrets
from local.places import (
    EMULATOR_PYTHON,
    KEPT,
    LOCAL_VARIABLES,
    PACKAGE,
    ROOT,
    SERVICES_PYTHON,
    default_folder,
    fleet_folder,
)
from local.ports import FILE as PORTS_FILE
from local.ports import Ports, answers, fleet_ports, free_ports, ports_of, refuse_taken, remember, unchecked
from local.processes import BackgroundProcess
from local.terraform import Change, Progress

__all__ = ["LocalAws", "free_ports"]

READY_WITHIN_SECONDS = 60  # the first start of the services compiles half a gigabyte of packages
LOOK_SECONDS = 0.1
OWN_MODELS = ("DAYSHIFT_CLASSIFIER_", "DAYSHIFT_EXAMPLES")


class LocalAws:
    """A local AWS in a folder of its own. As a context manager it stops what it started, and only that."""

    def __init__(self, folder: Path | None = None, ports: Ports | None = None) -> None:
        self.folder = (folder or default_folder()).absolute()
        self._ports = ports_of(self.folder, ports)
        self.emulator = BackgroundProcess("ministack", self.folder)
        self.services = BackgroundProcess("services", self.folder)
        self.connection = Connection.of(self.folder, self._ports)
        self._started_here, self._clients = False, dict[str, Any]()

    @classmethod
    def of_fleet(cls) -> "LocalAws":
        """The one of `make up-fleet`, at the ports that it was made with."""
        folder = fleet_folder()
        return cls(folder, None if (folder / PORTS_FILE).exists() else fleet_ports())

    def __enter__(self) -> "LocalAws":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._started_here:
            self.stop()

    def is_running(self) -> bool:
        """Whether both processes run."""
        return self.emulator.is_running() and self.services.is_running()

    def start(self) -> bool:
        """Starts what does not run, waits until it answers; False if all of it ran already. Raises LocalAwsError."""
        refuse_real_credentials(os.environ)
        if self.is_running() and (self.folder / FILE).exists():
            self.connection = Connection.read(self.folder)
            return False
        self.stop()
        for port in self._ports:
            refuse_taken(port)
        self._started_here = True
        remember(self.folder, self._ports)
        try:
            self._start()
        except BaseException:  # also Ctrl-C while waiting: nothing half started is left behind
            self.stop()
            raise
        return True

    def stop(self) -> bool:
        """Stops both, the emulator in order so that its state is written; whether any ran."""
        ran = self.emulator.is_running() or self.services.is_running()
        while self._clients:
            self._clients.popitem()[1].close()
        self.services.stop()
        for machine in machines_in(self.folder):  # they end with the services, unless these were killed with them
            machine.kill()
        self.emulator.stop()
        (self.folder / FILE).unlink(missing_ok=True)
        return ran

    def client(self, service: str) -> Any:
        """A boto3 client of this local AWS."""
        if service not in self._clients:
            self._clients[service] = self.connection.client(service)
        return self._clients[service]

    def environment(self) -> dict[str, str]:
        """The environment for Terraform, the `dayshift` command and the AWS CLI."""
        return self.connection.environment()

    def deploy(
        self,
        var_file: Path = LOCAL_VARIABLES,
        variables: dict[str, str] | None = None,
        progress: Progress | None = None,
    ) -> Deployment:
        """terraform apply, unless exactly this package and configuration is applied already."""
        deployed = self._deployer(var_file, variables).deploy(progress)
        self.show_page(deployed.values.get("api_url"))
        return deployed

    @property
    def machines(self) -> Machines:
        """The machines of its Auto Scaling groups."""
        return Machines(self)

    @property
    def page_url(self) -> str:
        """Where the web page is."""
        return f"http://{HOST}:{self._ports[1]}/"

    def show_page(self, api_url: str | None, config: Mapping[str, str] | None = None) -> None:
        """The page stands before this API from now on; `config` is its config.json, left out: for an open one."""
        self.services_call("/_local/page", json.dumps({"api_url": api_url, "config": config}).encode(), "POST")

    def plan(self, var_file: Path = LOCAL_VARIABLES, variables: dict[str, str] | None = None) -> tuple[Change, ...]:
        """What a second `terraform plan` would change."""
        return self._deployer(var_file, variables).plan()

    def plan_is_clean(self, var_file: Path = LOCAL_VARIABLES, variables: dict[str, str] | None = None) -> bool:
        """Whether a second plan changes nothing, apart from what the emulator cannot remember (EMULATOR_FAULTS)."""
        return not [change for change in self.plan(var_file, variables) if not change.is_emulators_fault]

    def destroy(self, var_file: Path = LOCAL_VARIABLES, variables: dict[str, str] | None = None) -> None:
        """terraform destroy. The buckets are emptied before they go, as a person would have to."""
        self._deployer(var_file, variables).destroy()

    def services_call(self, path: str, body: bytes | None = None, method: str = "GET") -> bytes:
        """The answer of our services' controls, such as /_local/clock and /_local/faults."""
        request = urllib.request.Request(f"http://{HOST}:{self._ports[1]}{path}", body, method=method)
        with urllib.request.urlopen(request, timeout=600) as answer:
            return bytes(answer.read())

    def _deployer(self, var_file: Path, variables: dict[str, str] | None) -> Deployer:
        return Deployer(self.connection, self.client, var_file.absolute(), variables or {}, PACKAGE)

    def _start(self) -> None:
        certificate = self.folder / "tmp" / "ministack-tls" / "server.crt"
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        for python in (EMULATOR_PYTHON, SERVICES_PYTHON):
            if not python.exists():
                raise StartError(f"{python.parent.parent.name} is missing in {KEPT}; `make up` and `make demo` make it")
        self.emulator.start(
            [EMULATOR_PYTHON, "-m", "ministack"], emulator_environment(self.connection, self._ports[0]), self.folder
        )
        health = f"{self.connection.endpoint_url}/_ministack/health"
        # Its certificate is known only when it answers; until then it is not checked, and nothing is told to it.
        self._wait(self.emulator, lambda: answers(health, unchecked()))
        trusted = Path(str(get_cert_path(True))).read_text() + certificate.read_text()
        Path(self.connection.ca_bundle).write_text(trusted)
        state = self.folder / "schedules.json"
        arguments = f"-m local.services --port {self._ports[1]} --state".split()
        own = {name: value for name, value in os.environ.items() if name.startswith(OWN_MODELS)}
        self.services.start([SERVICES_PYTHON, *arguments, state], self.environment() | own, ROOT)
        self._wait(self.services, lambda: answers(f"http://{HOST}:{self._ports[1]}/_local/health"))
        put_secrets(self.client("ssm"))
        self.connection.write()

    def _wait(self, process: BackgroundProcess, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not is_ready():
            process.check()
            if time.monotonic() > deadline:
                raise StartError(
                    f"{process.name} was not ready after {READY_WITHIN_SECONDS} s; its log {process.log_file} ends "
                    f"with:\n{process.last_lines()}"
                )
            time.sleep(LOOK_SECONDS)
