"""The local proxiML: who it knows, what it takes, and what its jobs do when they are told to do wrong."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from local.outside import PROXIML_PATH
from local.services.proximl_job import Misdeed
from local.services.proximl_login import CLIENT
from local.services.proximl_worker import Worker, source_of
from tests.e2e.powered import until
from tests.proximl_service import ProximlService, proximl_service
from tests.unit.adapters.proximl import jobs_at

JOB = f"{PROXIML_PATH}/job"
ASKED: dict[str, Any] = {
    "name": "one", "type": "inference", "resources": {"gpu_types": ["rtx3090"], "max_price": 3, "gpu_count": 2},
    "workers": ["true"], "environment": {"type": "DEEPLEARNING_PY310", "env": []},
    "model": {"source_type": "git", "source_uri": "https://git.example.com/classifier.git"},
}  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Iterator[ProximlService]:
    with proximl_service() as service:
        yield service


@pytest.fixture(scope="module")
def token(running: ProximlService) -> str:
    return jobs_at(running.url)._api._login.token()


@pytest.fixture
def service(running: ProximlService, token: str) -> Iterator[ProximlService]:
    running.web.environ_base["HTTP_AUTHORIZATION"] = token
    yield running
    running.heal()
    running.tell(clear=True)


def create(web: FlaskClient, command: str = "true", **changes: Any) -> Any:
    answer = web.post(JOB, json={**ASKED, "workers": [command], **changes})
    assert answer.status_code == 200, answer.data
    return answer.get_json()


def test_nobody_is_answered_without_a_token(service: ProximlService, token: str) -> None:
    for wrong in ("", "Bearer", token[:-4] + "AAAA", f"Bearer {token}"):
        service.web.environ_base["HTTP_AUTHORIZATION"] = wrong
        for method, path in (("get", JOB), ("post", JOB), ("get", f"{JOB}/1"), ("patch", f"{JOB}/1")):
            assert getattr(service.web, method)(path, json={}).status_code == 401, (wrong, method)


def test_a_job_runs_its_command_beside_its_model(service: ProximlService) -> None:
    told = create(service.web, 'ls; echo "$ML_MODEL_PATH" "$WHO"; env | grep -c AWS_; pwd', environment={
        "type": "CUSTOM", "env": [{"key": "WHO", "value": "Ada"}]})  # fmt: skip
    assert (told["status"], told["credits"]) == ("new", 0.0)
    printed = service.ended()["printed"].split()
    assert printed[:1] == ["classify.py"]
    assert printed[1:] == [printed[1], "Ada", "0", printed[1]]
    assert not Path(printed[1]).exists()


@pytest.mark.parametrize(("command", "status"), [("true", "finished"), ("exit 3", "failed"), ("kill -9 $$", "failed")])
def test_how_it_ends_tells_how_the_command_ended(service: ProximlService, command: str, status: str) -> None:
    create(service.web, command)
    assert service.ended()["status"] == status
    assert service.jobs()[-1]["states"] == ["waiting for resources", "running", status]


def test_a_model_that_is_not_here_fails_as_a_clone_would(service: ProximlService) -> None:
    create(service.web, model={"source_type": "git", "source_uri": "https://git.example.com/nothing.git"})
    ended = service.ended()
    assert (ended["status"], "cannot be cloned" in ended["printed"]) == ("failed", True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "a name"),
        ({"type": "training"}, "only inference"),
        ({"workers": []}, "exactly one worker"),
        ({"workers": ["true", "true"]}, "exactly one worker"),
        ({"data": {"datasets": [{"id": "CIFAR-10"}]}}, "cannot use datasets"),
        ({"resources": {"max_price": 1}}, "gpu_types"),
    ],
)
def test_what_the_service_refuses_is_no_job(service: ProximlService, changes: dict[str, Any], says: str) -> None:
    before = len(service.jobs())
    answer = service.web.post(JOB, json={**ASKED, **changes})
    assert (answer.status_code, says in answer.get_json()["errorMessage"]) == (400, True)
    assert len(service.jobs()) == before


def test_what_is_paid_is_the_time_at_work_by_the_local_clock(service: ProximlService) -> None:
    service.tell(next=1, do="never_end")
    told = create(service.web)
    until(lambda: service.jobs()[-1]["status"] == "running", "it works")
    service.pass_time(minutes=10)
    assert service.web.get(f"{JOB}/{told['job_uuid']}").get_json()["credits"] == pytest.approx(1.0)
    stopped = service.web.patch(f"{JOB}/{told['job_uuid']}", json={"command": "stop"}).get_json()
    service.pass_time(minutes=10)
    assert (stopped["status"], service.jobs()[-1]["credits"]) == ("stopped", pytest.approx(1.0))


def test_one_that_never_starts_costs_nothing(service: ProximlService) -> None:
    service.tell(next=1, do="never_start")
    create(service.web)
    service.pass_time(hours=5)
    (job,) = service.jobs()[-1:]
    assert (job["status"], job["credits"], job["started_at"]) == ("waiting for resources", 0.0, None)


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Path]:
    """Where processes write their ids down; whatever is left of them is ended."""
    pids = tmp_path / "pids"
    pids.touch()
    yield pids
    for pid in pids.read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


def test_a_stop_ends_every_process_that_the_command_began(service: ProximlService, begun: Path) -> None:
    inner = f"echo $$ >> {begun}; sleep 3600 & echo $! >> {begun}; wait"
    command = f"sh -c 'timeout 3600 sh -c \"$WORK\"' & echo $! >> {begun}; wait"
    told = create(service.web, command, environment={"type": "CUSTOM", "env": [{"key": "WORK", "value": inner}]})
    until(lambda: len(begun.read_text().split()) == 3, "all have begun")
    service.web.patch(f"{JOB}/{told['job_uuid']}", json={"command": "stop"})
    until(lambda: not [pid for pid in begun.read_text().split() if _lives(int(pid))], "all have ended", 10)


def test_one_that_has_ended_cannot_be_stopped_and_stays_as_it_was(service: ProximlService) -> None:
    told = create(service.web)
    service.ended()
    answer = service.web.patch(f"{JOB}/{told['job_uuid']}", json={"command": "stop"})
    assert (answer.status_code, service.jobs()[-1]["status"]) == (400, "finished")


def test_one_that_is_removed_is_known_no_more(service: ProximlService) -> None:
    told = create(service.web, "sleep 50")
    place = f"{JOB}/{told['job_uuid']}"
    assert service.web.delete(f"{place}?force=true").status_code == 200
    assert [service.web.get(place).status_code, service.web.delete(place).status_code] == [404, 404]
    assert told["job_uuid"] not in [job["job_uuid"] for job in service.web.get(JOB).get_json()]
    assert service.jobs()[-1]["removed"] is True


def test_one_that_is_deaf_hears_the_fourth_wish(service: ProximlService) -> None:
    service.tell(next=1, do="deaf")
    told = create(service.web, "sleep 50")
    place = f"{JOB}/{told['job_uuid']}"
    heard = [service.web.patch(place, json={"command": "stop"}).get_json()["status"] for _ in range(4)]
    assert [status == "stopped" for status in heard] == [False, False, False, True]


def test_one_that_is_not_listed_is_known_by_its_id(service: ProximlService) -> None:
    service.tell(next=1, do="unlisted")
    told = create(service.web, "sleep 50")
    place = f"{JOB}/{told['job_uuid']}"
    assert told["job_uuid"] not in [job["job_uuid"] for job in service.web.get(JOB).get_json()]
    assert service.web.get(place).status_code == 200
    service.web.patch(place, json={"command": "stop"})
    assert told["job_uuid"] in [job["job_uuid"] for job in service.web.get(JOB).get_json()]


def test_one_that_is_late_has_finished_before_its_work(service: ProximlService, tmp_path: Path) -> None:
    service.tell(next=1, do="late")
    create(service.web, f"echo done > {tmp_path / 'brought'}")
    assert service.ended()["status"] == "finished"
    assert not (tmp_path / "brought").exists()
    until((tmp_path / "brought").exists, "it works all the same")


def test_one_that_loses_or_fails_runs_nothing(service: ProximlService, tmp_path: Path) -> None:
    for does, status in (("lose", "finished"), ("fail", "failed")):
        service.tell(next=1, do=does)
        create(service.web, f"echo done > {tmp_path / 'brought'}")
        assert service.ended()["status"] == status
    time.sleep(0.3)
    assert not (tmp_path / "brought").exists()


@pytest.mark.parametrize("wish", [{}, {"do": "sleep"}, {"next": 0, "do": "lose"}, {"next": "two", "do": "lose"}])
def test_a_wish_that_is_none_says_what_would_do(service: ProximlService, wish: dict[str, Any]) -> None:
    answer = service.web.post("/_local/jobs", json=wish)
    assert (answer.status_code, all(word in answer.get_json(force=True)["message"] for word in Misdeed)) == (400, True)


def test_wishes_are_for_the_next_jobs_in_their_order(service: ProximlService) -> None:
    service.tell(next=2, do="lose")
    service.tell(next=1, do="fail")
    for _ in range(4):
        create(service.web)
        service.ended()
    assert [job["does"] for job in service.jobs()[-4:]] == ["lose", "lose", "fail", "self"]


def test_sign_in_is_for_one_client_by_one_way(service: ProximlService) -> None:
    for body in (
        {"ClientId": "another", "AuthFlow": "USER_SRP_AUTH", "AuthParameters": {}},
        {"ClientId": CLIENT, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": {"USERNAME": "a", "PASSWORD": "b"}},
        {"ClientId": CLIENT, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": {"USERNAME": "a", "SRP_A": "0"}},
    ):
        headers = {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}
        answer = service.web.post(f"{PROXIML_PATH}/cognito/", json=body, headers=headers)
        assert answer.status_code == 400, body


@pytest.mark.parametrize("uri", ["", "https://x/..", "https://x/../classifier/..git", "https://x/a b.git", "/etc"])
def test_no_address_leads_out_of_the_folder_of_models(uri: str) -> None:
    assert source_of(uri) is None


def test_a_worker_that_was_killed_tells_nobody_that_it_ended(tmp_path: Path) -> None:
    ended: list[int] = []
    (tmp_path / "model").mkdir()
    worker = Worker(tmp_path / "model", "sleep 50", {}, ended.append)
    worker.kill()
    time.sleep(0.2)
    assert ended == []


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] if Path("/proc").exists() else True
