"""proxiML behind the port of jobs: what it is asked, what its answers mean, and whose fault a failure is."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from mypy_boto3_s3 import S3Client

from dayshift.adapters.https_json import Reply
from dayshift.adapters.proximl import ProximlJobs, proximl_jobs
from dayshift.adapters.proximl_api import ProximlApi
from dayshift.adapters.proximl_options import ProximlOptions
from dayshift.domain.errors import ConfigurationError, RefusedError, TransientError
from dayshift.domain.jobs import Phase
from local.outside import KEY, PARAMETERS, USER
from tests.e2e.powered import until
from tests.fakes import RESULTS
from tests.proximl_service import ProximlService, proximl_service
from tests.unit.adapters.proximl import GIT, NAME, cats, jobs_at, order, signer

SIGNED = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
PLACE = "job-files/cats/20261121-120000-1a2b3c4d/1"


@pytest.fixture(scope="module")
def running() -> Iterator[ProximlService]:
    with proximl_service() as service:
        yield service


@pytest.fixture
def service(running: ProximlService) -> Iterator[ProximlService]:
    yield running
    running.heal()
    running.tell(clear=True)


@pytest.fixture
def jobs(service: ProximlService) -> ProximlJobs:
    return jobs_at(service.url)


def test_an_order_names_everything_and_carries_no_key(jobs: ProximlJobs, service: ProximlService) -> None:
    service.tell(next=1, do="never_start")
    told = jobs.submit(order())
    assert (told.phase, told.word, told.cost_usd) == (Phase.WAITING, "new", 0.0)
    asked = service.jobs()[-1]["asked"]
    given = {each["key"]: each["value"] for each in asked["environment"].pop("env")}
    (command,) = asked.pop("workers")
    assert asked == {
        "name": NAME,
        "type": "inference",
        "resources": {"gpu_types": ["rtx3090", "a100"], "gpu_count": 2, "disk_size": 20, "max_price": 0.75},
        "environment": {"type": "DEEPLEARNING_PY310"},
        "model": {"source_type": "git", "source_uri": GIT},
    }
    assert "python3 echo.py" in command
    assert command.startswith("timeout -k 30 3600 ")
    urls = {name: urlsplit(given.pop(f"DAYSHIFT_{name}_URL")) for name in ("INPUT", "OUTPUT")}
    assert given == {"BATCH": "32"}
    for name, file in {"INPUT": "input.zip", "OUTPUT": "results.jsonl"}.items():
        assert (urls[name].netloc, urls[name].path) == (f"{RESULTS}.s3.amazonaws.com", f"/{PLACE}/{file}")
        query = parse_qs(urls[name].query)
        assert {*query} == {f"X-Amz-{each}" for each in SIGNED}  # no checksum, no header that curl would have to send
        assert query["X-Amz-SignedHeaders"] == ["host"]
        assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
        assert query["X-Amz-Expires"] == ["3900"]  # an hour, and five minutes of grace
    assert "testing" not in str(asked)


def test_a_custom_image_and_a_project_are_asked_for_by_name(service: ProximlService) -> None:
    jobs = jobs_at(service.url, environment={"type": "any", "custom_image": "acme/cats:7"}, project="proj-1")
    service.tell(next=1, do="never_start")
    told = jobs.submit(order(name="of a project"))
    asked = service.jobs()[-1]["asked"]
    assert (asked["environment"]["type"], asked["environment"]["custom_image"]) == ("CUSTOM", "acme/cats:7")
    assert asked["project_uuid"] == "proj-1"
    assert jobs.look(told.id) is not None
    assert jobs.find("of a project") is not None
    assert jobs_at(service.url).look(told.id) is None  # another project's are nobody's
    assert jobs_at(service.url).find("of a project") is None
    jobs.cancel(told.id)
    assert (jobs.look(told.id) or told).word == "stopped"


def test_a_job_is_found_by_its_whole_name(jobs: ProximlJobs, service: ProximlService) -> None:
    service.tell(next=1, do="never_end")
    told = jobs.submit(order(name="whole-name-1"))
    assert jobs.find("whole-name") is None
    found = jobs.find("whole-name-1")
    assert found is not None
    assert found.id == told.id


def test_an_answer_that_was_lost_leaves_a_job_that_is_found(jobs: ProximlJobs, service: ProximlService) -> None:
    service.tell(next=1, do="never_end")
    service.spoil("CreateJob", "reset_after", times=1)
    with pytest.raises(TransientError) as error:
        jobs.submit(order(name="lost-1"))
    assert not isinstance(error.value, RefusedError)
    found = jobs.find("lost-1")
    assert found is not None
    assert service.jobs()[-1]["id"] == found.id


def test_of_two_jobs_of_one_name_one_is_taken_and_the_other_stopped(jobs: ProximlJobs, service: ProximlService) -> None:
    service.tell(next=2, do="never_end")
    both = [jobs.submit(order(name="twice-1")).id for _ in range(2)]
    found = jobs.find("twice-1")
    assert found is not None
    (other,) = set(both) - {found.id}
    assert {job["id"]: job["status"] for job in service.jobs()[-2:]} == {found.id: "running", other: "stopped"}


def test_one_that_is_alive_is_found_before_one_that_has_ended(jobs: ProximlJobs, service: ProximlService) -> None:
    service.tell(next=1, do="lose")
    jobs.submit(order(name="again-1"))
    service.ended()
    service.tell(next=1, do="never_end")
    second = jobs.submit(order(name="again-1"))
    assert (jobs.find("again-1") or second).id == second.id


def test_a_job_is_paid_while_it_works_and_stopped_when_asked(jobs: ProximlJobs, service: ProximlService) -> None:
    service.tell(next=1, do="never_end")
    told = jobs.submit(order(name="paid-1"))
    until(lambda: (jobs.look(told.id) or told).phase is Phase.RUNNING, "it works")
    service.pass_time(minutes=40)
    seen = jobs.look(told.id)
    assert seen is not None
    assert seen.cost_usd == pytest.approx(1.0)  # 40 minutes of two GPUs at 0.75
    jobs.cancel(told.id)
    service.pass_time(minutes=40)
    seen = jobs.look(told.id)
    assert seen is not None
    assert (seen.phase, seen.word, round(seen.cost_usd, 2)) == (Phase.ENDED, "stopped", 1.0)
    jobs.cancel(told.id)  # quiet once more


def test_a_job_that_cannot_be_stopped_is_removed(jobs: ProximlJobs, service: ProximlService) -> None:
    service.tell(next=1, do="never_end")
    told = jobs.submit(order(name="removed-1"))
    service.spoil("UpdateJob", "error", code="Invalid Request", status=400, times=1)
    jobs.cancel(told.id)
    assert jobs.look(told.id) is None
    assert service.jobs()[-1]["status"] == "removed"
    jobs.cancel(told.id)


def test_nobody_is_asked_about_a_job_that_is_unknown(jobs: ProximlJobs) -> None:
    assert jobs.look("no-such-job") is None
    jobs.cancel("no-such-job")


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 422, 429])
def test_a_refusal_says_why_and_leaves_no_job(jobs: ProximlJobs, service: ProximlService, status: int) -> None:
    before = len(service.jobs())
    service.spoil("CreateJob", "error", code="Insufficient credits", status=status, times=1)
    with pytest.raises(RefusedError, match=rf"proxiML does not take the job: {status} "):
        jobs.submit(order())
    assert len(service.jobs()) == before


def test_a_refusal_is_told_in_the_services_own_words(service: ProximlService) -> None:
    nobody = order(name="")
    with pytest.raises(RefusedError, match="400 Invalid Request - a name is wanted"):
        jobs_at(service.url).submit(nobody)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_failure_of_the_service_is_nobodys_fault(jobs: ProximlJobs, service: ProximlService, status: int) -> None:
    for operation, call in {
        "CreateJob": lambda: jobs.submit(order()),
        "ListJobs": lambda: jobs.find(NAME),
        "GetJob": lambda: jobs.look("any"),
        "UpdateJob": lambda: jobs.cancel("any"),
    }.items():
        service.spoil(operation, "server_error", status=status, times=1)
        with pytest.raises(TransientError) as error:
            call()
        assert not isinstance(error.value, RefusedError)


@pytest.mark.parametrize("operation", ["AuthConfig", "SignIn", "ListJobs"])
def test_any_call_may_be_cut_off(service: ProximlService, operation: str) -> None:
    jobs = jobs_at(service.url)
    service.spoil(operation, "reset_after", times=1)
    with pytest.raises(TransientError):
        jobs.find(NAME)
    jobs.find(NAME)  # and the next goes well


def test_it_signs_in_once_for_many_calls(service: ProximlService) -> None:
    jobs, before = jobs_at(service.url), service.calls("SignIn")
    for _ in range(3):
        jobs.find(NAME)
    assert service.calls("SignIn") - before == 2  # a claim is two calls


def test_a_token_that_is_not_taken_is_renewed_once(jobs: ProximlJobs, service: ProximlService) -> None:
    jobs.find(NAME)
    before = service.calls("SignIn")
    service.spoil("ListJobs", "error", code="Unauthorized", status=401, times=1)
    jobs.find(NAME)
    assert service.calls("SignIn") - before == 2
    service.spoil("ListJobs", "error", code="Unauthorized", status=401)
    with pytest.raises(RefusedError, match="does not accept user and key"):
        jobs.find(NAME)


def test_a_key_that_is_wrong_is_a_refusal_that_does_not_show_it(service: ProximlService) -> None:
    jobs = jobs_at(service.url, "not-the-key-at-all")
    with pytest.raises(RefusedError, match="NotAuthorizedException") as error:
        jobs.submit(order())
    assert "not-the-key-at-all" not in str(error.value)


def test_what_was_not_accepted_is_not_kept_for_a_minute(service: ProximlService) -> None:
    ssm, session = boto3.client("ssm"), cast("Any", boto3.Session())
    for name, value in {"user": USER, "key": "an old key"}.items():
        ssm.put_parameter(Name=f"{PARAMETERS}/{name}", Value=value, Type="SecureString")
    jobs = proximl_jobs(session.client, signer(), cats(), RESULTS, service.url)
    with pytest.raises(RefusedError, match="NotAuthorizedException"):
        jobs.find(NAME)
    ssm.put_parameter(Name=f"{PARAMETERS}/key", Value=KEY, Overwrite=True)
    assert jobs.find("nobody") is None


def test_errors_carry_no_address_and_no_secret() -> None:
    said = (
        "cannot parse\n\x1b[1m value='https://acme-results.s3.amazonaws.com/k?X-Amz-Signature=5ec2e7' in env"
        + "!" * 999
    )
    with pytest.raises(RefusedError) as error:
        answering({"errorMessage": said}, status=400).submit(order())
    shown = str(error.value)
    assert shown.startswith("proxiML does not take the job: 400 cannot parse [1m (an address) in env!!!")
    assert not re.search(r"5ec2e7|https?:|X-Amz|\x1b", shown), shown
    assert len(shown) < 350


def test_options_that_lack_something_say_all_of_it() -> None:
    with pytest.raises(ConfigurationError, match=r"command must be .*gpu_types must be .*maximum_usd_per_hour must"):
        ProximlOptions.of(cats(command="", gpu_types=[], maximum_usd_per_hour=0))
    with pytest.raises(ConfigurationError, match="must not begin with DAYSHIFT_"):
        ProximlOptions.of(cats(variables={"DAYSHIFT_OUTPUT_URL": "mine"}))


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("new", Phase.WAITING), ("waiting for data/model download", Phase.WAITING), ("waiting for GPUs", Phase.WAITING),
        ("waiting for resources", Phase.WAITING), ("running", Phase.RUNNING), ("uploading", Phase.RUNNING),
        ("stopping", Phase.RUNNING), ("a word of next year", Phase.RUNNING), ("finished", Phase.ENDED),
        ("stopped", Phase.ENDED), ("failed", Phase.ENDED), ("canceled", Phase.ENDED), ("archived", Phase.ENDED),
        ("removed", Phase.ENDED), ("removing", Phase.RUNNING),
    ],
)  # fmt: skip
def test_a_word_that_nobody_knows_is_taken_for_one_that_is_paid(word: str, phase: Phase) -> None:
    seen = answering({"job_uuid": "j1", "status": word}).look("j1")
    assert seen is not None
    assert (seen.phase, seen.word) == (phase, word)


@pytest.mark.parametrize(
    ("credits", "usd"),
    [(0.1007, 0.1007), (2, 2.0), (None, 0.0), ("3", 0.0), (True, 0.0), (-1, 0.0), (float("nan"), 0.0), (10**400, 0.0)],
)
def test_a_cost_that_is_none_is_nothing(credits: Any, usd: float) -> None:
    seen = answering({"id": "j1", "status": "running", "credits": credits}).look("j1")
    assert seen is not None
    assert seen.cost_usd == usd


@pytest.mark.parametrize(
    "told", [{}, {"id": ""}, {"id": 7}, {"id": "a/b"}, {"id": "a?b"}, {"id": "a b"}, {"id": "x" * 129}, [], "job", None]
)
def test_an_answer_that_is_no_job_is_no_refusal(told: Any) -> None:
    with pytest.raises(TransientError) as error:
        answering(told).submit(order())
    assert not isinstance(error.value, RefusedError)


@pytest.mark.parametrize("told", [{}, None, "", [1], [[]], {"jobs": []}])
def test_a_list_that_is_none_is_not_an_empty_one(told: Any) -> None:
    with pytest.raises(TransientError):
        answering(told).find(NAME)


def test_results_lie_in_one_place_alone(s3: S3Client) -> None:
    jobs, one = answering({}, s3), order(0, 1)
    assert jobs.results(one).problem == "there is no results.jsonl"
    line = b'{"image": "0001.jpg", "classes": [{"name": "tabby", "confidence_percent": 93.1}]}\n'
    s3.put_object(Bucket=RESULTS, Key=PLACE.removesuffix("1") + "2/results.jsonl", Body=line)
    assert jobs.results(one).predictions == {}
    s3.put_object(Bucket=RESULTS, Key=f"{PLACE}/results.jsonl", Body=line)
    found = jobs.results(one)
    assert found.predictions[1].detections[0].name == "tabby"
    assert found.predictions[1].model_version == GIT
    assert found.problem == "no answer for 1 images"


def test_results_that_are_too_large_are_not_read(s3: S3Client) -> None:
    s3.put_object(Bucket=RESULTS, Key=f"{PLACE}/results.jsonl", Body=b" " * (20 * 1024 * 1024 + 2))
    found = answering({}, s3).results(order())
    assert (found.predictions, str(found.problem)[:25]) == ({}, "the results have 20,971,5")


def test_a_presigned_url_lives_as_long_as_the_attempt(service: ProximlService, jobs: ProximlJobs) -> None:
    service.tell(next=1, do="never_start")
    one = order(name="short-1")
    jobs.submit(type(one)(one.model, one.job_id, one.attempt, one.name, one.images, timedelta(minutes=7)))
    env = service.jobs()[-1]["asked"]["environment"]["env"]
    assert [parse_qs(urlsplit(each["value"]).query).get("X-Amz-Expires") for each in env[:2]] == [["720"], ["720"]]


class Answering:
    """A service that knows whoever comes, and answers the same to whatever it is asked."""

    def __init__(self, told: Any, status: int) -> None:
        self._told, self._status = told, status

    def call(self, *_: Any, **__: Any) -> Reply:
        return Reply(self._status, {}, json.dumps(self._told).encode())

    def token(self) -> str:
        return "token"

    def generate_presigned_url(self, *_: Any, **__: Any) -> str:
        return "https://acme-results.s3.amazonaws.com/k?X-Amz-Signature=5ec2e7"


def answering(told: Any, s3: Any = None, status: int = 200) -> ProximlJobs:
    """Our adapter before such a service."""
    service: Any = Answering(told, status)
    return ProximlJobs(ProximlApi(service, service), s3, service, RESULTS, ProximlOptions.of(cats()))
