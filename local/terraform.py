"""Terraform against the local AWS: the real configuration, provider and S3 backend, with our environment."""

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.errors import TerraformError
from local.places import TERRAFORM, TERRAFORM_WRAPPER

# What MiniStack forgets, so that every plan wants to set it again; measured with 1.5.33 and provider 5.100.0.
EMULATOR_FAULTS: Mapping[str, frozenset[str]] = {
    # Alarms come back without these.
    "aws_cloudwatch_metric_alarm": frozenset(
        {"actions_enabled", "alarm_description", "dimensions", "period", "statistic", "treat_missing_data"}
    ),
    # An authorizer by tokens comes back with a version that only Lambda's authorizers have.
    "aws_apigatewayv2_authorizer": frozenset({"authorizer_payload_format_version"}),
    # A launch template's network interface comes back without delete_on_termination; each apply makes a new version of
    # it, which the group then names.
    "aws_launch_template": frozenset({"network_interfaces", "latest_version", "default_version"}),
    "aws_autoscaling_group": frozenset({"launch_template", "capacity_reservation_specification"}),
    # The rule with which every security group begins is taken away by the second apply only.
    "aws_security_group": frozenset({"egress"}),
    # An object that is uploaded in parts, as the workers' bundle is, has lost its tags.
    "aws_s3_object": frozenset({"tags_all"}),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that a plan would touch, and the attributes that differ."""

    address: str
    kind: str
    actions: tuple[str, ...]
    attributes: frozenset[str]

    @property
    def is_emulators_fault(self) -> bool:
        """Whether only attributes that the emulator cannot remember would be set again."""
        return self.actions == ("update",) and self.attributes <= EMULATOR_FAULTS.get(self.kind, frozenset())


@dataclass(frozen=True, slots=True)
class Step:
    """How far an apply has come."""

    done: int
    total: int
    text: str


Progress = Callable[[Step], None]


class Terraform:
    """One working folder of Terraform: its data, its state's address, its variables."""

    def __init__(
        self, environment: Mapping[str, str], data: Path, var_file: Path, variables: Mapping[str, str]
    ) -> None:
        self._environment = {**environment, "TF_DATA_DIR": str(data), "TF_IN_AUTOMATION": "1"}
        self._given = [f"-var-file={var_file}", *(f"-var={name}={value}" for name, value in variables.items())]

    def init(self, backend: Mapping[str, str]) -> None:
        """terraform init with this backend configuration."""
        self._text("init", "-input=false", "-reconfigure", *(f"-backend-config={k}={v}" for k, v in backend.items()))

    def apply(self, progress: Progress | None = None) -> None:
        """terraform apply, reported step by step. Raises TerraformError."""
        self._run("apply", progress=progress)

    def destroy(self, only: Iterable[str] = ()) -> None:
        """terraform destroy, of everything or only of these addresses. Raises TerraformError."""
        self._run("destroy", *(f"-target={address}" for address in only))

    def addresses(self, kind: str) -> list[str]:
        """The addresses of all resources of a kind in the state."""
        return [line for line in self._text("state", "list").splitlines() if f".{kind}." in f".{line}"]

    def plan(self, to: Path) -> tuple[Change, ...]:
        """What a plan would change. Raises TerraformError."""
        self._text("plan", "-input=false", "-lock=false", f"-out={to}", *self._given)
        plan = json.loads(self._text("show", "-json", str(to)))
        return tuple(
            read_change(each) for each in plan.get("resource_changes", []) if each["change"]["actions"] != ["no-op"]
        )

    def output(self, name: str) -> Any:
        """One output's value."""
        return json.loads(self._text("output", "-json", name))

    def _text(self, *arguments: str) -> str:
        done = subprocess.run(
            self._command(*arguments),
            env=self._environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,  # what it said is worth more than its code
        )
        if done.returncode != 0:
            raise TerraformError(f"terraform {arguments[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def _run(self, verb: str, *options: str, progress: Progress | None = None) -> None:
        faults, done, total = [], 0, 0
        command = self._command(verb, "-json", "-input=false", "-auto-approve", *options, *self._given)
        with subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        ) as process:
            for event in _events(_to_its_end(process)):
                match event.get("type"):
                    case "planned_change":
                        total += 1
                    case "apply_complete" | "apply_errored":
                        done += 1
                    case "diagnostic" if event["diagnostic"]["severity"] == "error":
                        said = event["diagnostic"]
                        faults.append(f"{said['summary']}: {said.get('detail', '')}".strip())
                if progress is not None and event.get("type") in ("planned_change", "apply_start", "apply_complete"):
                    progress(Step(done, total, str(event["@message"])))
        if process.returncode != 0:
            raise TerraformError(f"terraform {verb} failed:\n" + "\n".join(faults or ["no reason was given"]))

    def _command(self, *arguments: str) -> list[str]:
        return [str(TERRAFORM_WRAPPER), f"-chdir={TERRAFORM}", *arguments]


def _to_its_end(process: "subprocess.Popen[str]") -> Iterator[str]:
    """Its lines. Ctrl-C reaches Terraform too, which then saves its state: that is waited for."""
    try:
        yield from process.stdout or ()
    except KeyboardInterrupt:
        process.communicate()
        raise


def _events(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("{"):
            yield json.loads(line)


def read_change(each: Mapping[str, Any]) -> Change:
    """One of a plan's `resource_changes`."""
    change = each["change"]
    before, after, unknown = (change.get(key) or {} for key in ("before", "after", "after_unknown"))
    different = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    # An attribute that becomes known only at apply may well differ.
    different |= {name for name, value in unknown.items() if _is_unknown(value)}
    return Change(each["address"], each["type"], tuple(change["actions"]), frozenset(different))


def _is_unknown(value: Any) -> bool:
    """Whether anything within is known only at apply; a plan says so by `true`, at the place where it is missing."""
    if isinstance(value, dict | list):
        return any(_is_unknown(each) for each in (value.values() if isinstance(value, dict) else value))
    return bool(value)
