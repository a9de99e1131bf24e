"""Signing in at proxiML: once an hour, by Cognito's own time, and never with what a challenge should not have."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from dayshift.adapters.https_json import Outside, Reply
from dayshift.adapters.proximl_login import ProximlLogin
from dayshift.adapters.secrets import Secrets
from dayshift.domain.errors import RefusedError, TransientError
from local.outside import KEY, USER
from local.services.proximl_login import Pool
from local.services.service_error import ServiceError
from tests.unit.adapters.proximl import KnownSecrets

NOON = datetime(2026, 11, 7, 12, 0, 5, tzinfo=UTC)
Change = Callable[[dict[str, Any]], Any]


@dataclass
class Cognito:
    """The local pool without a socket; `changes` makes another answer of an operation's."""

    changes: dict[str, Change] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    pool: Pool = field(default_factory=lambda: Pool(USER, KEY, lambda: NOON))

    def call(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: Any = None) -> Reply:
        operation = (headers or {}).get("X-Amz-Target", "").rpartition(".")[2] or "AuthConfig"
        self.asked.append((operation, body or url))
        try:
            told: Any = self.pool.auth_config() if method == "GET" else self.pool.answer(operation, body)
            status = 200
        except ServiceError as error:
            told, status = {"__type": f"com.amazonaws#{error.code}", "message": error.message}, error.status
        if operation in self.changes:
            told = self.changes[operation](told)
        return told if isinstance(told, Reply) else Reply(status, {"date": self.pool.date()}, json.dumps(told).encode())


@dataclass
class Time:
    """Seconds that pass when they are told to."""

    now: float = 50.0


def login(cognito: Cognito, key: str = KEY, time: Time | None = None, url: str = "") -> ProximlLogin:
    at = time or Time()
    secrets = cast("Secrets", KnownSecrets(key))
    return ProximlLogin(cast("Outside", cognito), secrets, "/x/user", "/x/key", url, lambda: at.now)


def test_a_token_is_kept_until_five_minutes_before_its_end() -> None:
    cognito, time = Cognito(), Time()
    one = login(cognito, time=time)
    first = one.token()
    assert cognito.pool.knows(first)
    time.now += 3600 - 301
    assert one.token() == first
    time.now += 1
    assert cognito.pool.knows(one.token())
    assert [name for name, _ in cognito.asked] == [
        "AuthConfig", "InitiateAuth", "RespondToAuthChallenge", "InitiateAuth", "RespondToAuthChallenge",
    ]  # fmt: skip


def test_the_real_addresses_are_asked_unless_another_is_told() -> None:
    seen: list[str] = []

    class Noting(Cognito):
        def call(self, method: str, url: str, **more: Any) -> Reply:
            seen.append(url)
            return super().call(method, url, **more)

    login(Noting()).token()
    login(Noting(), url="http://127.0.0.1:4567/_proximl").token()
    assert seen == [
        "https://app.proximl.ai/.well-known/auth-config.json",
        *["https://cognito-idp.us-east-1.amazonaws.com/"] * 2,
        "http://127.0.0.1:4567/_proximl/.well-known/auth-config.json",
        *["http://127.0.0.1:4567/_proximl/cognito/"] * 2,
    ]


def test_the_key_itself_is_never_sent() -> None:
    cognito = Cognito()
    login(cognito).token()
    assert KEY not in str(cognito.asked)


@pytest.mark.parametrize(
    "code",
    ["NotAuthorizedException", "UserNotFoundException", "PasswordResetRequiredException", "ResourceNotFoundException"],
)
def test_a_person_must_act_where_user_or_key_are_wrong(code: str) -> None:
    def refuse(_: Any) -> Reply:
        return Reply(400, {}, json.dumps({"__type": code, "message": f"User {USER} {KEY}"}).encode())

    with pytest.raises(RefusedError, match=code) as error:
        login(Cognito({"RespondToAuthChallenge": refuse})).token()
    assert USER not in str(error.value)
    assert KEY not in str(error.value)


def test_a_challenge_after_the_key_needs_a_person() -> None:
    with pytest.raises(RefusedError, match="'SOFTWARE_TOKEN_MFA'"):
        login(Cognito({"RespondToAuthChallenge": lambda _: {"ChallengeName": "SOFTWARE_TOKEN_MFA"}})).token()


def changed(**values: Any) -> Change:
    """The challenge with other values."""
    return lambda told: {**told, "ChallengeParameters": {**told["ChallengeParameters"], **values}}


@pytest.mark.parametrize(
    ("operation", "change"),
    [
        ("AuthConfig", lambda _: []),
        ("AuthConfig", lambda _: {}),
        ("AuthConfig", lambda told: {**told, "region": "evil.example.com/"}),
        ("AuthConfig", lambda told: {**told, "userPoolId": None}),
        ("AuthConfig", lambda _: Reply(404, {}, b"<html>")),
        ("AuthConfig", lambda _: Reply(200, {}, b"<html>")),
        ("InitiateAuth", lambda _: []),
        ("InitiateAuth", lambda _: {"ChallengeName": "CUSTOM_CHALLENGE"}),
        ("InitiateAuth", lambda _: {"ChallengeName": "PASSWORD_VERIFIER"}),
        ("InitiateAuth", lambda _: Reply(400, {}, b'{"__type": "TooManyRequestsException"}')),
        ("InitiateAuth", lambda _: Reply(500, {}, b"{}")),
        ("InitiateAuth", lambda _: Reply(503, {}, b"<html>")),
        ("InitiateAuth", lambda told: Reply(200, {}, json.dumps(told).encode())),  # without a Date
        ("InitiateAuth", changed(SRP_B="0")),
        ("InitiateAuth", changed(SRP_B="no number")),
        ("InitiateAuth", changed(SALT=None)),
        ("InitiateAuth", changed(SECRET_BLOCK="*")),
        ("InitiateAuth", changed(USER_ID_FOR_SRP=None, SALT=7)),
        ("RespondToAuthChallenge", lambda _: None),
        ("RespondToAuthChallenge", lambda _: {"AuthenticationResult": {"IdToken": f"a\n{KEY}"}}),
    ],
)
def test_an_answer_that_is_none_is_no_refusal(operation: str, change: Change) -> None:
    with pytest.raises(TransientError) as error:
        login(Cognito({operation: change})).token()
    assert not isinstance(error.value, RefusedError)
    assert KEY not in str(error.value)


def token_of(claims: Any) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.x"


@pytest.mark.parametrize("token", ["x", "a.b.c", token_of([]), token_of({"exp": 9}), token_of({"exp": 1, "iat": "x"})])
def test_a_token_that_does_not_say_how_long_it_lives_is_kept_for_an_hour(token: str) -> None:
    cognito, time = Cognito({"RespondToAuthChallenge": lambda _: {"AuthenticationResult": {"IdToken": token}}}), Time()
    one = login(cognito, time=time)
    one.token()
    time.now += 3299
    one.token()
    assert len(cognito.asked) == 3
    time.now += 2
    one.token()
    assert len(cognito.asked) == 5


def test_who_is_forgotten_signs_in_anew() -> None:
    cognito = Cognito()
    one = login(cognito)
    one.token()
    one.forget()
    one.token()
    assert len(cognito.asked) == 6  # the pool may be another, too
