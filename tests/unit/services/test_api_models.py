"""GET /models and the three switches; who may ask for what; and the document."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayshift.domain.errors import ConfigurationError, TransientError
from dayshift.domain.override import LONGEST, Override
from dayshift.domain.sweeping import QueueDepth
from tests.api_fakes import ADA, ApiBench
from tests.fakes import NOON


def models(bench: ApiBench) -> dict[str, dict[str, Any]]:
    return {model["name"]: model for model in bench.ask("GET /models").body["models"]}


def switch(bench: ApiBench, mode: str, fields: Any = None, model: str = "logos") -> Any:
    return bench.ask_json(f"POST /models/{{name}}/{mode}", fields, path={"name": model})


def test_each_model_tells_whether_it_is_awake_and_what_comes_next() -> None:
    bench = ApiBench()
    found = models(bench)
    assert (found["signs"]["state"], found["signs"]["power"]) == ("always", None)
    assert found["signs"]["formats"] == ("jpeg", "png")
    assert (found["logos"]["state"], found["logos"]["power"]) == ("starting", "office_hours")
    assert found["logos"]["next_change"] == "2026-11-20T17:00:00Z"
    bench.awake()
    assert models(bench)["logos"]["state"] == "awake"
    bench.now = NOON + timedelta(days=1)
    assert models(bench)["logos"]["state"] == "asleep"


FLEET = {"maximum": 19, "images_per_minute": 60, "clear_within_minutes": 5, "idle_minutes": 5}


def test_a_fleet_tells_how_many_workers_it_has_should_have_and_may_have() -> None:
    bench = ApiBench(family="face_fleet", mapping_uuid=None, fleet=FLEET)
    found = models(bench)
    assert (found["logos"]["state"], found["logos"]["workers"]) == ("asleep", {"now": 0, "wanted": 0, "maximum": 19})
    assert "workers" not in found["signs"]
    bench.queue.counts = QueueDepth(700, 0, 0)
    assert models(bench)["logos"]["state"] == "starting"
    bench.awake()
    bench.powered.memories["logos"] = {**bench.powered.memories["logos"], "workers": 2}
    found = models(bench)
    assert (found["logos"]["state"], found["logos"]["workers"]) == ("awake", {"now": 2, "wanted": 3, "maximum": 19})
    assert found["logos"]["reason"] == "700 images to read"
    assert "workers" not in models(ApiBench())["logos"]
    bench.powered.overrides["logos"] = Override(False, NOON + timedelta(hours=1), "ada")
    assert models(bench)["logos"]["workers"] == {"now": 2, "wanted": 0, "maximum": 19}


def test_one_models_wrong_options_hide_no_other() -> None:
    bench = ApiBench()

    def refuse(name: str) -> Any:
        if name == "logos":
            raise ConfigurationError("features must be among …")
        return bench.predictor

    object.__setattr__(bench.ports, "predictor", refuse)
    found = models(bench)
    assert (found["logos"]["maximum_bytes"], found["signs"]["maximum_bytes"]) == (0, 15_728_640)


def test_on_off_and_auto_are_a_word_that_ends_by_itself() -> None:
    bench = ApiBench()
    off = switch(bench, "off", {"minutes": 90})
    assert off.status == 200
    assert (off.body["state"], off.body["override"]) == (
        "asleep",
        {"running": False, "until": "2026-11-20T13:30:00Z", "by": "ada@example.com"},
    )
    assert bench.powered.overrides["logos"] == Override(False, NOON + timedelta(minutes=90), "ada@example.com")
    on = switch(bench, "on")
    assert on.body["override"]["until"] == "2026-11-20T13:00:00Z", "an hour, where nothing is said"
    assert switch(bench, "auto").body["state"] == "starting"
    assert bench.powered.overrides["logos"] is None


@pytest.mark.parametrize("minutes", [1, 1_440])
def test_the_shortest_and_the_longest_word_are_understood_by_every_tick(minutes: int) -> None:
    bench = ApiBench()
    assert switch(bench, "on", {"minutes": minutes}).status == 200
    word = bench.powered.overrides["logos"]
    assert word is not None
    assert word.until - NOON <= LONGEST
    assert Override.from_json(word.to_json(), NOON) == word


@pytest.mark.parametrize(
    "fields", [{"minutes": 0}, {"minutes": 1_441}, {"minutes": -5}, {"minutes": 1.5}, {"minutes": True},
               {"minutes": "60"}, {"minutes": None}, {"hours": 1}, [60]]
)  # fmt: skip
def test_a_word_of_another_length_is_refused(fields: object) -> None:
    bench = ApiBench()
    assert switch(bench, "on", fields).status == 422
    assert bench.powered.overrides == {}


@pytest.mark.parametrize(
    ("model", "status"), [("signs", 409), ("sings", 404), ("", 404), ("../logos", 404), ("logos/override", 404)]
)
def test_only_a_powered_model_of_ours_is_switched(model: str, status: int) -> None:
    bench = ApiBench()
    assert switch(bench, "off", model=model).status == status
    assert bench.powered.overrides == {}


def test_a_model_whose_parameters_are_being_destroyed_is_not_switched() -> None:
    bench = ApiBench()
    bench.powered.specs = {}
    assert switch(bench, "on").status == 409


def test_where_nobody_is_authenticated_nobody_switches_and_nobody_is_named() -> None:
    bench = ApiBench("open")
    for mode in ("on", "off", "auto"):
        assert switch(bench, mode).status == 403
    assert bench.powered.overrides == {}
    bench.powered.overrides["logos"] = Override(False, NOON + timedelta(hours=1), "ada")
    assert "ada" not in str(models(bench)["logos"])
    assert "ada" not in str(bench.recognize("logos").body)


@pytest.mark.parametrize("authentication", ["iam", "jwt"])
@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("POST /images", {}), ("GET /images/{id}", {"id": "signs." + "0" * 32 + ".jpg"}), ("POST /recognize", {}),
        ("GET /models", {}), ("POST /models/{name}/on", {"name": "logos"}),
        ("POST /models/{name}/off", {"name": "logos"}), ("POST /models/{name}/auto", {"name": "logos"}),
        ("GET /results.csv", {}), ("GET /openapi.json", {}),
    ],
)  # fmt: skip
def test_a_caller_whom_nobody_verified_gets_nothing_even_should_the_gateway_let_it_in(
    authentication: str, route: str, path: dict[str, str]
) -> None:
    reply = ApiBench(authentication).ask(route, None, path=path)
    assert (reply.status, reply.content_type) == (401, "application/problem+json")


def test_where_all_is_open_everybody_is_one_caller_whatever_they_say_they_are() -> None:
    bench = ApiBench("open")
    bench.ask_json("POST /images", {"model": "signs", "content_type": "image/jpeg"}, caller=None)
    bench.ask_json("POST /images", {"model": "signs", "content_type": "image/jpeg"}, caller=ADA)
    assert bench.counts.taken == ["open", "open"]


@pytest.mark.parametrize(("authentication", "security"), [("open", []), ("iam", [{"iam": []}]), ("jwt", [{"jwt": []}])])
def test_the_document_tells_the_one_way_to_authenticate_that_there_is(authentication: str, security: object) -> None:
    served = ApiBench(authentication).ask("GET /openapi.json").body
    assert served["security"] == security
    assert served["components"]["schemas"]["ModelName"] == {"type": "string", "enum": ["logos", "signs"]}
    assert served["paths"] == ApiBench().ports.document["paths"]


def test_where_there_are_several_models_the_document_says_that_one_must_be_named() -> None:
    bench = ApiBench()
    several = bench.ask("GET /openapi.json").body["components"]
    bench.ports = replace(bench.ports, models={"signs": bench.ports.models["signs"]})
    one = bench.ask("GET /openapi.json").body["components"]
    for found, is_required in ((several, True), (one, False)):
        assert ("model" in found["schemas"]["UploadWish"]["required"]) == is_required
        assert found["parameters"]["ModelQuery"]["required"] == is_required
        assert not found["parameters"]["ModelFilter"]["required"]


def test_a_service_that_does_not_answer_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = ApiBench()

    def refuse(*_: object) -> None:
        raise TransientError("AccessDeniedException for arn:aws:ssm:eu-west-1:123456789012:parameter/acme")

    monkeypatch.setattr(bench.powered, "of", refuse)
    reply = bench.ask("GET /models")
    assert (reply.status, reply.content_type) == (503, "application/problem+json")
    assert "arn" not in str(reply.body)
    assert "AccessDenied" not in str(reply.body)


def test_a_policy_that_nobody_can_read_keeps_its_model_asleep() -> None:
    bench = ApiBench(hours={"timezone": "Mars/Phobos", "open": ["Mon-Fri 09:00-18:00"]})
    found = models(bench)["logos"]
    assert found["state"] == "asleep"
    assert found["reason"].startswith("kept off: ")
