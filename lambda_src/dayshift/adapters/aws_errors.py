"""AWS errors as errors of ours. Nothing is about the image unless an adapter says so by its code."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)

from dayshift.domain.errors import ClosedError, TransientError

# While one of these lasts, no other image fares better. KMS answers with codes of its own through S3 and SQS.
CLOSED = {"AccessDenied", "AccessDeniedException", "403", "Forbidden", "ResourceNotReadyException", "ExpiredToken"}
CLOSED_PREFIX = "kms"
SURROUNDINGS: tuple[type[BotoCoreError], ...] = (
    BotoConnectionError,
    HTTPClientError,
    NoCredentialsError,
    CredentialRetrievalError,
)


def code_of(error: ClientError) -> str:
    """The service's own word for the error, for example `ThrottlingException`; `404` for a HEAD without a body."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


@contextmanager
def surroundings(doing: str) -> Iterator[None]:
    """Turns what AWS raises inside into TransientError, or ClosedError where the whole batch would meet it.

    An adapter catches by code what is about the image, or is no error at all, inside this block.
    """
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        kind = ClosedError if code in CLOSED or code.lower().startswith(CLOSED_PREFIX) else TransientError
        raise kind(f"{code} while {doing}: {error.response.get('Error', {}).get('Message', '')}") from error
    except SURROUNDINGS as error:
        raise TransientError(f"{type(error).__name__} while {doing}: {error}") from error
