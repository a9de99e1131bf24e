"""proxiML (trainML until 2023) as the service of a model's jobs.

It gets neither a key nor a role: one presigned URL reads the zip of this attempt, one writes its results.jsonl, and
both end with the attempt. A job is found again by its name, since nothing else is known of one whose answer was lost.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.gpu_job import LIMITS
from dayshift.adapters.https_json import Outside
from dayshift.adapters.job_parcel import ZipParcel
from dayshift.adapters.proximl_api import ProximlApi
from dayshift.adapters.proximl_command import INPUT_URL, OUTPUT_URL, wrapped
from dayshift.adapters.proximl_login import ProximlLogin
from dayshift.adapters.proximl_options import ProximlOptions
from dayshift.adapters.s3 import MISSING
from dayshift.adapters.secrets import Secrets
from dayshift.domain.errors import TransientError
from dayshift.domain.images import Limits
from dayshift.domain.job_names import RESULTS_NAME as RESULTS
from dayshift.domain.job_names import files_prefix
from dayshift.domain.job_ports import Order, Results, ServiceJob
from dayshift.domain.job_results import MAXIMUM_RESULTS_BYTES, read_results
from dayshift.domain.jobs import Phase
from dayshift.domain.model import ModelSpec

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# proximl 1.0.2, jobs.py and its tests. A word that is not here is taken for one that is paid.
WAITING = {
    "new", "starting", "waiting for data/model download", "waiting for GPUs", "waiting for resources", "queued",
}  # fmt: skip
ENDED = {"finished", "stopped", "failed", "canceled", "cancelled", "archived", "removed"}
INPUT = "input.zip"
ID = re.compile(r"[a-zA-Z0-9_-]{1,128}", re.ASCII)  # it becomes part of an address
MOST_USD = 1e6  # more has no job ever cost
URL_GRACE = timedelta(minutes=5)  # behind the end of an attempt


class ProximlJobs:
    """A model's jobs. `signer` is an S3 client that signs by Signature Version 4 and names the bucket's own host."""

    def __init__(
        self, api: ProximlApi, s3: "S3Client", signer: "S3Client", bucket: str, options: ProximlOptions
    ) -> None:
        self._api, self._s3, self._signer, self._bucket, self._options = api, s3, signer, bucket, options

    @property
    def limits(self) -> Limits:
        """The same for every model."""
        return LIMITS

    def parcel(self, order: Order) -> ZipParcel:
        """An empty zip."""
        return ZipParcel(self._s3, self._bucket, _key(order, INPUT))

    def find(self, name: str) -> ServiceJob | None:
        """The job of this name. Where there are several, an order was doubled: the others are stopped."""
        found = [_service_job(job) for job in self._api.jobs() if job.get("name") == name]
        found.sort(key=lambda job: job.phase is Phase.ENDED)  # one that is alive first, then in the service's order
        for job in found[1:]:
            if job.phase is not Phase.ENDED:
                self.cancel(job.id)
        return found[0] if found else None

    def submit(self, order: Order) -> ServiceJob:
        """One POST. Raises RefusedError, and TransientError where nobody can tell whether it was taken."""
        options = self._options
        lives = order.runs_at_most + URL_GRACE
        given = {
            INPUT_URL: self._presigned("get_object", order, INPUT, lives),
            OUTPUT_URL: self._presigned("put_object", order, RESULTS, lives),
            **options.variables,
        }
        return _service_job(
            self._api.create(
                {
                    "name": order.name,
                    "type": "inference",
                    "resources": options.resources,
                    "workers": [wrapped(options.command, order.runs_at_most)],
                    "environment": {
                        **options.environment,
                        "env": [{"key": key, "value": value} for key, value in given.items()],
                    },
                    "model": {"source_type": "git", "source_uri": options.model_git},
                }
            )
        )

    def look(self, service_id: str) -> ServiceJob | None:
        """One GET."""
        job = self._api.job(service_id)
        return None if job is None else _service_job(job)

    def cancel(self, service_id: str) -> None:
        """Asks for its end; by force where it is in no state to be stopped."""
        if not self._api.stop(service_id):
            job = self.look(service_id)
            if job is not None and job.phase is not Phase.ENDED:
                self._api.remove(service_id)

    def results(self, order: Order) -> Results:
        """Its results.jsonl, as far as it can be believed; nothing else that lies anywhere is looked at."""
        content = self._brought(order)
        if content is None:
            return Results({}, {}, f"there is no {RESULTS}")
        asked = (image.index for image in order.images)
        return read_results(content, asked, self._options.kept, self._options.model_git)

    def _brought(self, order: Order) -> bytes | None:
        """Not much more of it than may be believed: whoever has the URL may put anything there."""
        key = _key(order, RESULTS)
        with surroundings(f"reading {key}"):
            try:
                return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read(MAXIMUM_RESULTS_BYTES + 1)
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise

    def _presigned(self, operation: str, order: Order, name: str, lives: timedelta) -> str:
        place = {"Bucket": self._bucket, "Key": _key(order, name)}
        seconds = math.ceil(lives.total_seconds())
        return str(self._signer.generate_presigned_url(operation, Params=place, ExpiresIn=seconds))


def proximl_jobs(
    client: Callable[[str], Any], signer: "S3Client", model: ModelSpec, bucket: str, url: str = ""
) -> ProximlJobs:
    """The service of one model. `bucket` is that of the results; `url` is the local AWS's, "" the real service's."""
    options, outside, secrets = ProximlOptions.of(model), Outside(), Secrets(client("ssm"))
    login = ProximlLogin(outside, secrets, options.user_parameter, options.key_parameter, url)
    return ProximlJobs(ProximlApi(outside, login, options.project, url), client("s3"), signer, bucket, options)


def _key(order: Order, name: str) -> str:
    return files_prefix(order.model, order.job_id, order.attempt) + name


def _service_job(job: Mapping[str, Any]) -> ServiceJob:
    """Raises TransientError for a job without an id: there is one, and nobody could ever stop it by this answer."""
    number = job.get("id") or job.get("job_uuid")
    if not isinstance(number, str) or not ID.fullmatch(number):
        raise TransientError("a job of proxiML's without an id that could be asked for")
    word = str(job.get("status") or "new")
    return ServiceJob(number, _phase(word), word, _usd(job.get("credits")), str(job.get("message") or "")[:300])


def _phase(word: str) -> Phase:
    if word in ENDED:
        return Phase.ENDED
    return Phase.WAITING if word in WAITING else Phase.RUNNING


def _usd(credits: Any) -> float:
    """A credit costs 1.00 USD (docs.trainml.ai, "Billing and Credits"). What is no amount is nothing."""
    is_amount = isinstance(credits, int | float) and not isinstance(credits, bool) and 0 <= credits <= MOST_USD
    return float(credits) if is_amount else 0.0
