"""SSM parameters of the powered models, as the API reads them: seldom, since an account has 40 reads a second."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dayshift.adapters.power_state import SsmPowerState, StoredModel, read_models
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.override import Override
from dayshift.domain.powered import PoweredModel

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

FRESH = timedelta(seconds=5)


class SsmPoweredModels:
    """The models under a path."""

    def __init__(self, ssm: "SSMClient", path: str) -> None:
        self._ssm, self._path = ssm, path
        self._read_at: datetime | None = None
        self._stored: dict[str, StoredModel] = {}

    def of(self, name: str, now: datetime) -> PoweredModel | None:
        """A model, read anew after five seconds, or where the clock was moved. Raises TransientError."""
        if self._read_at is None or not timedelta() <= now - self._read_at < FRESH:
            self._stored = {one.name: one for one in read_models(self._ssm, self._path)}
            self._read_at = now
        if (one := self._stored.get(name)) is None:
            return None
        try:
            return PoweredModel.from_stored(one.spec_text, one.memory_text, one.override_text, now)
        except ConfigurationError:
            return None

    def switch(self, name: str, override: Override | None) -> None:
        """Keeps a person's word, or forgets it, and reads anew at the next look. Raises TransientError."""
        SsmPowerState(self._ssm, self._path, name).switch(override)
        self._read_at = None
