"""`dayshift on`, `off` and `auto`: what is written, what the deployment does at once, and what a person is told."""

import getpass
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayshift.domain.memory import Memory
from tests.unit.cli.powered import Logos, deploy_logos

SATURDAY_NOON = datetime(2026, 11, 21, 11, tzinfo=UTC)  # 12:00 in Berlin, closed until Monday
THURSDAY_NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)  # a closed date
FRIDAY_NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)  # open until 18:00


@pytest.fixture
def logos(aws: Any) -> Logos:
    """A stopped model on a Saturday."""
    aws.now = SATURDAY_NOON
    return deploy_logos(aws)


def test_on_writes_who_and_until_when_and_starts_the_model_at_once(aws: Any, logos: Logos) -> None:
    result = aws.run("on", "logos", "--until", "22:00")
    assert result.exit_code == 0, result.stderr
    assert logos.override() == {"mode": "on", "until": "2026-11-21T21:00:00Z", "by": "ada"}
    assert logos.invoked() == [{"model": "logos"}]
    assert logos.started == 1
    said = result.stderr
    assert "logos is switched on until Sat 21 Nov 22:00 CET." in said
    assert "is being started, which takes about 30 min: ready at about Sat 21 Nov 12:30 CET" in said
    assert "At Sat 21 Nov 22:00 CET the policy decides again: off (closed until Mon 23 Nov 09:00 CET)." in said
    assert "backstop" not in said


def test_on_says_how_long_a_start_takes_by_what_was_learned(aws: Any, logos: Logos) -> None:
    logos.store(Memory(starts=(600,) * 5))
    assert "takes about 10 min: ready at about Sat 21 Nov 12:10 CET" in aws.run("on", "logos", "--for", "2h").stderr


def test_off_closes_the_gate_first_and_says_that_images_wait(aws: Any, logos: Logos) -> None:
    aws.now, logos.status, logos.mapping = FRIDAY_NOON, "RUNNING", "Enabled"
    result = aws.run("off", "logos", "--for", "90m")
    assert result.exit_code == 0, result.stderr
    assert (logos.mapping, logos.stopped) == ("Disabling", 0)
    assert logos.override() == {"mode": "off", "until": "2026-11-27T12:30:00Z", "by": "ada"}
    assert "The mapping of logos closes now" in result.stderr
    assert "At Fri 27 Nov 13:30 CET the policy decides again: on (open until Fri 27 Nov 18:00 CET)." in result.stderr


def test_off_while_off_has_nothing_to_do(aws: Any, logos: Logos) -> None:
    assert "logos is off already" in aws.run("off", "logos", "--for", "1h").stderr
    assert logos.stopped == 0


def test_auto_forgets_what_was_switched_and_the_policy_acts_at_once(aws: Any, logos: Logos) -> None:
    aws.run("on", "logos", "--for", "2h")
    logos.status, logos.mapping = "RUNNING", "Disabled"
    result = aws.run("auto", "logos", "--output", "json")
    assert result.exit_code == 0, result.stderr
    assert logos.override() == {}
    assert logos.stopped == 1
    assert "logos follows its policy again." in result.stderr
    value = json.loads(result.stdout)
    assert (value["override"], value["desired"], value["action"]) == ({}, False, "STOP_MODEL")
    assert "Nothing was switched of logos." in aws.run("auto", "logos").stderr


def test_json_and_csv_tell_what_was_done(aws: Any, logos: Logos) -> None:
    value = json.loads(aws.run("on", "logos", "--for", "2h", "--output", "json").stdout)
    assert value["override"] == {"mode": "on", "until": "2026-11-21T13:00:00Z", "by": "ada"}
    assert (value["desired"], value["action"], value["state"]) == (True, "START_MODEL", "STOPPED")
    csv = aws.run("on", "logos", "--for", "2h", "--output", "csv").stdout.splitlines()
    assert csv[1].startswith("logos,on,Sat 21 Nov 14:00 CET,ada,on,STARTING,DISABLED,WAIT")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["logos"], "by --until 22:00 or by --for 2h, one of the two; got neither"),
        (["logos", "--until", "22:00", "--for", "2h"], "got both"),
        (["logos", "--until", "8:30"], "--until wants 22:00, 24:00, 2026-11-22T01:00"),
        (["logos", "--until", "2026-11-21T11:00"], "is over: it is Sat 21 Nov 12:00 CET now"),
        (["logos", "--until", "2026-11-23T08:00"], "the latest possible is Sun 22 Nov 12:00 CET"),
        (["logos", "--for", "25h"], "more than 24 hours ahead"),
        (["logos", "--for", "2d"], "--for wants 2h, 90m or 1h30m; got '2d'"),
        (
            ["signs", "--for", "2h"],
            "signs is always there and has no power: nobody starts or stops it. With power: logos.",
        ),
        (["cats", "--for", "2h"], "There is no model 'cats' in test; there are: logos, pets, signs."),
        ([], "Missing argument 'MODEL'"),
    ],
)
@pytest.mark.parametrize("command", ["on", "off"])
def test_what_cannot_be_meant_is_wrong_usage_and_writes_nothing(
    aws: Any, logos: Logos, command: str, arguments: list[str], said: str
) -> None:
    result = aws.run(command, *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert logos.override() == {}
    assert logos.invoked() == []


def test_who_may_not_ask_who_they_are_is_named_by_the_machine(aws: Any, logos: Logos) -> None:
    aws.refuse("GetCallerIdentity", "AccessDenied")
    assert aws.run("on", "logos", "--for", "2h").exit_code == 0
    assert logos.override()["by"] == getpass.getuser()


def test_a_user_and_the_root_are_named_by_the_end_of_their_arn(aws: Any, logos: Logos) -> None:
    for arn, name in (("arn:aws:iam::1:user/team/ada", "ada"), ("arn:aws:iam::1:root", "root")):
        aws.answers["GetCallerIdentity"] = lambda _, arn=arn: {"Arn": arn}
        aws.run("on", "logos", "--for", "2h")
        assert logos.override()["by"] == name


def test_a_function_that_fails_is_told_and_what_was_written_stays(aws: Any, logos: Logos) -> None:
    failed = {"errorType": "TransientError", "errorMessage": "not reconciled"}
    aws.answers["Invoke"] = lambda _: {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(failed).encode())}
    result = aws.run("on", "logos", "--for", "2h")
    assert result.exit_code == 1
    assert "It is written, and the next tick tries again within minutes" in result.stderr
    assert "dayshift-test-reconcile failed: TransientError: not reconciled" in result.stderr
    assert logos.override()["mode"] == "on"


def test_an_answer_that_is_no_heartbeat_is_told(aws: Any, logos: Logos) -> None:
    aws.answers["Invoke"] = lambda _: {"Payload": io.BytesIO(b'{"models": {}}')}
    result = aws.run("on", "logos", "--for", "2h")
    assert result.exit_code == 1
    assert "answered something else than a heartbeat" in result.stderr


def test_a_deployment_that_does_not_follow_is_told_and_is_no_success(aws: Any, logos: Logos) -> None:
    """As where this machine's clock is ahead, and the override reaches further than the deployment allows."""
    real = aws.answers["Invoke"]

    def behind(given: Any) -> Any:
        aws.now -= timedelta(minutes=5)
        return real(given)

    aws.answers["Invoke"] = behind
    result = aws.run("on", "logos", "--for", "24h")
    assert result.exit_code == 3
    assert "The deployment does not follow: to it the model should be off" in result.stderr


def test_who_may_not_write_is_told_what_they_need(aws: Any, logos: Logos) -> None:
    aws.refuse("PutParameter", "AccessDeniedException")
    result = aws.run("off", "logos", "--for", "1h")
    assert result.exit_code == 1
    assert "these credentials need ssm:PutParameter" in result.stderr


def test_a_model_that_failed_is_told_with_its_own_words(aws: Any, logos: Logos) -> None:
    logos.status, logos.message = "FAILED", "The model could not be started"
    logos.store(Memory(failures=1, failed_at=SATURDAY_NOON))
    said = aws.run("on", "logos", "--for", "2h").stderr
    assert "logos is FAILED (The model could not be started): the last start failed" in said


def test_parameters_that_are_gone_are_named(aws: Any, logos: Logos) -> None:
    aws.ssm.delete_parameter(Name="/dayshift/test/models/logos/spec")
    result = aws.run("on", "logos", "--for", "2h")
    assert result.exit_code == 1
    assert "The parameter /dayshift/test/models/logos/spec is not there" in result.stderr
