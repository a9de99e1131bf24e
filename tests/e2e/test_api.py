"""The API through everything that a user would deploy: real roles, real recognition, real forms, days on the local
clock."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from local.stack import LocalAws
from tests.e2e.api import Api, token, user, with_token
from tests.e2e.conftest import picture
from tests.e2e.powered import BERLIN, Powered, until

VARIABLES = Path(__file__).parent / "api.tfvars"
PER_DAY = 12


@pytest.fixture(scope="module")
def deployment(api_aws: LocalAws) -> Any:
    """Callers are known to IAM."""
    return api_aws.deploy(VARIABLES).values


@pytest.fixture(scope="module")
def logos(api_aws: LocalAws, deployment: Any) -> Powered:
    """The model that sleeps."""
    return Powered(api_aws, deployment, "logos")


@pytest.fixture(scope="module")
def ada(api_aws: LocalAws, deployment: Any) -> Api:
    """May do everything."""
    return Api(api_aws, deployment, user(api_aws, "ada", f"{arn(Api(api_aws, deployment))}/*"))


@pytest.fixture(scope="module")
def bob(api_aws: LocalAws, deployment: Any) -> Api:
    """May send images and read results."""
    stem = arn(Api(api_aws, deployment))
    routes = ("POST/images", "GET/images/*", "POST/recognize", "GET/models", "GET/results.csv")
    return Api(api_aws, deployment, user(api_aws, "bob", *(f"{stem}/{route}" for route in routes)))


def arn(api: Api) -> str:
    return f"arn:aws:execute-api:us-east-1:000000000000:{api.id}/api"


def local(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(BERLIN):%H:%M}"


def models(api: Api) -> dict[str, Any]:
    return {model["name"]: model for model in api.ask("GET /models").body["models"]}


def test_an_image_goes_by_its_form_to_its_result_and_to_its_callers_csv_alone(ada: Api, bob: Api) -> None:
    image = ada.upload("signs", picture("HARBOUR"))
    assert ada.wait(image)["state"] == "done"
    result = ada.image(image)["result"]
    assert "HARBOUR" in [found["name"] for found in result["detections"] if found["kind"] == "text"]
    assert b"HARBOUR" in ada.ask("GET /results.csv").body
    assert b"HARBOUR" not in bob.ask("GET /results.csv").body
    assert bob.ask("GET /images/{id}", id=image).status == 404


def test_a_form_takes_nothing_but_its_image(ada: Api, api_aws: LocalAws, deployment: Any) -> None:
    made = ada.ask("POST /images", {"model": "signs", "content_type": "image/jpeg"}).body
    form, jpeg = made["upload"], picture("FORM")
    key = form["fields"]["key"]
    for name, answer in {
        "too large": ada.post(form, jpeg + bytes(15_728_640)),
        "too small": ada.post(form, b"x" * 63),
        "another type": ada.post(form, jpeg, Content_Type="text/html"),
        "another key": ada.post(form, jpeg, key=key.replace(".jpg", "2.jpg")),
        "another caller's key": ada.post(form, jpeg, key="incoming/signs/0123456789abcdef/1.jpg"),
        "another policy": ada.post(form, jpeg, policy=form["fields"]["policy"][:-8] + "AAAAAAAA"),
    }.items():
        assert answer.status_code in (400, 403), f"{name}: {answer.status_code}"
    assert ada.ask("GET /images/{id}", id=made["id"]).status == 404
    listed = api_aws.client("s3").list_objects_v2(Bucket=deployment["images_bucket"], Prefix=key.rpartition("/")[0])
    assert key not in [found["Key"] for found in listed.get("Contents", ())]


def test_what_is_always_there_answers_at_once_and_refuses_in_words(ada: Api) -> None:
    seen = ada.recognize("signs", picture("EXIT", kind="PNG"))
    assert seen.status == 200
    assert "EXIT" in [found["name"] for found in seen.body["predictions"]]
    assert ada.recognize("signs", picture("TINY", (79, 79), "PNG")).status == 422
    assert ada.recognize("signs", picture("GIF", kind="GIF")).status == 422
    assert ada.recognize("signs", picture("GIF", kind="GIF"), "image/gif").status == 415
    assert ada.recognize("signs", picture("BIG", kind="PNG") + bytes(4_500_000)).status == 413


def test_what_sleeps_keeps_the_image_tells_when_and_has_read_it_then(ada: Api, logos: Powered) -> None:
    logos.next_morning(hour=7)
    kept = ada.recognize("logos", logos.picture("harbour 1.png"))
    assert (kept.status, kept.body["state"]) == (202, "asleep")
    assert local(kept.body["wakes_at"]) == "08:30"
    assert "09:00" <= local(kept.body["read_by"]) <= "09:15"
    assert 7_200 <= int(kept.headers["Retry-After"]) <= 8_100
    assert kept.headers["Location"] == f"images/{kept.body['id']}"
    assert models(ada)["logos"]["state"] == "asleep"
    assert ada.image(kept.body["id"])["state"] == "asleep"
    logos.go(8, 35)
    assert models(ada)["logos"]["state"] == "starting"
    early = ada.recognize("logos", logos.picture("lantern 1.png"))
    assert (early.status, early.body["state"]) == (202, "queued")
    logos.go(9, 5)
    for image, name in ((kept, "harbour"), (early, "lantern")):
        result = ada.wait(image.body["id"])["result"]
        assert [found["name"] for found in result["detections"]] == [name]
    logos.go(9, 10)
    assert models(ada)["logos"]["state"] == "awake"
    seen = ada.recognize("logos", logos.picture("orchard 1.png"))
    assert seen.status == 200
    assert [found["name"] for found in seen.body["predictions"]] == ["orchard"]


def test_a_model_that_throttles_or_breaks_is_no_error_of_the_callers(ada: Api, bob: Api, logos: Powered) -> None:
    for kind in ("throttle", "server_error"):
        logos.controls.spoil("rekognition.DetectCustomLabels", kind, times=1)
        kept = bob.recognize("logos", logos.picture("lantern 1.png"))
        assert (kept.status, kept.body["state"]) == (202, "queued"), kind
        assert bob.wait(kept.body["id"])["state"] == "done"
    logos.controls.clear_faults()


def test_a_switch_beats_the_hours_and_every_other_caller_sees_it(ada: Api, bob: Api, logos: Powered) -> None:
    off = ada.ask("POST /models/{name}/off", {"minutes": 60}, name="logos")
    assert (off.status, off.body["override"]["by"]) == (200, "ada")
    until(lambda: models(bob)["logos"]["state"] == "asleep", "another environment's five seconds are over", 15)
    kept = bob.recognize("logos", logos.picture("harbour 1.png"))
    assert (kept.status, kept.body["state"]) == (202, "asleep"), "though it still runs"
    assert local(kept.body["wakes_at"]) == local(off.body["override"]["until"])
    assert ada.ask("POST /models/{name}/auto", name="logos").body.get("override") is None
    until(lambda: models(bob)["logos"]["state"] != "asleep", "the word is forgotten", 15)
    assert bob.wait(kept.body["id"])["state"] == "done"
    logos.go(20)
    assert ada.ask("POST /models/{name}/on", name="logos").body["state"] == "starting"
    logos.go(20, 30)
    assert logos.model() == "RUNNING"
    logos.go(22)
    assert logos.model() == "STOPPED", "an hour, and it reverts by itself"


def test_who_is_not_allowed_is_turned_away_at_the_gate(api_aws: LocalAws, deployment: Any, bob: Api) -> None:
    nobody, stranger = Api(api_aws, deployment), Api(api_aws, deployment, user(api_aws, "eve"))
    for route in ("GET /models", "GET /results.csv", "GET /openapi.json", "POST /images", "POST /recognize"):
        assert (nobody.ask(route).status, stranger.ask(route).status) == (403, 403), route
    assert bob.ask("POST /models/{name}/on", name="logos").status == 403
    assert bob.ask("GET /models").status == 200


def test_the_images_of_a_day_are_each_callers_own_and_then_used_up(
    api_aws: LocalAws, deployment: Any, bob: Api
) -> None:
    stem = arn(Api(api_aws, deployment))
    cyd = Api(api_aws, deployment, user(api_aws, f"cyd{time.time_ns()}", f"{stem}/*"))
    wish = {"model": "signs", "content_type": "image/png"}
    assert {cyd.ask("POST /images", wish).status for _ in range(PER_DAY)} == {201}
    refused = cyd.ask("POST /images", wish)
    assert refused.status == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 86_400
    assert cyd.recognize("signs", picture("MORE", kind="PNG")).status == 429
    assert cyd.ask("GET /models").status == 200
    assert bob.ask("POST /images", wish).status == 201


def test_its_role_reads_no_image_and_writes_no_result(api_aws: LocalAws, deployment: Any) -> None:
    iam, functions = api_aws.client("iam"), api_aws.client("lambda")
    role = functions.get_function(FunctionName=deployment["functions"]["api"])["Configuration"]["Role"]
    images, results = (f"arn:aws:s3:::{deployment[f'{name}_bucket']}" for name in ("images", "results"))
    for action, resource in (
        ("s3:GetObject", f"{images}/incoming/signs/a.jpg"),
        ("s3:DeleteObject", f"{images}/incoming/signs/a.jpg"),
        ("s3:PutObject", f"{results}/results/signs/a.json"),
        ("s3:PutObject", f"{images}/elsewhere/a.jpg"),
        ("sqs:SendMessage", "*"),
        ("ssm:PutParameter", f"arn:aws:ssm:us-east-1:000000000000:parameter{logos_path(deployment)}/memory"),
    ):
        found = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource])
        assert found["EvaluationResults"][0]["EvalDecision"] != "allowed", (action, resource)


def logos_path(deployment: Any) -> str:
    return str(deployment["models"]["logos"]["parameters"])


def test_with_tokens_of_an_issuer_nobody_else_gets_in_and_only_operators_switch(api_aws: LocalAws) -> None:
    issuer = f"{api_aws.page_url}_oidc"
    jwt = {"issuer": issuer, "audience": ["dayshift"], "client_id": "dayshift", "operator_scope": "dayshift/operate"}
    api = json.dumps({"authentication": "jwt", "jwt": jwt, "page": False})
    deployment = api_aws.deploy(VARIABLES, {"api": api}).values
    none, forged = (
        Api(api_aws, deployment),
        Api(api_aws, deployment, with_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.")),
    )
    for caller in (none, forged):
        assert caller.ask("GET /models").status == 401
    person = Api(api_aws, deployment, with_token(token(issuer, "openid")))
    operator = Api(api_aws, deployment, with_token(token(issuer, "openid dayshift/operate")))
    stranger = Api(api_aws, deployment, with_token(token(issuer, "openid", "another-client")))
    assert stranger.ask("GET /models").status == 401
    image = person.upload("signs", picture("TOKEN"))
    assert person.wait(image)["state"] == "done"
    assert person.ask("GET /openapi.json").body["security"] == [{"jwt": []}]
    assert person.ask("POST /models/{name}/on", name="logos").status == 403
    assert operator.ask("POST /models/{name}/on", name="logos").body["override"]["by"] == "ada@localhost"


def test_where_all_is_open_all_may_send_and_nobody_may_switch(api_aws: LocalAws) -> None:
    deployment = api_aws.deploy(VARIABLES, {"api": json.dumps({"authentication": "open", "page": False})}).values
    anybody = Api(api_aws, deployment)
    image = anybody.upload("signs", picture("OPEN"))
    assert anybody.wait(image)["state"] == "done"
    refused = anybody.ask("POST /models/{name}/on", name="logos")
    assert (refused.status, refused.body["status"]) == (403, 403)
