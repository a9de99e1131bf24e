"""The local OpenID provider refuses what a real one refuses."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt

from local.services.oidc import CODE_SECONDS, OAuthError, Provider

BACK, VERIFIER = "http://127.0.0.1:4567/", "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
WISH = {
    "response_type": "code", "client_id": "page", "redirect_uri": BACK, "scope": "openid", "state": "s", "nonce": "n",
    "code_challenge": CHALLENGE, "code_challenge_method": "S256",
}  # fmt: skip


class Clock:
    now = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def provider() -> Provider:
    return Provider("http://127.0.0.1:4567/oidc", lambda: Clock.now)


def code_of(provider: Provider, **other: str) -> dict[str, str]:
    """The form with which a client redeems a fresh code."""
    back = parse_qs(urlsplit(provider.authorize(WISH)).query)
    assert back["state"] == ["s"]
    form = {"grant_type": "authorization_code", "code": back["code"][0], "client_id": "page", "redirect_uri": BACK}
    return {**form, "code_verifier": VERIFIER, **other}


def test_a_code_is_redeemed_for_tokens_that_its_keys_verify(provider: Provider):
    tokens = provider.token(code_of(provider))
    claims = jwt.decode(tokens["access_token"], provider.key).claims
    assert (claims["iss"], claims["aud"], claims["sub"], claims["scope"]) == (provider.issuer, "page", "ada", "openid")
    assert jwt.decode(tokens["id_token"], provider.key).claims["nonce"] == "n"


def test_a_code_is_good_once(provider: Provider):
    form = code_of(provider)
    provider.token(form)
    with pytest.raises(OAuthError, match="used"):
        provider.token(form)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"code_verifier": "w" * 43}, "code_verifier"),
        ({"redirect_uri": "http://127.0.0.1:1/"}, "another address"),
        ({"client_id": "other"}, "another client"),
        ({"grant_type": "password"}, "grant_type"),
    ],
)
def test_a_code_is_refused_to_whoever_did_not_ask_for_it(provider: Provider, wrong: dict[str, str], says: str):
    with pytest.raises(OAuthError, match=says):
        provider.token(code_of(provider, **wrong))


def test_a_code_grows_old(provider: Provider, monkeypatch: pytest.MonkeyPatch):
    form = code_of(provider)
    monkeypatch.setattr(Clock, "now", Clock.now + timedelta(seconds=CODE_SECONDS + 1))
    with pytest.raises(OAuthError, match="too old"):
        provider.token(form)


def test_a_refresh_token_is_good_once(provider: Provider):
    refresh = {
        "grant_type": "refresh_token",
        "refresh_token": provider.token(code_of(provider))["refresh_token"],
        "client_id": "page",
    }
    assert provider.token(refresh)["access_token"]
    with pytest.raises(OAuthError, match="used"):
        provider.token(refresh)


def test_nobody_is_sent_to_another_machine(provider: Provider):
    with pytest.raises(OAuthError, match="redirect_uri"):
        provider.authorize(WISH | {"redirect_uri": "https://evil.example/"})
