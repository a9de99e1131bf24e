"""Secrets: SecureString parameters of SSM, each kept for a minute, so that a new one is in force a minute later.

What they hold is never logged, and stands in no text of an error.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import ALLOW_IT, code_of, surroundings
from dayshift.domain.errors import RefusedError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

KEPT_SECONDS = 60
MISSING = {"ParameterNotFound", "ParameterVersionNotFound"}


class Secrets:
    """Parameters by their names."""

    def __init__(self, ssm: "SSMClient", monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ssm, self._monotonic = ssm, monotonic
        self._kept: dict[str, tuple[float, str]] = {}

    def read(self, name: str) -> str:
        """The secret. Raises RefusedError where there is none, TransientError where that cannot be told."""
        until, value = self._kept.get(name, (0.0, ""))
        if value and self._monotonic() < until:
            return value
        value = self._fetch(name)
        self._kept[name] = (self._monotonic() + KEPT_SECONDS, value)
        return value

    def forget(self) -> None:
        """What a service did not accept is read anew."""
        self._kept.clear()

    def _fetch(self, name: str) -> str:
        advice = {"AccessDeniedException": ALLOW_IT}
        with surroundings(f"reading the secret {name}", advice):
            try:
                value = self._ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"].strip()
            except ClientError as error:
                if code_of(error) in MISSING:
                    raise RefusedError(f"there is no parameter {name}; {_made_by(name)}") from error
                raise
        if not value:
            raise RefusedError(f"the parameter {name} is empty; {_made_by(name)}")
        return value


def _made_by(name: str) -> str:
    return f"`aws ssm put-parameter --type SecureString --name {name} --value …` makes it"
