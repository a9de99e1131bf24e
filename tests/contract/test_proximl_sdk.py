"""The seam to proxiML: its own client and our adapter, before the same stand-in, ask for the same and read the same.

Nobody has an account to try it with. What the service takes and says is known from its client, version 1.0.2: where the
two differ, one of them is wrong about the service.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Request, request

from dayshift.adapters.proximl import ProximlJobs
from dayshift.domain.errors import RefusedError
from dayshift.domain.job_ports import ServiceJob
from local.outside import KEY, PROXIML_PATH, USER
from local.places import PROVIDER_PYTHON
from local.services.proximl_login import CLIENT
from tests.contract.tls_front import tls_front
from tests.e2e.powered import until
from tests.proximl_service import ProximlService, proximl_service
from tests.unit.adapters.proximl import jobs_at, order

DRIVER = Path(__file__).with_name("proximl_sdk_driver.py")
PROJECT = "7b3a4e2c-project"
# What a sign-in has in it: A, a block that is sent back as it came, a signature of 32 bytes, a time.
FORMS = {
    "number": r"[1-9a-f][0-9a-f]{740,767}",
    "block": r"[A-Za-z0-9+/=]{684}",
    "signature": r"[A-Za-z0-9+/]{43}=",
    "time": r"\w{3} \w{3} \d{1,2} \d\d:\d\d:\d\d UTC \d{4}",
}
SIGN_IN = f"{PROXIML_PATH}/cognito/"
Heard = tuple[str, str, Mapping[str, str], Any]


class Ear:
    """What the service hears, as far as it means something: no names of clients, no body of a GET."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.ids: set[str] = set()

    def __call__(self) -> None:
        if request.path.startswith(PROXIML_PATH):
            self.heard.append((request.method, request.path, dict(request.args), _body(request)))

    def take(self) -> list[Heard]:
        """All since it was last asked."""
        taken, self.heard = self.heard, []
        return taken


def _body(asked: Request) -> Any:
    body = asked.get_json(force=True, silent=True) if asked.method in ("POST", "PATCH") else None
    if asked.path == SIGN_IN:  # numbers by chance: their names and forms tell
        return asked.headers["X-Amz-Target"], _forms(body)
    return body


def _forms(value: Any) -> Any:
    """The shape of a request: names, and what each value is made of."""
    if isinstance(value, dict):
        return {name: _forms(each) for name, each in sorted(value.items())}
    if value in (USER, CLIENT, "USER_SRP_AUTH", "PASSWORD_VERIFIER"):
        return value
    return next((name for name, form in FORMS.items() if re.fullmatch(form, str(value))), "something else")


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear()


@pytest.fixture(scope="module")
def service(ear: Ear) -> Iterator[ProximlService]:
    with proximl_service() as running:
        app: Any = running.web.application
        app.before_request_funcs.setdefault(None, []).append(ear)
        yield running


class Sdk:
    """proxiML's own client, in a process and an environment of its own."""

    def __init__(self, port: int, authority: Path, folder: Path) -> None:
        self._port, self._folder = port, folder
        self._environment = {
            "HOME": str(folder), "PROXIML_CONFIG_DIR": str(folder), "PROXIML_USER": USER, "PROXIML_PROJECT": PROJECT,
            "AWS_EC2_METADATA_DISABLED": "true", "PATH": "/usr/bin:/bin",
            **dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"), str(authority)),
        }  # fmt: skip

    def run(self, *orders: list[Any], key: str = KEY) -> "subprocess.CompletedProcess[str]":
        """The process when it has ended."""
        return subprocess.run(
            [PROVIDER_PYTHON, DRIVER, str(self._port)],
            input=json.dumps(orders), env={**self._environment, "PROXIML_KEY": key}, cwd=self._folder,
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    def answers(self, *orders: list[Any]) -> list[Any]:
        """What each call answered."""
        done = self.run(*orders)
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))


@pytest.fixture(scope="module")
def sdk(service: ProximlService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sdk]:
    assert PROVIDER_PYTHON.exists(), f"{PROVIDER_PYTHON} is missing; `make contract` makes it"
    folder = tmp_path_factory.mktemp("sdk")
    with tls_front(service.url, folder) as (port, authority):
        yield Sdk(port, authority, folder)


@pytest.fixture
def ours(service: ProximlService) -> ProximlJobs:
    return jobs_at(service.url, project=PROJECT)


def as_the_sdk_wants(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of its jobs.create that order the same."""
    return {**{name: asked[name] for name in ("name", "type", "workers", "environment", "model")}, **asked["resources"]}


def test_both_ask_for_the_same_job_and_sign_in_alike(
    sdk: Sdk, ours: ProximlJobs, service: ProximlService, ear: Ear
) -> None:
    service.tell(next=2, do="never_end")
    ear.take()
    mine = ours.submit(order())
    by_us = ear.take()
    (theirs,) = sdk.answers(["create", as_the_sdk_wants(by_us[-1][3])])
    by_sdk = [each for each in ear.take() if not each[1].endswith("jwks.json")]  # we are told by TLS whose token it is
    assert by_us == by_sdk
    assert [each[:2] for each in by_us] == [
        ("GET", f"{PROXIML_PATH}/.well-known/auth-config.json"), ("POST", SIGN_IN), ("POST", SIGN_IN),
        ("POST", f"{PROXIML_PATH}/job"),
    ]  # fmt: skip
    assert by_us[1][3][1]["AuthParameters"] == {"USERNAME": USER, "SRP_A": "number"}
    assert sorted(by_us[2][3][1]["ChallengeResponses"].values()) == sorted(["block", "signature", "time", USER])
    assert by_us[-1][3]["project_uuid"] == PROJECT
    assert (theirs["name"], theirs["status"], theirs["credits"]) == (order().name, mine.word, mine.cost_usd)


def test_both_ask_after_a_job_and_end_it_alike(sdk: Sdk, ours: ProximlJobs, service: ProximlService, ear: Ear) -> None:
    service.tell(next=2, do="never_end")
    mine = ours.submit(order(name="watched-1"))
    until(lambda: _status(ours.look(mine.id)) == "running", "it works")
    service.pass_time(minutes=20)
    ear.take()
    seen, found = ours.look(mine.id), ours.find("watched-1")
    ours.cancel(mine.id)
    ours._api.remove(mine.id)
    by_us = ear.take()
    again = ours.submit(order(name="watched-2"))
    until(lambda: _status(ours.look(again.id)) == "running", "it works")
    service.pass_time(minutes=20)
    ear.take()
    got, listed, stopped, _ = sdk.answers(["get", again.id], ["list", None], ["stop", again.id], ["remove", again.id])
    by_sdk = [each for each in ear.take() if each[1].startswith(f"{PROXIML_PATH}/job")]
    del by_sdk[2]  # before it stops a job, the driver gets it once more
    assert [_without(each, mine.id) for each in by_us] == [_without(each, again.id) for each in by_sdk]
    assert seen is not None
    assert found == seen
    assert (got["status"], got["credits"]) == (seen.word, seen.cost_usd) == ("running", 0.5)
    assert [job["name"] for job in listed if job["id"] == again.id] == ["watched-2"]
    assert stopped["status"] == "stopped"


def test_both_are_refused_alike(sdk: Sdk, ours: ProximlJobs, ear: Ear) -> None:
    ear.take()
    with pytest.raises(RefusedError) as refusal:
        ours.submit(order(name=""))
    asked = as_the_sdk_wants(ear.take()[-1][3])
    refused, unknown = sdk.answers(["create", asked], ["get", "no-such-job"])
    assert refused["refused"] == 400
    assert str(refusal.value).endswith(f"400 {refused['says']}")
    assert unknown["refused"] == 404
    assert ours.look("no-such-job") is None


def test_neither_is_let_in_with_a_wrong_key(sdk: Sdk, service: ProximlService) -> None:
    done = sdk.run(["list", None], key="a wrong key")
    assert done.returncode != 0
    assert "NotAuthorizedException" in done.stderr
    with pytest.raises(RefusedError, match="NotAuthorizedException"):
        jobs_at(service.url, "a wrong key").find("any")


def _status(job: ServiceJob | None) -> str:
    return job.word if job else ""


def _without(heard: Heard, job_id: str) -> Heard:
    method, path, query, body = heard
    return method, path.replace(job_id, "<id>"), query, body
