"""A small OpenID provider: authorization code with PKCE for public clients, and whoever comes is signed in at once.

Real in what a client may get wrong (redirect address, verifier, one use of a code); no passwords, since there are no
secrets.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.wrappers import Response as AnyResponse

CODE_SECONDS, TOKEN_SECONDS = 60, 3600
HERE = {"127.0.0.1", "localhost", "::1"}
PERSON = {"sub": "ada", "name": "Ada of this machine", "email": "ada@localhost"}


class OAuthError(Exception):
    """What the token endpoint refuses with (RFC 6749, 5.2)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code or a refresh token stands for."""

    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    scope: str
    person: Mapping[str, str]
    ends_at: datetime


class Provider:
    """Issues codes and tokens. `person` is who is signed in next; tests change it."""

    def __init__(self, issuer: str, now: Callable[[], datetime]) -> None:
        self.issuer, self._now = issuer, now
        self.person: Mapping[str, str] = PERSON
        self._codes: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}

    @cached_property
    def key(self) -> RSAKey:
        """Made when it is first needed: it takes a while, and few need it."""
        return RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"})

    def configuration(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, wish: Mapping[str, str]) -> str:
        """Where the browser is to go on: back, with a code. Raises OAuthError where it may not be sent back at all."""
        back = wish.get("redirect_uri", "")
        if urlsplit(back).hostname not in HERE:
            raise OAuthError("invalid_request", f"redirect_uri must be an address of this machine; got {back!r}")
        if wish.get("response_type") != "code" or wish.get("code_challenge_method") != "S256":
            answer = {"error": "invalid_request", "error_description": "only response_type=code with S256 is offered"}
        else:
            answer = {"code": secrets.token_urlsafe(24)}
            self._codes[answer["code"]] = Grant(
                wish.get("client_id", ""), back, wish.get("code_challenge", ""), wish.get("nonce", ""),
                wish.get("scope", "openid"), self.person, self._now() + timedelta(seconds=CODE_SECONDS),
            )  # fmt: skip
        return f"{back}?{urlencode(answer | {'state': wish.get('state', ''), 'iss': self.issuer})}"

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The tokens for a code or a refresh token, each of which is good once. Raises OAuthError."""
        match form.get("grant_type"):
            case "authorization_code":
                grant = self._codes.pop(form.get("code", ""), None)
                if grant is None or grant.ends_at < self._now() or grant.redirect_uri != form.get("redirect_uri"):
                    raise OAuthError("invalid_grant", "the code is unknown, used, too old, or for another address")
                if not hmac.compare_digest(_challenge(form.get("code_verifier", "")), grant.challenge):
                    raise OAuthError("invalid_grant", "code_verifier does not fit the code_challenge")
            case "refresh_token":
                grant = self._refresh.pop(form.get("refresh_token", ""), None)
                if grant is None:
                    raise OAuthError("invalid_grant", "the refresh token is unknown or used")
            case other:
                raise OAuthError(
                    "unsupported_grant_type", f"grant_type must be authorization_code or refresh_token; got {other!r}"
                )
        if form.get("client_id") != grant.client_id:
            raise OAuthError("invalid_client", "the code was given to another client")
        return self._tokens(grant)

    def _tokens(self, grant: Grant) -> dict[str, Any]:
        now = int(self._now().timestamp())
        common = {"iss": self.issuer, "aud": grant.client_id, "iat": now, "exp": now + TOKEN_SECONDS, **grant.person}
        refresh = secrets.token_urlsafe(24)
        self._refresh[refresh] = grant
        return {
            "access_token": self._signed(common | {"scope": grant.scope, "client_id": grant.client_id}),
            "id_token": self._signed(common | {"nonce": grant.nonce}),
            "refresh_token": refresh, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": grant.scope,
        }  # fmt: skip

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


def provider_routes(provider: Provider, at: str) -> Blueprint:
    """The provider's addresses below a path, open to pages of other origins, as a real one's are."""
    served = Blueprint("oidc", __name__, url_prefix=at)

    def refused(error: OAuthError) -> tuple[Response, int]:
        return jsonify({"error": error.error, "error_description": error.description}), 400

    def end() -> AnyResponse:
        back = request.args.get("post_logout_redirect_uri", "")
        if urlsplit(back).hostname not in HERE:
            raise OAuthError("invalid_request", "post_logout_redirect_uri must be an address of this machine")
        return redirect(back)

    def open_to_all(answer: Response) -> Response:
        answer.headers.update({"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"})
        return answer

    served.register_error_handler(OAuthError, refused)
    served.after_request(open_to_all)
    for path, name, answer in (
        ("/.well-known/openid-configuration", "configuration", lambda: jsonify(provider.configuration())),
        ("/jwks", "jwks", lambda: jsonify({"keys": [provider.key.as_dict(private=False)]})),
        ("/authorize", "authorize", lambda: redirect(provider.authorize(request.args))),
        ("/end", "end", end),
    ):
        served.add_url_rule(path, name, answer)
    served.add_url_rule("/token", "token", lambda: jsonify(provider.token(request.form)), methods=["POST"])
    return served


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
