"""A client of the API on the local AWS: signed, with a token or with nothing; each answer held against openapi.json."""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.stack import LocalAws
from tests.api import conforms

Signer = Callable[[AWSRequest], None]


@dataclass(frozen=True)
class Answer:
    """An answer of the API: its body parsed where it is JSON, bytes otherwise."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Api:
    """The API of a deployment, as one caller uses it."""

    def __init__(self, aws: LocalAws, deployment: Mapping[str, Any], sign: Signer | None = None) -> None:
        place = urlsplit(deployment["api_url"])
        self.id = (place.hostname or "").split(".")[0]
        # Python does not resolve the host that the emulator has made up for it.
        self.url = f"{aws.connection.endpoint_url}/_aws/execute-api/{self.id}{place.path.rstrip('/')}"
        self.ca_bundle, self.sign = aws.connection.ca_bundle, sign

    def ask(self, route: str, body: Any = None, content_type: str = "application/json", **parts: str) -> Answer:
        """`route` is "GET /images/{id}"; `parts` fill it, and what is left of them is the query."""
        method, path = route.split(" ")
        query = {name: value for name, value in parts.items() if f"{{{name}}}" not in path}
        url = f"{self.url}{path.format(**parts)}" + (f"?{urlencode(query)}" if query else "")
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {} if content is None else {"Content-Type": content_type}
        request = AWSRequest(method, url, headers, content)
        if self.sign:
            self.sign(request)
        got = requests.request(
            method, url, headers=dict(request.headers), data=content, verify=self.ca_bundle, timeout=60
        )
        is_ours = got.headers["Content-Type"].startswith(("application/problem+json", "text/csv")) or got.ok
        if is_ours:
            conforms(route, {"statusCode": got.status_code, "headers": got.headers, "body": got.text})
        is_json = "json" in got.headers["Content-Type"]
        return Answer(got.status_code, got.headers, got.json() if is_json else got.content)

    def recognize(self, model: str, content: bytes, content_type: str = "image/png") -> Answer:
        """POST /recognize."""
        return self.ask("POST /recognize", content, content_type, model=model)

    def upload(self, model: str, content: bytes, content_type: str = "image/jpeg") -> str:
        """An image by its form; its id."""
        form = self.ask("POST /images", {"model": model, "content_type": content_type})
        assert form.status == 201, form
        assert self.post(form.body["upload"], content).ok
        return str(form.body["id"])

    def post(self, form: Mapping[str, Any], content: bytes, **changed: str) -> requests.Response:
        """The form, as a browser sends it; `changed` are fields that somebody meddled with."""
        fields = {**form["fields"], **{name.replace("_", "-"): value for name, value in changed.items()}}
        return requests.post(
            form["url"], data=fields, files={"file": ("a.jpg", content)}, verify=self.ca_bundle, timeout=60
        )

    def image(self, image: str) -> dict[str, Any]:
        """The image as it is now."""
        return dict(self.ask("GET /images/{id}", id=image).body)

    def wait(self, image: str, seconds: float = 90) -> dict[str, Any]:
        """The image once it has ended."""
        deadline = time.monotonic() + seconds
        while (found := self.image(image)).get("state") in ("queued", "asleep"):
            assert time.monotonic() < deadline, found
            time.sleep(0.5)
        return found


def signed(key_id: str, secret: str) -> Signer:
    """By Signature Version 4."""
    return SigV4Auth(Credentials(key_id, secret), "execute-api", "us-east-1").add_auth


def with_token(token: str) -> Signer:
    """By a token in the header."""

    def sign(request: AWSRequest) -> None:
        request.headers["Authorization"] = f"Bearer {token}"

    return sign


def user(aws: LocalAws, name: str, *resources: str) -> Signer:
    """An IAM user who may invoke these."""
    iam: Any = aws.client("iam")
    with suppress(iam.exceptions.EntityAlreadyExistsException):  # in a local AWS that is kept
        iam.create_user(UserName=name)
    if resources:
        statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": list(resources)}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="api", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return signed(key["AccessKeyId"], key["SecretAccessKey"])


def token(issuer: str, scope: str, client: str = "dayshift") -> str:
    """As the page gets it: a code, and with the verifier a token."""
    verifier, back = "v" * 50, "http://127.0.0.1/"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    wish = {
        "response_type": "code", "client_id": client, "redirect_uri": back, "scope": scope, "state": "s", "nonce": "n",
        "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    sent = requests.get(f"{issuer}/authorize", params=wish, allow_redirects=False, timeout=10)
    code = sent.headers["Location"].partition("code=")[2].partition("&")[0]
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": back, "client_id": client,
        "code_verifier": verifier,
    }  # fmt: skip
    return str(requests.post(f"{issuer}/token", data=form, timeout=10).json()["access_token"])
