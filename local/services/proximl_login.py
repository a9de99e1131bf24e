"""How proxiML knows who asks: a Cognito pool with one user, reached by SRP (USER_SRP_AUTH), and its signed tokens.

The other side of the arithmetic than lambda_src's, written on its own. The password is known here only as its verifier.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from local.services.service_error import ServiceError

REGION, POOL, CLIENT = "us-east-1", "us-east-1_LocalPool", "localclient0123456789"
TOKEN_SECONDS = 3600
STALE_SECONDS = 300  # of a claim's own time
# RFC 3526, 5; G is 2. Built by its formula from pi, so that no typing error of the client's is repeated here.
BITS = 3072


@dataclass(frozen=True, slots=True)
class Challenge:
    """A sign-in under way: what only this side knows of it."""

    theirs: int
    ours: int
    begun_at: datetime


class Pool:
    """The pool. `person` and `key` are what the account settings of the service would have shown once."""

    def __init__(self, person: str, key: str, now: Callable[[], datetime]) -> None:
        self.person, self._now = person, now
        self._salt = secrets.randbits(128)
        self._verifier = pow(2, _private(person, key, self._salt), prime())
        self._open: dict[bytes, Challenge] = {}

    @cached_property
    def _key(self) -> RSAKey:
        return RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"})

    @property
    def issuer(self) -> str:
        """As a real pool's tokens have it."""
        return f"https://cognito-idp.{REGION}.amazonaws.com/{POOL}"

    def auth_config(self) -> dict[str, Any]:
        """What app.proximl.ai/.well-known/auth-config.json tells every client."""
        return {"region": REGION, "userPoolId": POOL, "userPoolSDKClientId": CLIENT}

    def jwks(self) -> dict[str, Any]:
        """The keys of its tokens."""
        return {"keys": [self._key.as_dict(private=False)]}

    def answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """InitiateAuth or RespondToAuthChallenge. Raises ServiceError."""
        if request.get("ClientId") != CLIENT:
            raise ServiceError(
                "ResourceNotFoundException", f"User pool client {request.get('ClientId')} does not exist."
            )
        match operation:
            case "InitiateAuth":
                return self._begin(request)
            case "RespondToAuthChallenge":
                return self._end(request)
            case _:
                raise ServiceError("UnknownOperationException", f"{operation} is not here")

    def date(self) -> str:
        """The header Date of its answers, by which clients sign."""
        return format_datetime(self._now(), usegmt=True)

    def knows(self, token: str) -> bool:
        """Whether this is a token of its own that is still good."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            return False
        return bool(
            claims.get("token_use") == "id" and claims["aud"] == CLIENT and claims["exp"] > self._now().timestamp()
        )

    def _begin(self, request: Mapping[str, Any]) -> dict[str, Any]:
        given = request.get("AuthParameters") or {}
        if request.get("AuthFlow") != "USER_SRP_AUTH" or not {"USERNAME", "SRP_A"} <= set(given):
            raise ServiceError("InvalidParameterException", "USER_SRP_AUTH with USERNAME and SRP_A is what is offered")
        theirs = int(given["SRP_A"], 16)
        if theirs % prime() == 0:
            raise ServiceError("InvalidParameterException", "SRP_A is invalid")
        if given["USERNAME"] != self.person:
            raise ServiceError("NotAuthorizedException", "Incorrect username or password.")
        ours, block = secrets.randbits(1024), secrets.token_bytes(512)
        self._open[block] = Challenge(theirs, ours, self._now())
        return {
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeParameters": {
                "SALT": f"{self._salt:x}",
                "SECRET_BLOCK": base64.b64encode(block).decode(),
                "SRP_B": f"{_public(self._verifier, ours):x}",
                "USERNAME": self.person,
                "USER_ID_FOR_SRP": self.person,
            },
        }

    def _end(self, request: Mapping[str, Any]) -> dict[str, Any]:
        given = request.get("ChallengeResponses") or {}
        block = base64.b64decode(given.get("PASSWORD_CLAIM_SECRET_BLOCK", ""))
        challenge = self._open.pop(block, None)  # good once
        if challenge is None:
            raise ServiceError("NotAuthorizedException", "Invalid session for the user.")
        stamp = str(given.get("TIMESTAMP"))
        at = datetime.strptime(f"{stamp.replace('UTC', '+0000')}", "%a %b %d %H:%M:%S %z %Y")
        if abs(at - self._now()) > timedelta(seconds=STALE_SECONDS) or stamp != _stamp(at):
            raise ServiceError("NotAuthorizedException", "Invalid timestamp.")
        key = _session_key(challenge, self._verifier)
        said = POOL.partition("_")[2].encode() + self.person.encode() + block + stamp.encode()
        wanted = base64.b64encode(hmac.digest(key, said, "sha256")).decode()
        if not hmac.compare_digest(wanted, given.get("PASSWORD_CLAIM_SIGNATURE", "")):
            raise ServiceError("NotAuthorizedException", "Incorrect username or password.")
        return {"ChallengeParameters": {}, "AuthenticationResult": self._tokens()}

    def _tokens(self) -> dict[str, Any]:
        now = int(self._now().timestamp())
        common = {"sub": self.person, "iss": self.issuer, "iat": now, "exp": now + TOKEN_SECONDS}
        return {
            "IdToken": self._signed(common | {"aud": CLIENT, "token_use": "id"}),
            "AccessToken": self._signed(common | {"client_id": CLIENT, "token_use": "access"}),
            "RefreshToken": secrets.token_urlsafe(64),
            "TokenType": "Bearer",
            "ExpiresIn": TOKEN_SECONDS,
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key)


def prime() -> int:
    """2^3072 - 2^3008 - 1 + 2^64 * ([2^2942 pi] + 1690314)"""
    return _PRIME


def _pi_in_bits(bits: int) -> int:
    """[2^bits pi], by Machin's formula."""

    def arctangent_of_one_by(number: int) -> int:
        term = (1 << (bits + 64)) // number
        whole, index = term, 1
        while term := term // (number * number):
            whole += (-1 if index % 2 else 1) * (term // (2 * index + 1))
            index += 1
        return whole

    return 4 * (4 * arctangent_of_one_by(5) - arctangent_of_one_by(239)) >> 64


_PRIME = 2**BITS - 2 ** (BITS - 64) - 1 + 2**64 * (_pi_in_bits(BITS - 130) + 1690314)


def _bytes(number: int) -> bytes:
    """In two's complement, as Java writes a BigInteger."""
    digits = f"{number:x}"
    digits = "0" * (len(digits) % 2) + digits
    return bytes.fromhex(("00" if digits[0] in "89abcdef" else "") + digits)


def _hashed(*parts: bytes) -> int:
    return int(hashlib.sha256(b"".join(parts)).hexdigest(), 16)


def _private(person: str, key: str, salt: int) -> int:
    inner = hashlib.sha256(f"{POOL.partition('_')[2]}{person}:{key}".encode()).digest()
    return _hashed(_bytes(salt), inner)


def _public(verifier: int, ours: int) -> int:
    multiplier = _hashed(_bytes(prime()), b"\x02")
    return (multiplier * verifier + pow(2, ours, prime())) % prime()


def _session_key(challenge: Challenge, verifier: int) -> bytes:
    scrambling = _hashed(_bytes(challenge.theirs), _bytes(_public(verifier, challenge.ours)))
    secret = pow(challenge.theirs * pow(verifier, scrambling, prime()), challenge.ours, prime())
    extracted = hmac.digest(_bytes(scrambling), _bytes(secret), "sha256")
    return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]


def _stamp(at: datetime) -> str:
    """How Cognito writes a time: the day of the month without a leading zero."""
    return f"{at:%a %b} {at.day} {at:%H:%M:%S} UTC {at:%Y}"
