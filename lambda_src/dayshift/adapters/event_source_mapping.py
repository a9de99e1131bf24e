"""Lambda's event source mapping: the gate between a queue and its labeler."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import ALLOW_IT, code_of, surroundings
from dayshift.domain.errors import TransientError
from dayshift.domain.lifecycle import MappingState

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# Every word that Lambda documents for an event source mapping's State.
STATES: Mapping[str, MappingState] = {
    "Enabled": MappingState.ENABLED,
    "Disabled": MappingState.DISABLED,
    "Enabling": MappingState.CHANGING,
    "Disabling": MappingState.CHANGING,
    "Creating": MappingState.CHANGING,
    "Updating": MappingState.CHANGING,
    "Deleting": MappingState.CHANGING,
}
CHANGING = {"ResourceInUseException", "ResourceConflictException"}
ADVICE: Mapping[str, str] = {
    "ResourceNotFoundException": "apply the configuration again",
    "AccessDeniedException": ALLOW_IT,
}


class EventSourceMapping:
    """One mapping, by its UUID."""

    def __init__(self, aws_lambda: "LambdaClient", uuid: str) -> None:
        self._lambda, self._uuid = aws_lambda, uuid

    def state(self) -> MappingState:
        """Raises TransientError, also for a state that Lambda did not have when this was written."""
        with surroundings("looking at the event source mapping", ADVICE):
            try:
                word = self._lambda.get_event_source_mapping(UUID=self._uuid)["State"]
            except ClientError as error:
                if code_of(error) == "ResourceNotFoundException":
                    return MappingState.MISSING
                raise
        if word not in STATES:
            raise TransientError(f"the event source mapping {self._uuid} is {word!r}; known are {sorted(STATES)}")
        return STATES[word]

    def enable(self) -> None:
        """Lets it poll. Raises TransientError."""
        self._turn(True)

    def disable(self) -> None:
        """Lets it poll no more; batches that it holds are still handed over. Raises TransientError."""
        self._turn(False)

    def _turn(self, is_open: bool) -> None:
        """A mapping that is changing takes no order: this returns, and the next tick sees what it changed to."""
        with surroundings(f"{'opening' if is_open else 'closing'} the event source mapping", ADVICE):
            try:
                self._lambda.update_event_source_mapping(UUID=self._uuid, Enabled=is_open)
            except ClientError as error:
                if code_of(error) not in CHANGING:
                    raise
