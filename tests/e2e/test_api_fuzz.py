"""What a client may send, and what none should: made from the document as it is served, and sent to the real thing.

No request makes an error of ours, every answer is one that the document tells of, and nothing is accepted that it does
not allow.
"""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from schemathesis import GenerationMode
from schemathesis.checks import unsupported_method

from local.stack import LocalAws
from tests.e2e.api import Api

VARIABLES = Path(__file__).parent / "api.tfvars"
WISHES = {"authentication": "open", "page": False, "images_a_day": 1_000_000}
OPERATIONS = (
    "createUpload", "getImage", "recognize", "listModels", "switchOn", "switchOff", "switchAuto", "getResults",
    "getDocument",
)  # fmt: skip
SENT = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def picture(kind: str, color: int, width: int, height: int) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (width, height), color).save(body, kind)
    return body.getvalue()


SIDE = st.integers(80, 200)
for kind in ("JPEG", "PNG"):
    pictures = st.builds(picture, st.just(kind), st.integers(0, 0xFFFFFF), SIDE, SIDE)
    schemathesis.openapi.media_type(f"image/{kind.lower()}", pictures)


@pytest.fixture(scope="module")
def api(api_aws: LocalAws) -> Api:
    """Open to all: what is fuzzed is what the function understands, not who is let in."""
    return Api(api_aws, api_aws.deploy(VARIABLES, {"api": json.dumps(WISHES)}).values)


@pytest.fixture(scope="module")
def served(api: Api) -> Any:
    """The document, as a client gets it."""
    return schemathesis.openapi.from_dict(api.ask("GET /openapi.json").body)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_request_that_can_be_made_from_the_document_is_answered_as_it_says(
    api: Api, served: Any, name: str, mode: GenerationMode
) -> None:
    operation = served.find_operation_by_id(name)
    if mode is GenerationMode.NEGATIVE and not (operation.query or operation.path_parameters or operation.body):
        mode = GenerationMode.POSITIVE  # there is nothing to get wrong

    @SENT
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        # An HTTP API of API Gateway answers 404, not 405, where a path has no such method.
        case.call_and_validate(base_url=api.url, verify=api.ca_bundle, excluded_checks=[unsupported_method])

    send()


@SENT
@given(
    st.binary(max_size=2_000),
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"GIF89a", b"<svg "]),
)
def test_bytes_that_are_no_image_are_refused_whatever_they_are(served: Any, api: Api, rest: bytes, head: bytes) -> None:
    answer = api.ask("POST /recognize", head + rest, "image/jpeg", model="signs")
    assert answer.status == 422, answer
