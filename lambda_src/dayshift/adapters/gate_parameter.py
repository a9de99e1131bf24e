"""A fleet's gate: an SSM parameter that reconcile writes and every worker looks at before it reads.

/acme/prod/models/faces/gate   {"open": true} is open, anything else is closed; "{}" at first

Workers look every few seconds, so a gate that was closed a moment ago may still be read through once more: what is read
then is finished all the same, since a worker keeps itself from being stopped while it reads.
"""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.power_state import ADVICE
from dayshift.domain.lifecycle import MappingState

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

NOT_THERE = "ParameterNotFound"


class GateParameter:
    """One parameter, by its name: the gate for reconcile, and `is_open` for the workers."""

    def __init__(self, ssm: "SSMClient", name: str) -> None:
        self._ssm, self._name = ssm, name

    def state(self) -> MappingState:
        """Open, closed or not there. Raises TransientError."""
        with surroundings("looking at the gate"):
            try:
                text = self._ssm.get_parameter(Name=self._name)["Parameter"]["Value"]
            except ClientError as error:
                if code_of(error) == NOT_THERE:
                    return MappingState.MISSING
                raise
        return MappingState.ENABLED if _says_open(text) else MappingState.DISABLED

    def is_open(self) -> bool:
        """Whether a worker may read now. Raises TransientError."""
        return self.state() is MappingState.ENABLED

    def enable(self) -> None:
        """Lets the workers read, within seconds. Raises TransientError."""
        self._turn(True)

    def disable(self) -> None:
        """Lets them read no more, within seconds; what they have is finished. Raises TransientError."""
        self._turn(False)

    def _turn(self, is_open: bool) -> None:
        """Without a type, so that a parameter which Terraform has destroyed is never made anew."""
        with surroundings(f"{'opening' if is_open else 'closing'} the gate", ADVICE):
            self._ssm.put_parameter(Name=self._name, Value=json.dumps({"open": is_open}), Overwrite=True)


def _says_open(text: str) -> bool:
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, dict) and value.get("open") is True
