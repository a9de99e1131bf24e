"""Cognito's sign-in, our side against the local service's, which were written apart from each other."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayshift.adapters.cognito_srp import Handshake, N, number_bytes
from local.services.proximl_login import CLIENT, POOL, Pool, prime
from local.services.service_error import ServiceError

NOON = datetime(2026, 11, 7, 12, 0, 5, tzinfo=UTC)
STAMP = "Sat Nov 7 12:00:05 UTC 2026"
PERSON, KEY = "ada@example.com", "a key: with ünusual çharacters "


def sign_in(pool: Pool, ours: int, *, key: str = KEY, stamp: str = STAMP, person: str = PERSON) -> str:
    """The identity token. Raises ServiceError."""
    handshake = Handshake(POOL.partition("_")[2], ours)
    asked = {"USERNAME": person, "SRP_A": f"{handshake.public:x}"}
    given = pool.answer("InitiateAuth", {"ClientId": CLIENT, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": asked})
    challenge = given["ChallengeParameters"]
    claim = {
        "TIMESTAMP": stamp, "USERNAME": challenge["USER_ID_FOR_SRP"],
        "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
        "PASSWORD_CLAIM_SIGNATURE": handshake.claim(challenge, key, stamp),
    }  # fmt: skip
    answer = pool.answer("RespondToAuthChallenge", {"ClientId": CLIENT, "ChallengeResponses": claim})
    return str(answer["AuthenticationResult"]["IdToken"])


def test_the_prime_is_the_one_of_its_formula() -> None:
    assert prime() == N


@given(st.integers(min_value=0, max_value=2**400))
def test_a_number_is_written_as_java_writes_it(number: int) -> None:
    written = number_bytes(number)
    assert int.from_bytes(written, "big", signed=True) == number
    assert len(written) == 1 or written[:1] != b"\0" or written[1] >= 0x80


def test_who_knows_the_key_is_known_whatever_the_dice_say() -> None:
    dice = Random(20)
    for _ in range(16):  # every sixteenth number begins with a zero, every second with a bit that is set
        pool = Pool(PERSON, KEY, lambda: NOON)
        assert pool.knows(sign_in(pool, dice.getrandbits(1024)))


@pytest.mark.parametrize("key", ["", "a key", KEY.strip(), KEY.upper()])
def test_who_does_not_know_the_key_is_not(key: str) -> None:
    with pytest.raises(ServiceError, match="Incorrect username or password"):
        sign_in(Pool(PERSON, KEY, lambda: NOON), 12345, key=key)


def test_neither_is_a_stranger_nor_one_who_signs_another_time() -> None:
    pool = Pool(PERSON, KEY, lambda: NOON)
    with pytest.raises(ServiceError, match="Incorrect username or password"):
        sign_in(pool, 12345, person="eve@example.com")
    for stamp in ("Sat Nov 07 12:00:05 UTC 2026", "Sat Nov 7 12:10:05 UTC 2026"):
        with pytest.raises(ServiceError, match="Invalid timestamp"):
            sign_in(pool, 12345, stamp=stamp)


@pytest.mark.parametrize("theirs", ["0", f"{N:x}", f"{2 * N:x}"])
def test_a_server_that_would_take_any_key_is_not_answered(theirs: str) -> None:
    challenge = {"USER_ID_FOR_SRP": PERSON, "SALT": "ab", "SRP_B": theirs, "SECRET_BLOCK": "YQ=="}
    with pytest.raises(ValueError, match="SRP_B"):
        Handshake("pool", 5).claim(challenge, KEY, STAMP)


@pytest.mark.parametrize("changed", [{"SALT": "no"}, {"SRP_B": ""}, {"SECRET_BLOCK": "no base64"}])
def test_a_challenge_that_is_none_is_a_value_error(changed: dict[str, str]) -> None:
    challenge = {"USER_ID_FOR_SRP": PERSON, "SALT": "ab", "SRP_B": "7", "SECRET_BLOCK": "YQ==", **changed}
    with pytest.raises(ValueError, match=r"."):
        Handshake("pool", 5).claim(challenge, KEY, STAMP)
