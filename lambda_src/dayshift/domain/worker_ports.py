"""What a worker needs of the world besides what labelling needs: its queue, its gate and the machine it runs on."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

from dayshift.domain.messages import Envelope


class Phase(StrEnum):
    """What the machine is for at the moment: not yet, or not now, in service; in service; on its way out."""

    PREPARING = "PREPARING"
    SERVING = "SERVING"
    LEAVING = "LEAVING"


class Mailbox(Protocol):
    """The queue of one model as a worker reads it. Nothing here is about an image; everything raises TransientError."""

    def receive(self) -> Sequence[Envelope]:
        """Some messages, or none after having waited for them for some seconds."""

    def holding(self, receipts: Sequence[str]) -> AbstractContextManager[None]:
        """Inside it these messages stay hidden from all others, however long it takes, but for those that were told to
        rest: theirs is the last word. Its own failures are no errors: at worst a message is delivered twice."""

    def done(self, receipts: Sequence[str]) -> None:
        """Takes the messages off the queue, whose records are written. One that stays finds its record next time."""


class WorkGate(Protocol):
    """The gate as those see it who must not work behind a closed one."""

    def is_open(self) -> bool:
        """Whether messages may be taken. Raises TransientError."""


class Machine(Protocol):
    """The instance and the group that it belongs to. Nothing here raises: it is said in the log, and costs no image."""

    def phase(self) -> Phase:
        """The last that was heard; costs nothing, so that it can be asked between two images."""

    def ready(self) -> None:
        """Tells the group, where it waits for that, that the model is loaded. Quiet once it was told."""

    def protect(self, wanted: bool) -> None:
        """Asks the group to leave, or not to leave, this instance out when it takes some away. Quiet if it is so."""

    def leave(self) -> None:
        """Tells the group, where it waits for that, that nothing is in hand any more. Quiet once it was told."""
