"""The two ports of a local AWS: which they are, whether they are free, and who has them if not."""

import json
import os
import socket
import ssl
import urllib.request
from pathlib import Path

from local.connection import HOST
from local.errors import PortTakenError, StartError

Ports = tuple[int, int]  # emulator, services
VARIABLE, FIRST, FILE = "DAYSHIFT_LOCAL_PORT", 4566, "ports.json"
FURTHER = 10  # the fleet's ports
ASK_SECONDS = 0.3  # a program that does not answer at once is just "another program"
# What tells a person which program has a port.
KNOWN_PATHS = {
    "/_ministack/health": "a MiniStack",
    "/_local/health": "Dayshift's services",
    "/_localstack/health": "LocalStack",
}


def default_ports() -> Ports:
    """4566 and 4567, or from DAYSHIFT_LOCAL_PORT on."""
    first = os.environ.get(VARIABLE) or str(FIRST)
    if not first.isdigit() or not 1024 <= int(first) <= 65_534:
        raise PortTakenError(f"{VARIABLE} must be a port from 1024 to 65534, for example 4566; got {first!r}")
    return int(first), int(first) + 1


def fleet_ports() -> Ports:
    """Ten further on, so that the local AWS of the fleet runs beside the other."""
    emulator, services = default_ports()
    return emulator + FURTHER, services + FURTHER


def free_ports() -> Ports:
    """Two ports that nobody listens on now, for a local AWS beside another."""
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return int(one.getsockname()[1]), int(other.getsockname()[1])


def ports_of(folder: Path, wanted: Ports | None) -> Ports:
    """The ports that this folder was made with, since its queues' URLs name them; else the wanted or default ones."""
    chosen = wanted or (default_ports() if os.environ.get(VARIABLE) else None)
    file = folder / FILE
    if not file.exists():
        return chosen or default_ports()
    emulator, services = json.loads(file.read_text(encoding="utf-8"))
    if chosen not in (None, (emulator, services)):
        raise StartError(
            f"the local AWS in {folder} was made at the ports {emulator} and {services}, and its queues' URLs say so; "
            f"go on with {VARIABLE}={emulator}, or remove the folder to begin anew"
        )
    return emulator, services


def remember(folder: Path, ports: Ports) -> None:
    """Writes the ports down for ports_of."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(json.dumps(ports), encoding="utf-8")


def refuse_taken(port: int) -> None:
    """Raises PortTakenError if anybody listens there, and says who if that can be found out."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else a port just given back counts as taken
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTakenError(
                f"port {port} on {HOST} is taken by {_owner(port)}. Stop it (make down, if it is ours in another "
                f"folder), or choose other ports: {VARIABLE}=5566 takes 5566 and 5567"
            ) from error


def answers(url: str, context: ssl.SSLContext | None = None, within_seconds: float = 2) -> bool:
    """Whether a GET is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=within_seconds, context=context) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def unchecked() -> ssl.SSLContext:
    """TLS without a look at the certificate, for asking a program on this machine who it is."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _owner(port: int) -> str:
    for path, name in KNOWN_PATHS.items():
        address = f"{HOST}:{port}{path}"
        if answers(f"http://{address}", None, ASK_SECONDS) or answers(f"https://{address}", unchecked(), ASK_SECONDS):
            return name
    return "another program"
