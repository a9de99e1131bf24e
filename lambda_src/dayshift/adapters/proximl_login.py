"""The token of proxiML: an identity token of its Cognito pool, got by user and key, kept until shortly before its end.

    GET  https://app.proximl.ai/.well-known/auth-config.json   {"region", "userPoolSDKClientId", "userPoolId"}
    POST https://cognito-idp.<region>.amazonaws.com/           InitiateAuth, then RespondToAuthChallenge

Both are asked by plain HTTPS: these two calls are not signed, and boto3 would need a client of its own for a region
that is not ours. The time that is signed is Cognito's, so that no clock of ours can be wrong.
"""

import base64
import binascii
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from secrets import randbits
from typing import Any

from dayshift.adapters.cognito_srp import Handshake
from dayshift.adapters.https_json import Outside
from dayshift.adapters.secrets import Secrets
from dayshift.domain.errors import RefusedError, TransientError

APP = "https://app.proximl.ai"
OURS_BITS = 1024
EARLY_SECONDS = 300  # the token must outlast whatever it was fetched for
ASSUMED_SECONDS = 3600  # what Cognito gives unless told otherwise
WORD = re.compile(r"[a-zA-Z0-9_-]{1,128}", re.ASCII)  # one of them becomes part of a host's name
TOKEN = re.compile(r"[!-~]+", re.ASCII)
# A person must act; anything else is the weather.
REFUSALS = {
    "NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException", "PasswordResetRequiredException",
    "ResourceNotFoundException", "InvalidParameterException",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pool:
    """The pool of the service's users."""

    region: str
    client_id: str
    id: str


class ProximlLogin:
    """Signs in when it must, by the user and the key in these parameters. `url` is the local AWS's, "" the real
    service's."""

    def __init__(
        self,
        outside: Outside,
        secrets: Secrets,
        user_parameter: str,
        key_parameter: str,
        url: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outside, self._secrets, self._url, self._monotonic = outside, secrets, url, monotonic
        self._user_parameter, self._key_parameter = user_parameter, key_parameter
        self._pool: Pool | None = None
        self._token, self._until = "", 0.0

    def token(self) -> str:
        """What the header Authorization holds. Raises RefusedError where user or key are not accepted, and
        TransientError."""
        if not self._token or self._monotonic() >= self._until:
            user, key = (self._secrets.read(name) for name in (self._user_parameter, self._key_parameter))
            self._token, seconds = self._signed_in(user, key)
            self._until = self._monotonic() + seconds - EARLY_SECONDS
        return self._token

    def forget(self) -> None:
        """Signs in anew next time, by user and key as they are then."""
        self._token, self._pool = "", None
        self._secrets.forget()

    def _signed_in(self, user: str, key: str) -> tuple[str, float]:
        pool = self._found_pool()
        handshake = Handshake(pool.id.partition("_")[2], randbits(OURS_BITS))
        asked = {"USERNAME": user, "SRP_A": f"{handshake.public:x}"}
        given, date = self._ask(pool, "InitiateAuth", {"AuthFlow": "USER_SRP_AUTH", "AuthParameters": asked})
        challenge = given.get("ChallengeParameters")
        if given.get("ChallengeName") != "PASSWORD_VERIFIER" or not isinstance(challenge, dict):
            raise TransientError(f"wanted a challenge PASSWORD_VERIFIER of Cognito, got {given.get('ChallengeName')!r}")
        try:
            stamp = _stamp(date)
            answers = {
                "TIMESTAMP": stamp,
                "USERNAME": str(challenge["USER_ID_FOR_SRP"]),
                "PASSWORD_CLAIM_SECRET_BLOCK": str(challenge["SECRET_BLOCK"]),
                "PASSWORD_CLAIM_SIGNATURE": handshake.claim(challenge, key, stamp),
            }
        except (KeyError, TypeError, ValueError) as error:
            raise TransientError(f"{type(error).__name__} in Cognito's challenge") from error
        more = {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": answers}
        if given.get("Session"):
            more["Session"] = given["Session"]
        got, _ = self._ask(pool, "RespondToAuthChallenge", more)
        result = got.get("AuthenticationResult")
        if not isinstance(result, dict) or not isinstance(result.get("IdToken"), str):
            raise RefusedError(
                f"proxiML wants more than user and key: the challenge {got.get('ChallengeName')!r}; make a new API key"
            )
        token = result["IdToken"]
        if not TOKEN.fullmatch(token):  # http.client would show it in the text of its error
            raise TransientError("Cognito's token could not stand in a header")
        return token, _lifetime_seconds(token)

    def _found_pool(self) -> Pool:
        if self._pool is None:
            reply = self._outside.call("GET", f"{self._url or APP}/.well-known/auth-config.json")
            told = reply.json() if reply.status == 200 else None
            fields = ("region", "userPoolSDKClientId", "userPoolId")
            if not isinstance(told, dict) or not all(_is_word(told.get(name)) for name in fields):
                raise TransientError(f"proxiML's auth-config.json has no {', '.join(fields)}; status {reply.status}")
            self._pool = Pool(*(told[name] for name in fields))
        return self._pool

    def _ask(self, pool: Pool, operation: str, body: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
        """Cognito's answer and its own time."""
        url = f"{self._url}/cognito" if self._url else f"https://cognito-idp.{pool.region}.amazonaws.com"
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
        }
        reply = self._outside.call("POST", f"{url}/", headers=headers, body={"ClientId": pool.client_id, **body})
        told = reply.json()
        if not isinstance(told, dict):
            raise TransientError(f"Cognito's answer to {operation} is no object; status {reply.status}")
        if reply.status != 200:
            word = str(told.get("__type", "")).rpartition("#")[2]
            if word in REFUSALS:
                self.forget()
                raise RefusedError(f"{word} while signing in at proxiML: user or key are wrong, or were removed there")
            raise TransientError(f"{word or reply.status} while signing in at proxiML ({operation})")
        return told, reply.headers.get("date", "")


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and WORD.fullmatch(value) is not None


def _stamp(date: str) -> str:
    """A header Date as Cognito wants it signed, the day without a leading zero: Sat Nov 7 09:05:00 UTC 2026."""
    at = parsedate_to_datetime(date)
    return f"{at:%a %b} {at.day} {at:%H:%M:%S UTC %Y}"


def _lifetime_seconds(token: str) -> float:
    """How long a token lives, by what it says of itself. It came from Cognito by TLS and is not ours to check."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return float(claims["exp"]) - float(claims["iat"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return ASSUMED_SECONDS
