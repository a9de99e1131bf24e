"""AWS errors as errors of ours. Nothing is about the image unless an adapter says so by its code."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)

from dayshift.domain.errors import ClosedError, TransientError

# While one of these lasts, no other image fares better. KMS answers with codes of its own through S3 and SQS.
CLOSED = {
    "AccessDenied", "AccessDeniedException", "403", "Forbidden", "ExpiredToken",
    "ResourceNotReadyException", "ResourceNotFoundException",
}  # fmt: skip
CLOSED_PREFIX = "kms"
# What a person can do about a permission that is missing.
ALLOW_IT = "the function's role, or a policy above it, must allow it: apply the configuration again"
SURROUNDINGS: tuple[type[BotoCoreError], ...] = (
    BotoConnectionError,
    HTTPClientError,
    IncompleteReadError,  # an answer's body that ends too early
    NoCredentialsError,
    CredentialRetrievalError,
)


def code_of(error: ClientError) -> str:
    """The service's own word for the error, for example `ThrottlingException`; `404` for a HEAD without a body."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


@contextmanager
def surroundings(doing: str, advice: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turns what AWS raises inside into TransientError, or ClosedError where the whole batch would meet it.

    An adapter catches by code what is about the image, or is no error at all, inside this block. `advice` says by code
    what a person can do about it.
    """
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        kind = ClosedError if code in CLOSED or code.lower().startswith(CLOSED_PREFIX) else TransientError
        sentences = [f"{code} while {doing}: {error.response.get('Error', {}).get('Message', '')}"]
        if advice and code in advice:
            sentences.append(advice[code])
        raise kind("; ".join(sentences)) from error
    except SURROUNDINGS as error:
        raise TransientError(f"{type(error).__name__} while {doing}: {error}") from error
