"""A unit of systemd, as far as the workers' is one: what it starts, with which environment, and how it is ended."""

import shlex
import signal
from configparser import ConfigParser
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path("etc/systemd/system")
WANTED = FOLDER / "multi-user.target.wants"
DEFAULT_STOP_SECONDS, DEFAULT_RESTART_SECONDS = 90.0, 0.1  # systemd's own


class _Cased(ConfigParser):
    """Names as they are written."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@dataclass(frozen=True, slots=True)
class Unit:
    """The settings that are heeded; what confines a service is not."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    output: Path | None = None
    restarts: bool = False
    restart_seconds: float = DEFAULT_RESTART_SECONDS
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = DEFAULT_STOP_SECONDS

    @classmethod
    def read(cls, file: Path) -> "Unit":
        """The unit of this file. Raises KeyError where it starts nothing, OSError where a file is not there."""
        parser = _Cased(interpolation=None, strict=False, delimiters=("=",))
        parser.read_string(file.read_text(encoding="utf-8"))
        service = parser["Service"]
        environment: dict[str, str] = {}
        if (named := service.get("EnvironmentFile")) is not None:
            environment = read_environment(Path(named.removeprefix("-")))
        kind, _, output = service.get("StandardOutput", "").partition(":")
        return cls(
            file.name,
            tuple(shlex.split(service["ExecStart"])),
            environment,
            Path(service["WorkingDirectory"]) if "WorkingDirectory" in service else None,
            Path(output) if kind in ("append", "file", "truncate") else None,
            service.get("Restart", "no") == "always",
            float(service.get("RestartSec", DEFAULT_RESTART_SECONDS)),
            signal.Signals[service.get("KillSignal", "SIGTERM")],
            float(service.get("TimeoutStopSec", DEFAULT_STOP_SECONDS)),
        )


def read_environment(file: Path) -> dict[str, str]:
    """An EnvironmentFile: NAME=value a line, the value in quotes or not."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.lstrip().startswith(("#", ";")):
            name, _, value = line.partition("=")
            found[name.strip()] = "".join(shlex.split(value)) if value[:1] in ("'", '"') else value.strip()
    return found


def wanted(root: Path) -> list[Path]:
    """The files of the units that `systemctl enable` was told of."""
    return sorted(root / FOLDER / each.name for each in (root / WANTED).glob("*.service"))
