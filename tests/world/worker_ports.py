"""boto3's clients and the metadata of an instance, below the real Ec2Machine and GateParameter of its worker.

Rules: EC2 Auto Scaling User Guide, "Retrieve the target lifecycle state through instance metadata"; EC2 User Guide,
"Spot Instance interruption notices" (instance-action). Metadata cost nothing and do not fail here.
"""

from dataclasses import dataclass

from dayshift.adapters.instance import LAUNCHING, SPOT, TARGET, TERMINATING
from dayshift.adapters.instance_metadata import InstanceMetadata
from tests.world.endpoint import refusal
from tests.world.faults import Fault
from tests.world.fleet_gate import fleet_gate_of
from tests.world.group import Group
from tests.world.instances import IN_POOL, Instance, Life
from tests.world.ports import Line
from tests.world.site import Site


class Metadata(InstanceMetadata):
    """The metadata service of one instance."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    def read(self, path: str) -> str | None:
        if path == SPOT:
            return None if self.instance.noticed_at is None else '{"action": "terminate"}'
        return self._target if path == TARGET else self.instance.name

    @property
    def _target(self) -> str:
        if self.instance.life in (Life.TERMINATING_WAIT, Life.TERMINATED):
            return "Terminated"
        return "Warmed:Stopped" if self.instance.life in IN_POOL else "InService"


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """boto3's client of Auto Scaling, as an instance calls it about itself."""

    line: Line
    group: Group
    instance: Instance

    def complete_lifecycle_action(self, *, LifecycleHookName: str, **_: str) -> None:
        def complete() -> None:
            wanted = TERMINATING if self.instance.life is Life.TERMINATING_WAIT else LAUNCHING
            if LifecycleHookName != wanted:
                raise refusal("CompleteLifecycleAction", "No active Lifecycle Action found", "ValidationError")
            self.group.complete(self.instance)

        self.line.call("machine.complete", complete, Fault.strike_adapter)

    def set_instance_protection(self, *, ProtectedFromScaleIn: bool, **_: object) -> None:
        self.line.call(
            "machine.protect", lambda: self.group.protect(self.instance, ProtectedFromScaleIn), Fault.strike_adapter
        )


@dataclass(frozen=True, slots=True)
class Parameters:
    """boto3's client of Systems Manager, as a worker's gate reads it."""

    line: Line
    site: Site

    def get_parameter(self, *, Name: str) -> dict[str, dict[str, str]]:
        def read() -> dict[str, dict[str, str]]:
            return {"Parameter": {"Value": fleet_gate_of(self.site).text}}

        return self.line.call("gate.look", read, Fault.strike_adapter)
