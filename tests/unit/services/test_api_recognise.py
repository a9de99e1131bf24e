"""POST /recognize: at once while the model is awake, kept while it sleeps, and never an error for that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayshift.adapters.read_by_workers import ReadByWorkers
from dayshift.domain.detections import Detection, Kind, Prediction
from dayshift.domain.errors import ClosedError, PermanentError, TransientError
from dayshift.domain.images import Limits
from dayshift.domain.override import Override
from tests.api_fakes import ADA, BOB, JPEG, PNG, ApiBench
from tests.fakes import NOON

SATURDAY = timedelta(days=1)


def test_an_awake_model_answers_at_once_and_nothing_is_kept() -> None:
    bench = ApiBench()
    reply = bench.recognize("signs")
    assert reply.status == 200
    assert reply.body["predictions"] == [
        {"name": "Flower", "probability": 0.985},
        {"name": "OPEN", "probability": 0.91},
    ]
    assert [found["kind"] for found in reply.body["detections"]] == ["label", "text"]
    assert bench.predictor.sent == [JPEG]
    assert bench.uploads.stored == {}


def test_the_five_likeliest_are_named_and_all_are_shown() -> None:
    bench = ApiBench()
    seen = tuple(Detection(Kind.LABEL, f"n{number}", float(number)) for number in range(9))
    bench.predictor.answer = Prediction(seen, None, 0.0)
    body = bench.recognize("signs").body
    assert [found["name"] for found in body["predictions"]] == ["n8", "n7", "n6", "n5", "n4"]
    assert len(body["detections"]) == 9


def test_a_sleeping_model_is_not_asked_and_the_image_is_kept_with_the_promise() -> None:
    bench = ApiBench(power="on_deadline", results_within_minutes=60)
    bench.wait(SATURDAY)
    reply = bench.recognize("logos")
    assert reply.status == 202
    assert bench.predictor.sent == []
    assert reply.body["state"] == "asleep"
    assert reply.body["read_by"] == "2026-11-23T08:30:00Z"
    assert reply.headers["Location"] == f"images/{reply.body['id']}"
    assert int(reply.headers["Retry-After"]) == (44 * 60 + 30) * 60
    assert list(bench.uploads.stored) == [bench.key_of(reply.body["id"])]
    assert bench.uploads.stored[bench.key_of(reply.body["id"])][1:] == ("image/jpeg", JPEG)


@pytest.mark.parametrize("is_awake", [True, False])
def test_an_image_for_workers_is_always_kept_after_the_checks_that_cost_nothing(is_awake: bool) -> None:
    fleet = {"maximum": 3, "images_per_minute": 60, "clear_within_minutes": 5, "idle_minutes": 5}
    bench = ApiBench(family="face_fleet", mapping_uuid=None, fleet=fleet)
    limits = Limits(1_000, 40, 10_000, ("jpeg",), maximum_sent_bytes=1_000)
    bench.ports = replace(bench.ports, predictor=lambda _: ReadByWorkers(limits))
    if is_awake:
        bench.awake()
    reply = bench.recognize("logos")
    assert (reply.status, reply.body["state"]) == (202, "queued")
    assert reply.body["read_by"] == ("2026-11-20T12:08:00Z" if is_awake else "2026-11-20T12:38:00Z")
    assert reply.headers["Location"] == f"images/{reply.body['id']}"
    assert bench.uploads.stored[bench.key_of(reply.body["id"])][2] == JPEG
    for content, status in ((PNG, 422), (JPEG + bytes(1_000), 413), (b"nothing", 422)):
        assert bench.recognize("logos", content).status == status
    assert len(bench.uploads.stored) == 1


def test_what_was_kept_is_shown_with_the_same_promise() -> None:
    bench = ApiBench(power="on_deadline", results_within_minutes=60)
    bench.wait(SATURDAY)
    kept = bench.recognize("logos").body
    assert bench.show(kept["id"]).body == kept


def test_a_model_that_is_wished_off_is_not_asked_even_while_it_still_runs() -> None:
    bench = ApiBench()
    bench.awake()
    bench.powered.overrides["logos"] = Override(False, NOON + timedelta(hours=1), "ada")
    reply = bench.recognize("logos")
    assert (reply.status, reply.body["state"]) == (202, "asleep")
    assert "switched off by ada" in reply.body["reason"]
    assert bench.predictor.sent == []


@pytest.mark.parametrize("error", [ClosedError("ResourceNotReadyException"), TransientError("ThrottlingException")])
@pytest.mark.parametrize("model", ["signs", "logos"])
def test_a_model_that_refuses_for_now_leaves_the_image_to_its_queue(model: str, error: TransientError) -> None:
    bench = ApiBench()
    bench.predictor.answer = error
    reply = bench.recognize(model)
    assert (reply.status, reply.body["state"]) == (202, "queued")
    assert "Exception" not in str(reply.body)
    assert len(bench.uploads.stored) == 1
    assert ("read_by" in reply.body) == (model == "logos")


def test_an_image_that_the_model_can_never_read_is_refused_and_kept_nowhere() -> None:
    bench = ApiBench()
    bench.predictor.answer = PermanentError("unreadable", "Rekognition says no")
    reply = bench.recognize("signs")
    assert (reply.status, reply.body["detail"]) == (422, "unreadable: Rekognition says no")
    assert bench.uploads.stored == {}


def test_what_aws_says_of_an_image_is_told_without_its_names() -> None:
    bench = ApiBench()
    said = "it says: arn:aws:iam::123456789012:role/acme of account 123456789012 may not"
    bench.predictor.answer = PermanentError("unreadable", said)
    detail = bench.recognize("signs").body["detail"]
    assert detail == "unreadable: it says: … of account … may not"


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "empty"),
        (b"x" * 63, 422, "empty"),
        (b"GIF89a" + bytes(100), 422, "GIF, not JPEG or PNG"),
        (b"<html>" + b" " * 100, 422, "HTML"),
        (PNG, 422, "mislabelled: this is image/png, sent as image/jpeg"),
        (JPEG[:4] + bytes(100), 422, "unreadable"),
        (JPEG + bytes(4_500_001 - len(JPEG)), 413, r"At most 4,500,000 bytes here; got 4,500,001"),
    ],
)
def test_what_no_call_could_read_costs_nothing(content: bytes, status: int, words: str) -> None:
    bench = ApiBench()
    reply = bench.recognize("signs", content)
    assert reply.status == status
    assert words in reply.body["detail"]
    assert (bench.predictor.sent, bench.uploads.stored, bench.counts.taken) == ([], {}, [])


def test_a_familys_own_limit_on_what_is_sent_along_holds_too() -> None:
    bench = ApiBench()
    bench.predictor.limits = Limits(9_000_000, 80, 10_000, ("jpeg", "png"), maximum_sent_bytes=200)
    reply = bench.recognize("signs", JPEG + bytes(200))
    assert reply.status == 413
    assert "At most 200 bytes here" in reply.body["detail"]
    assert "POST /images takes up to 9,000,000" in reply.body["detail"]


@pytest.mark.parametrize("content_type", ["", "image/gif", "application/json", "image/jpeg2000", "text/html"])
def test_only_images_are_taken(content_type: str) -> None:
    reply = ApiBench().ask("POST /recognize", content_type=content_type, body=JPEG, query={"model": "signs"})
    assert reply.status == 415


def test_the_images_of_a_day_are_used_up_for_everything_that_takes_one() -> None:
    bench = ApiBench()
    bench.counts.left = 2
    assert bench.recognize("signs").status == 200
    assert bench.ask_json("POST /images", {"model": "signs", "content_type": "image/png"}).status == 201
    for reply in (
        bench.recognize("signs"),
        bench.ask_json("POST /images", {"model": "signs", "content_type": "image/png"}),
    ):
        assert (reply.status, reply.headers["Retry-After"]) == (429, str(12 * 3_600))
    assert bench.counts.taken == [ADA.owner] * 2
    assert (len(bench.predictor.sent), len(bench.uploads.forms)) == (1, 1)


def test_where_the_bucket_refuses_too_the_caller_is_told_to_try_again() -> None:
    bench = ApiBench()
    bench.predictor.answer = TransientError("ThrottlingException")
    bench.uploads.refuse = TransientError("SlowDown while storing arn:aws:s3:::acme-images")
    reply = bench.recognize("signs")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
    assert "arn" not in str(reply.body)
    assert "SlowDown" in reply.notes["reason"], "the log knows"


def test_a_queue_that_cannot_be_counted_keeps_no_awake_model_from_answering_and_no_image_without_its_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = ApiBench()

    def refuse() -> None:
        raise TransientError("ThrottlingException")

    monkeypatch.setattr(bench.queue, "depth", refuse)
    assert bench.recognize("logos").status == 200
    bench.wait(SATURDAY)
    assert bench.recognize("logos").status == 503
    assert bench.uploads.stored == {}, "an image whose id nobody was told"


def test_a_promised_model_that_is_about_to_sleep_reads_what_comes_before() -> None:
    bench = ApiBench(power="on_deadline", results_within_minutes=60)
    began = round((NOON - timedelta(minutes=20)).timestamp())
    memory = {"running_since": began, "awake_since": began, "idle_since": round(NOON.timestamp())}
    bench.powered.memories["logos"] = memory
    assert bench.recognize("logos").status == 200


def test_the_only_model_needs_no_name_and_an_unknown_one_is_told_those_there_are() -> None:
    bench = ApiBench()
    several = bench.ask("POST /recognize", content_type="image/jpeg", body=JPEG)
    assert (several.status, several.body["detail"]) == (422, "model must be one of 'logos', 'signs'; got None.")
    bench.ports = replace(bench.ports, models={"signs": bench.ports.models["signs"]})
    assert bench.ask("POST /recognize", content_type="image/jpeg", body=JPEG).status == 200


def test_a_model_whose_parameters_are_gone_is_asleep_and_keeps_the_image() -> None:
    bench = ApiBench()
    bench.powered.specs = {}
    reply = bench.recognize("logos", caller=BOB)
    assert (reply.status, reply.body["state"]) == (202, "asleep")
    assert "read_by" not in reply.body
    assert reply.headers["Retry-After"] == "3600"
