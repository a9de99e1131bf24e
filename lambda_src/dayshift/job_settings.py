"""Settings of the function that brings a model's jobs about."""

from collections.abc import Mapping
from dataclasses import dataclass

from dayshift.domain.job_terms import terms_of
from dayshift.domain.jobs import JobTerms
from dayshift.domain.model import ModelSpec
from dayshift.environment import EnvironmentReader
from dayshift.settings import ENVIRONMENT, LabelerSettings


@dataclass(frozen=True, slots=True)
class JobsSettings:
    """What the jobs of one model need to know: the labeler's settings, and those of their own. `gate_parameter` is ""
    for a model without power, whose jobs may begin at any time."""

    labeler: LabelerSettings
    terms: JobTerms
    archives_queue_url: str
    gate_parameter: str
    deployment: str
    service_url: str
    clock_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = ENVIRONMENT) -> "JobsSettings":
        """Reads the labeler's settings, ARCHIVES_QUEUE_URL, GATE_PARAMETER and DEPLOYMENT; raises ConfigurationError.

        DAYSHIFT_PROXIML_URL and DAYSHIFT_CLOCK_URL are set by the local AWS alone.
        """
        read = EnvironmentReader(environment)
        return read.done(
            cls,
            labeler=read.part(LabelerSettings.from_environment),
            terms=read.json("MODEL", lambda value: terms_of(ModelSpec.from_json(value).options)),
            archives_queue_url=read.text("ARCHIVES_QUEUE_URL"),
            gate_parameter=environment.get("GATE_PARAMETER", ""),
            deployment=read.text("DEPLOYMENT"),
            service_url=environment.get("DAYSHIFT_PROXIML_URL", ""),
            clock_url=environment.get("DAYSHIFT_CLOCK_URL", ""),
        )
