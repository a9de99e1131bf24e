"""SageMaker: an endpoint, which is there only between its creation and its deletion, and its configurations.

Rules: Amazon SageMaker API Reference. DescribeEndpoint: nine statuses; SystemUpdating "cannot be updated or deleted or
re-scaled", of a Failed one "DeleteEndpoint is the only operation", UpdateRollbackFailed is "in service".
CreateEndpoint: a name is unique; a configuration may not be seen yet shortly after it was made (a validation error).
DeleteEndpoint: "Cannot update in-progress endpoint", as the service says of whatever is changing. DeleteEndpointConfig:
must not be done while in use, and is not refused; "the endpoint must be deleted in order to stop incurring charges". So
it is billed here in every status but Deleting, a Failed one too: the dearest way to read it. How often SystemUpdating
comes, and how long it lasts, AWS does not say.
"""

from collections.abc import Callable
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift.domain.lifecycle import ModelState
from tests.world.clock import EventLoop
from tests.world.hours import Span
from tests.world.service import FAILED_AFTER, Service, joined

if TYPE_CHECKING:
    from tests.world.site import Site

ARN = "arn:aws:sagemaker:eu-central-1:123456789012:endpoint"
STRANGERS = "a stranger's"
MAINTENANCE_MINUTES = (5.0, 45.0)
UPDATE_MINUTES = (3.0, 8.0)
SEEN_AFTER_SECONDS = (0.0, 90.0)  # a configuration that was just made is known to CreateEndpoint so much later


class Word(StrEnum):
    """EndpointStatus, and that there is no endpoint."""

    NONE = "not there"
    OUT_OF_SERVICE = "OutOfService"
    CREATING = "Creating"
    UPDATING = "Updating"
    SYSTEM_UPDATING = "SystemUpdating"
    ROLLING_BACK = "RollingBack"
    IN_SERVICE = "InService"
    DELETING = "Deleting"
    FAILED = "Failed"
    UPDATE_ROLLBACK_FAILED = "UpdateRollbackFailed"


ANSWERS = (Word.IN_SERVICE, Word.UPDATING, Word.SYSTEM_UPDATING, Word.ROLLING_BACK, Word.UPDATE_ROLLBACK_FAILED)
IN_PROGRESS = (Word.CREATING, Word.UPDATING, Word.SYSTEM_UPDATING, Word.ROLLING_BACK, Word.DELETING)
BROKEN = (Word.FAILED, Word.OUT_OF_SERVICE, Word.UPDATE_ROLLBACK_FAILED)
COSTS_NOTHING = (Word.NONE, Word.DELETING)
STATES = {
    Word.NONE: ModelState.STOPPED,
    Word.CREATING: ModelState.STARTING,
    Word.DELETING: ModelState.STOPPING,
    **dict.fromkeys(BROKEN, ModelState.FAILED),
    **dict.fromkeys((Word.IN_SERVICE, Word.UPDATING, Word.SYSTEM_UPDATING, Word.ROLLING_BACK), ModelState.RUNNING),
}


class Endpoint(Service):
    """The endpoint of one name, and its configurations. `hours_between`: two system updates, on average; 0: none."""

    def __init__(
        self,
        loop: EventLoop,
        random: Random,
        start_minutes: tuple[float, float],
        stop_minutes: tuple[float, float],
        owner: str,
        hours_between: float,
    ) -> None:
        super().__init__(loop, random, start_minutes, stop_minutes)
        self._us, self._hours_between = owner, hours_between
        self.word = Word.NONE
        self.owner: str | None = None  # the deployment that its tag names
        self.configuration = ""  # which it was made from
        self.configurations: dict[str, float] = {}  # and from when on CreateEndpoint knows them
        self.words: list[tuple[float, Word]] = [(loop.now, Word.NONE)]
        self._foreign: list[tuple[float, bool]] = [(loop.now, False)]

    # What the service answers, and how it refuses.

    def configure(self, name: str) -> None:
        """CreateEndpointConfig."""
        self.configurations[name] = self._loop.now + self._random.uniform(*SEEN_AFTER_SECONDS)

    def create(self, configuration: str, owner: str | None) -> None:
        """CreateEndpoint."""
        if self.word is not Word.NONE:
            raise refusal("CreateEndpoint", "Cannot create already existing endpoint")
        if self._loop.now < self.configurations.get(configuration, self._loop.now + 1):
            raise refusal("CreateEndpoint", f'Could not find endpoint configuration "{configuration}"')
        self.configuration, self.owner, minutes = configuration, owner, self._next_start()
        self.turn(Word.CREATING)
        then = Word.FAILED if minutes is None else Word.IN_SERVICE
        self._unless_changed(FAILED_AFTER if minutes is None else minutes, lambda: self.turn(then))

    def delete(self) -> None:
        """DeleteEndpoint."""
        if self.word is Word.NONE:
            raise refusal("DeleteEndpoint", "Could not find endpoint")
        if self.word in IN_PROGRESS:
            raise refusal("DeleteEndpoint", "Cannot update in-progress endpoint")
        self.turn(Word.DELETING)
        self._unless_changed(self._random.uniform(*self._stop_minutes), lambda: self.turn(Word.NONE))

    # What befalls it.

    def start(self) -> None:
        """Somebody creates it by hand, with the deployment's tag."""
        quietly(lambda: self.create(next(iter(self.configurations)), self._us))

    def stop(self) -> None:
        """Somebody deletes it by hand, or the backstop does; IAM refuses it where the endpoint is another's."""
        if self.is_stoppable:
            self.delete()

    def break_down(self) -> None:
        """A health check, a weight or a rollback fails."""
        if self.word in ANSWERS:
            self.turn(self._random.choice(BROKEN))

    def update_by_hand(self) -> None:
        """UpdateEndpointWeightsAndCapacities: it ends well, or is rolled back, which ends well or does not."""
        if self.word is Word.IN_SERVICE:
            self._then(Word.UPDATING, UPDATE_MINUTES, (Word.IN_SERVICE, Word.ROLLING_BACK, Word.FAILED))

    def maintain(self, minutes: tuple[float, float] = MAINTENANCE_MINUTES) -> None:
        """SystemUpdating."""
        if self.word is Word.IN_SERVICE:
            self._then(Word.SYSTEM_UPDATING, minutes, (Word.IN_SERVICE,))

    def occupy(self, owner: str | None) -> None:
        """Somebody else creates an endpoint of this name, if it is free."""
        if self.word is Word.NONE:
            self.owner, self.configuration = owner, STRANGERS
            self.turn(Word.IN_SERVICE)

    def leave(self) -> None:
        """That endpoint is deleted again."""
        if self.is_foreign:
            self.turn(Word.NONE)

    # How it is.

    @property
    def is_foreign(self) -> bool:
        """Whether there is an endpoint of this name that is not the deployment's."""
        return self.word is not Word.NONE and self.owner != self._us

    @property
    def is_off(self) -> bool:
        """Whether the deployment has no endpoint."""
        return self.word is Word.NONE or self.is_foreign

    @property
    def is_stoppable(self) -> bool:
        """Whether DeleteEndpoint would not be refused, by the service or by IAM."""
        return self.word is not Word.NONE and self.word not in IN_PROGRESS and not self.is_foreign

    def is_made_from(self, configuration: str) -> bool:
        """Whether an endpoint that is live, or is being changed, needs this configuration."""
        return self.word not in COSTS_NOTHING and self.configuration == configuration

    def answers(self) -> bool:
        """Whether InvokeEndpoint does."""
        return self.word in ANSWERS

    def billed(self) -> list[Span]:
        """Every status but Deleting."""
        return self._ours([word for word in Word if word not in COSTS_NOTHING])

    def unstoppable(self) -> list[Span]:
        """What is in progress."""
        return self._ours(IN_PROGRESS)

    def _ours(self, words: "list[Word] | tuple[Word, ...]") -> list[Span]:
        from_strangers = joined(self._foreign, (True,), self._loop.now)
        spans = joined(self.words, words, self._loop.now)
        return [span for span in spans if not any(a <= span[0] < b for a, b in from_strangers)]

    def turn(self, word: Word) -> None:
        """It has this status from now on."""
        self.word = word
        self.words.append((self._loop.now, word))
        self._foreign.append((self._loop.now, self.is_foreign))
        self.become(ModelState.UNMANAGEABLE if self.is_foreign else STATES[word])
        if word is Word.IN_SERVICE and self._hours_between and not self.is_foreign:
            self._unless_changed(self._random.expovariate(1 / (self._hours_between * 60)), self.maintain)
        if word is Word.ROLLING_BACK:
            self._then(word, UPDATE_MINUTES, (Word.IN_SERVICE, Word.UPDATE_ROLLBACK_FAILED))

    def _then(self, word: Word, minutes: tuple[float, float], ends: tuple[Word, ...]) -> None:
        if self.word is not word:
            self.turn(word)
        self._unless_changed(self._random.uniform(*minutes), lambda: self.turn(self._random.choice(ends)))


def endpoint_of(site: "Site") -> Endpoint:
    """The site's endpoint."""
    assert isinstance(site.service, Endpoint)
    return site.service


def refusal(operation: str, message: str, code: str = "ValidationException") -> ClientError:
    """As the service says it: for almost everything with the same code."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def quietly(do: Callable[[], None]) -> None:
    """Whoever does it by hand reads the refusal and goes away."""
    try:
        do()
    except ClientError:
        return
