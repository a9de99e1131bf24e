"""POST /images, GET /images/{id} and GET /results.csv: a caller's own images and nobody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayshift.domain.caller import Caller
from dayshift.domain.detections import Detection, Kind
from dayshift.domain.image_id import ImageId
from dayshift.domain.images import ImageRef
from dayshift.domain.results import Status, TerminalRecord
from dayshift.services.api import results
from tests.api_fakes import ADA, BOB, ApiBench
from tests.fakes import FLOWER, IMAGES, NOON, SIGNS

OPEN_SIGN = Detection(Kind.TEXT, "=OPEN()", 99.0)
MODEL = {"model": "signs", "content_type": "image/jpeg"}


def answered(
    bench: ApiBench,
    image: str,
    caller: Caller = ADA,
    status: Status = Status.OK,
    reason: str | None = None,
    *found: Detection,
) -> None:
    """The image has its terminal record."""
    parsed = ImageId.parse(image)
    assert parsed
    key = bench.key_of(image, caller)
    record = TerminalRecord(
        ImageRef(IMAGES, key, "v1", "e1", 48_213), replace(SIGNS, name=parsed.model), status, reason, found,
        "labels 3.0", NOON, NOON + timedelta(seconds=2), 812, 0.002,
    )  # fmt: skip
    bench.answers.records[parsed.model, key] = record


def image(number: int, model: str = "signs") -> str:
    return f"{model}.{number:032x}.jpg"


def test_a_form_is_for_one_image_of_one_type_at_a_key_of_the_servers() -> None:
    bench = ApiBench()
    reply = bench.ask_json("POST /images", {"model": "signs", "content_type": "image/png"})
    assert reply.status == 201
    assert reply.body["id"] == f"signs.{0:032x}.png"
    assert reply.headers["Location"] == f"images/{reply.body['id']}"
    assert bench.uploads.forms == [(f"incoming/signs/{ADA.owner}/{0:032x}.png", "image/png", 15_728_640)]
    assert (reply.body["expires_at"], reply.body["maximum_bytes"]) == ("2026-11-20T12:05:00Z", 15_728_640)


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"model": "signs"}, {"model": "x", "content_type": "image/png"}, {"model": 7, "content_type": "image/png"},
        {"model": None, "content_type": "image/png"}, {"model": "signs", "content_type": "image/gif"},
        {"model": "signs", "content_type": ["image/jpeg"]}, {**MODEL, "url": "http://169.254.169.254/"},
        {**MODEL, "key": "incoming/../secret"}, [], "signs", 7,
    ],
)  # fmt: skip
def test_a_wish_that_is_none_is_refused_before_it_counts(fields: object) -> None:
    bench = ApiBench()
    reply = bench.ask_json("POST /images", fields)
    assert reply.status == 422
    assert (bench.uploads.forms, bench.counts.taken) == ([], [])


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"model=signs", 415), ("", b"{}", 415), ("application/json", b"{", 422),
        ("application/json", b"\xff", 422), ("application/json", b"[" * 2_000, 422),
        ("application/json", b" " * 2_001, 413),
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_is_refused(content_type: str, body: bytes, status: int) -> None:
    assert ApiBench().ask("POST /images", content_type=content_type, body=body).status == status


def test_an_image_is_not_there_until_it_is_uploaded_then_queued_then_done() -> None:
    bench = ApiBench()
    made = bench.ask_json("POST /images", MODEL).body
    assert bench.show(made["id"]).status == 404
    bench.uploads.put(bench.key_of(made["id"]), "image/jpeg", b"")
    queued = bench.show(made["id"])
    assert queued.body == {"id": made["id"], "model": "signs", "state": "queued", "uploaded_at": "2026-11-20T12:00:00Z"}
    assert queued.headers["Retry-After"] == "5"
    answered(bench, made["id"], ADA, Status.OK, None, *FLOWER.detections)
    done = bench.show(made["id"]).body
    assert (done["state"], done["result"]["status"], done["result"]["model_version"]) == ("done", "ok", "labels 3.0")
    assert [found["name"] for found in done["result"]["detections"]] == ["Flower", "OPEN"]


@pytest.mark.parametrize(
    ("status", "state"),
    [(Status.OK, "done"), (Status.NONE, "done"), (Status.REJECTED, "rejected"), (Status.GONE, "gone")],
)
def test_every_end_is_told_with_its_reason(status: Status, state: str) -> None:
    bench = ApiBench()
    answered(bench, image(1), ADA, status, None if state == "done" else "unsupported_format: GIF")
    shown = bench.show(image(1)).body
    assert shown["state"] == state
    assert shown.get("reason") == (None if state == "done" else "unsupported_format: GIF")
    assert shown["uploaded_at"] == "2026-11-20T12:00:00Z", "the image itself is no longer there"


def test_why_an_image_was_rejected_is_told_without_names() -> None:
    bench = ApiBench()
    answered(bench, image(1), ADA, Status.REJECTED, "unreadable: it says: arn:aws:s3:::acme-images")
    assert bench.show(image(1)).body["reason"] == "unreadable: it says: …"


def test_why_an_image_failed_is_for_whoever_runs_this() -> None:
    bench = ApiBench()
    secret = "unforeseen: AccessDenied for arn:aws:sts::123456789012:assumed-role/acme-prod-signs-labeler"
    answered(bench, image(1), ADA, Status.FAILED, secret)
    shown, rows = bench.show(image(1)).body, bench.ask("GET /results.csv").body
    assert shown["state"] == "failed"
    for text in (str(shown), rows):
        assert "given up" in text
        assert "arn" not in text
        assert "123456789012" not in text


@pytest.mark.parametrize(
    "text",
    ["", "signs", "signs.1.jpg", "sings." + "0" * 32 + ".jpg", image(1) + "x", image(1).upper(), "../" + image(1)],
)
def test_an_id_that_is_none_is_not_found(text: str) -> None:
    assert ApiBench().show(text).status == 404


def test_the_csv_holds_the_callers_own_rows_neutralised_as_ever() -> None:
    bench = ApiBench()
    answered(bench, image(1), ADA, Status.OK, None, OPEN_SIGN, *FLOWER.detections)
    answered(bench, image(2), BOB)
    answered(bench, image(3, "logos"), ADA, Status.REJECTED, "too_small: 3 x 3 pixels")
    reply = bench.ask("GET /results.csv")
    lines = reply.body.splitlines()
    assert lines[0] == results.HEADER.strip()
    assert len(lines) == 1 + 1 + 3
    assert '"\'=OPEN()"' in lines[2]
    assert BOB.owner not in reply.body
    assert "Link" not in reply.headers
    only = bench.ask("GET /results.csv", query={"model": "logos"}).body.splitlines()
    assert only == lines[:2]
    assert reply.content_type.startswith("text/csv")


def test_pages_lead_to_each_other_and_hold_every_image_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "IMAGES", 3)
    bench = ApiBench()
    wanted = [image(number, model) for model in ("logos", "signs") for number in range(5)]
    for each in wanted:
        answered(bench, each)
    seen, query, pages = list[str](), dict[str, str](), 0
    while True:
        reply, pages = bench.ask("GET /results.csv", query=query), pages + 1
        seen += [line.split('"')[1].rpartition("/")[2] for line in reply.body.splitlines()[1:]]
        if "Link" not in reply.headers:
            break
        query = {"after": reply.headers["Link"].partition("after=")[2].partition(">")[0]}
    assert seen == [each.partition(".")[2] for each in wanted]
    assert pages == 4


def test_a_page_is_no_longer_than_lambda_may_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "LONGEST_CHARACTERS", 1)
    bench = ApiBench()
    for number in range(3):
        answered(bench, image(number))
    reply = bench.ask("GET /results.csv", query={"model": "signs"})
    assert len(reply.body.splitlines()) == 2, "one image at least, or nobody ever came further"
    assert reply.headers["Link"] == f'<results.csv?model=signs&after={image(0)}>; rel="next"'


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"after": "signs"}, {"model": "sings"}, {"model": ""}, {"after": ""}]
)
def test_a_page_that_is_none_is_refused(query: dict[str, str]) -> None:
    assert ApiBench().ask("GET /results.csv", query=query).status == 422


def test_long_rows_make_a_short_page() -> None:
    bench = ApiBench()
    for number in range(3):
        answered(bench, image(number), ADA, Status.OK, None, Detection(Kind.TEXT, "w" * 1_600_000, 99.0))
    reply = bench.ask("GET /results.csv")
    assert 1_600_000 < len(reply.body) < 3_000_000  # an answer of a function holds 6 MB
    assert f"after={image(0)}" in reply.headers["Link"]
