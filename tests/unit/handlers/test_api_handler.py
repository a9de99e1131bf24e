"""The API as Lambda runs it: real events in, real adapters, moto behind them; every reply held against its document."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from dayshift.bootstrap import api
from dayshift.domain.errors import ConfigurationError, ForeignMessageError
from dayshift.services.api import serving
from tests.api import BOB, INDEX, ApiWorld
from tests.api_fakes import JPEG, PNG
from tests.fakes import IMAGES, RESULTS
from tests.functions import Context, World
from tests.powered import PARAMETERS
from tests.unit.adapters.wire import Refusal

NEVER = ["Sun 03:00-03:01"]
SEEN = {"CustomLabels": [{"Name": "lantern", "Confidence": 97.1}]}
WISH = {"model": "signs", "content_type": "image/jpeg"}


@pytest.fixture
def made(world: World, monkeypatch: pytest.MonkeyPatch) -> ApiWorld:
    return ApiWorld(monkeypatch)


def recognize(made: ApiWorld, model: str, body: bytes = JPEG, content_type: str = "image/jpeg") -> dict[str, Any]:
    return made.ask("POST /recognize", query={"model": model}, body=body, content_type=content_type)


def key_of(made: ApiWorld) -> str:
    (found,) = made.s3.list_objects_v2(Bucket=IMAGES)["Contents"]
    return found["Key"]


def test_an_image_goes_from_its_form_to_its_result(made: ApiWorld) -> None:
    form = made.ask("POST /images", body=WISH)
    assert form["statusCode"] == 201
    image = form["body"]["id"]
    assert form["headers"]["Location"] == f"images/{image}"
    key = form["body"]["upload"]["fields"]["key"]
    assert made.ask("GET /images/{id}", path={"id": image})["statusCode"] == 404
    made.s3.put_object(Bucket=IMAGES, Key=key, Body=JPEG)
    assert made.ask("GET /images/{id}", path={"id": image})["body"]["state"] == "queued"
    made.answered(key, "signs")
    shown = made.ask("GET /images/{id}", path={"id": image})
    assert (shown["body"]["state"], shown["body"]["result"]["status"]) == ("done", "ok")
    assert made.ask("GET /images/{id}", BOB, path={"id": image})["statusCode"] == 404


def test_what_is_always_there_answers_at_once(made: ApiWorld) -> None:
    answer = recognize(made, "signs", PNG, "image/png")
    assert answer["statusCode"] == 200
    assert answer["body"]["predictions"] == [{"name": "Flower", "probability": 0.985}]
    assert made.wire.last("DetectLabels")["Image"] == {"Bytes": PNG}
    assert "Contents" not in made.s3.list_objects_v2(Bucket=IMAGES)


def test_an_image_for_a_fleet_is_kept_and_its_workers_are_told(made: ApiWorld) -> None:
    fleet = {"maximum": 19, "images_per_minute": 60, "clear_within_minutes": 5, "idle_minutes": 5}
    index = [
        one | {"family": "face_fleet", "target": "acme-test-faces"} if one["name"] == "logos" else one
        for one in json.loads(made.index)
    ]
    made.s3.put_object(Bucket=RESULTS, Key=INDEX, Body=json.dumps(index).encode())
    place = f"{PARAMETERS}/logos"
    spec = json.loads(made.ssm.get_parameter(Name=f"{place}/spec")["Parameter"]["Value"])
    spec |= {"family": "face_fleet", "mapping_uuid": None, "fleet": fleet}
    began = round(datetime.now(UTC).timestamp()) - 600
    memory = {"running_since": began, "workers_since": began, "workers": 3}
    for name, value in {"spec": spec, "memory": memory}.items():
        made.ssm.put_parameter(Name=f"{place}/{name}", Value=json.dumps(value), Overwrite=True)
    made.handle = made.cold_start()
    kept = recognize(made, "logos")
    assert (kept["statusCode"], kept["body"]["state"]) == (202, "queued")
    assert made.s3.get_object(Bucket=IMAGES, Key=key_of(made))["Body"].read() == JPEG
    assert made.wire.asked == []
    assert recognize(made, "logos", JPEG[:60])["statusCode"] == 422
    found = {model["name"]: model for model in made.ask("GET /models")["body"]["models"]}
    assert found["logos"]["workers"] == {"now": 3, "wanted": 3, "maximum": 19}
    assert found["logos"]["formats"] == ["jpeg", "png"]
    assert "workers" not in found["signs"]


def test_a_model_that_starts_is_asked_and_keeps_the_image_while_it_refuses(made: ApiWorld) -> None:
    kept = recognize(made, "logos")
    assert (kept["statusCode"], kept["body"]["state"]) == (202, "queued")
    assert int(kept["headers"]["Retry-After"]) > 1_700, "its warm-up is half an hour"
    assert made.s3.get_object(Bucket=IMAGES, Key=key_of(made))["Body"].read() == JPEG
    assert made.ask("GET /images/{id}", path={"id": kept["body"]["id"]})["body"]["state"] == "queued"
    made.wire.answers["DetectCustomLabels"] = SEEN
    assert recognize(made, "logos")["body"]["predictions"] == [{"name": "lantern", "probability": 0.971}]


def test_a_model_that_sleeps_is_not_asked(made: ApiWorld) -> None:
    made.hours(NEVER)
    kept = recognize(made, "logos")
    assert (kept["statusCode"], kept["body"]["state"]) == (202, "asleep")
    assert kept["body"]["wakes_at"] < kept["body"]["read_by"]
    assert made.wire.asked == []


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ProvisionedThroughputExceededException", "AccessDeniedException"]
)
def test_whatever_the_models_service_refuses_with_is_no_error_of_the_callers(made: ApiWorld, code: str) -> None:
    made.wire.answers["DetectLabels"] = Refusal(code, "arn:aws:iam::123456789012:role/acme is not allowed")
    kept = recognize(made, "signs")
    assert (kept["statusCode"], kept["body"]["state"]) == (202, "queued")
    assert "arn" not in json.dumps(kept)


def test_an_image_that_no_model_reads_is_refused_and_lies_nowhere(made: ApiWorld) -> None:
    made.wire.answers["DetectLabels"] = Refusal("InvalidImageFormatException", "it is broken")
    assert recognize(made, "signs")["statusCode"] == 422
    assert recognize(made, "signs", b"GIF89a" + bytes(100))["statusCode"] == 422
    assert recognize(made, "signs", JPEG, "image/gif")["statusCode"] == 415
    assert recognize(made, "signs", JPEG + bytes(4_500_000))["statusCode"] == 413
    assert recognize(made, "sings")["statusCode"] == 422
    assert "Contents" not in made.s3.list_objects_v2(Bucket=IMAGES)


def test_a_person_switches_a_model_and_the_next_request_follows(made: ApiWorld) -> None:
    path = {"name": "logos"}
    assert made.ask("POST /models/{name}/off", path=path, body={"minutes": 30})["body"]["state"] == "asleep"
    assert recognize(made, "logos")["body"]["state"] == "asleep"
    assert "switched off by ada@example.com" in made.ask("GET /models")["body"]["models"][0]["reason"]
    assert made.ask("POST /models/{name}/on", path=path)["body"]["state"] == "starting"
    assert made.ask("POST /models/{name}/auto", path=path)["body"].get("override") is None
    assert made.ask("POST /models/{name}/on", path={"name": "signs"})["statusCode"] == 409
    assert made.ask("POST /models/{name}/on", path={"name": "x"})["statusCode"] == 404
    assert made.ask("POST /models/{name}/on", path=path, body={"minutes": 0})["statusCode"] == 422


def test_the_cap_of_a_day_is_each_callers_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ApiWorld(monkeypatch, images_a_day=2)
    assert [made.ask("POST /images", body=WISH)["statusCode"] for _ in range(3)] == [201, 201, 429]
    assert recognize(made, "signs")["statusCode"] == 429
    assert made.ask("POST /images", BOB, body=WISH)["statusCode"] == 201
    assert made.ask("GET /models")["statusCode"] == 200, "only images count"


def test_the_csv_and_the_document(made: ApiWorld) -> None:
    rows = made.ask("GET /results.csv")
    assert rows["statusCode"] == 200
    assert rows["headers"]["Content-Disposition"] == 'attachment; filename="results.csv"'
    assert made.ask("GET /results.csv", query={"after": "x"})["statusCode"] == 422
    assert made.ask("GET /openapi.json")["body"]["security"] == [{"jwt": []}]


@pytest.mark.parametrize(
    ("authentication", "status", "switched"), [("iam", 401, 401), ("jwt", 401, 401), ("open", 200, 403)]
)
def test_nobody_is_let_in_who_was_not_verified_unless_all_are(
    world: World, monkeypatch: pytest.MonkeyPatch, authentication: str, status: int, switched: int
) -> None:
    made = ApiWorld(monkeypatch, authentication)
    assert made.ask("GET /models", None)["statusCode"] == status
    assert made.ask("POST /models/{name}/on", None, path={"name": "logos"})["statusCode"] == switched


def test_the_log_names_each_request_and_no_secret(
    made: ApiWorld, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.clear()
    form = made.ask("POST /images", body=WISH)
    recognize(made, "signs")
    said = [vars(record) for record in caplog.records if record.message == "request_answered"]
    assert [(each["route"], each["status"]) for each in said] == [("POST /images", 201), ("POST /recognize", 200)]
    fields = form["body"]["upload"]["fields"]
    for secret in (fields["policy"], fields["x-amz-signature"], "ada@example.com"):
        assert secret not in str(said)
    (measured,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert (measured["CostUsd"], measured["model"]) == ([0.002], "signs")


def test_a_bug_is_told_as_a_problem_and_logged_with_its_trace(
    made: ApiWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words about arn:aws:iam::123456789012:role/acme")

    monkeypatch.setattr(serving, "OPERATIONS", {**serving.OPERATIONS, "listModels": broken})
    answer = made.ask("GET /models")
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (500, "application/problem+json")
    assert "secret" not in json.dumps(answer)
    (failed,) = [record for record in caplog.records if record.message == "request_failed"]
    assert failed.exc_info


def test_without_its_index_the_function_starts_and_says_so_until_it_is_back(made: ApiWorld) -> None:
    made.s3.delete_object(Bucket=RESULTS, Key=INDEX)
    made.handle = made.cold_start()
    assert made.ask("GET /models")["statusCode"] == 503
    made.s3.put_object(Bucket=RESULTS, Key=INDEX, Body=made.index)
    assert made.ask("GET /models")["statusCode"] == 200


def test_what_is_no_request_is_an_error_not_a_silence(made: ApiWorld) -> None:
    with pytest.raises(ForeignMessageError):
        made.handle({"Records": []}, Context())


def test_a_function_without_its_settings_does_not_start(made: ApiWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELS_KEY")
    monkeypatch.setenv("AUTHENTICATION", "none")
    with pytest.raises(ConfigurationError, match="MODELS_KEY is missing; AUTHENTICATION must be one of"):
        made.cold_start()


def test_a_model_that_does_not_answer_leaves_time_to_keep_the_image(made: ApiWorld) -> None:
    """Two calls, as labels and text, and the PUT with its own three attempts, end within the 29 s of the function."""
    config: Any = api.MODEL_CONFIG
    calls = 2
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
    assert calls * (config.connect_timeout + config.read_timeout) < 29 - (config.connect_timeout + 2)
