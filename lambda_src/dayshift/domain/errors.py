"""Everything that can go wrong, as one tree; decides only whose fault a thing is.

DayshiftError
├── PermanentError        about this image: a `rejected` record is written, the message is done
├── GoneError             the image was deleted meanwhile: a `gone` record is written
├── ForeignMessageError   the message is not ours: a `failed` record is written under its id
├── TransientError        about the surroundings: the message goes back and waits longer each time
│   ├── ClosedError       the whole surroundings refuse: the rest of the batch goes back untried
│   └── RefusedError      a service outside does not take the order: it waits, no image of it is at fault
├── ConfigurationError    a setting or a model is wrong: nothing starts
└── ProblemError          a request to the API that is answered with a problem document (domain/web)
"""


class DayshiftError(Exception):
    """The root. The text of every error below says what was wrong, what was got and what would do."""


class PermanentError(DayshiftError):
    """This image can never be read by this model. `code` is one word that stays the same between releases."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code


class GoneError(DayshiftError):
    """This version of the object no longer exists."""


class ForeignMessageError(DayshiftError):
    """A message that nothing of ours can have written."""


class TransientError(DayshiftError):
    """Throttling, a timeout, a key or permission that is missing: the same image may succeed later."""


class ClosedError(TransientError):
    """No other image would fare better now (model asleep, permission missing): do not try the rest of the batch."""


class RefusedError(TransientError):
    """A service outside said no to an order as a whole: no credit, no such GPU, a wrong key. A person must act."""


class ConfigurationError(DayshiftError):
    """One or more settings are missing or wrong; the text names all of them."""
