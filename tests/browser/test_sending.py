"""Pictures go up, a few at once, and come through troubles of the network and of the service."""

import time
from collections.abc import Callable

import pytest
from flask import Response
from playwright.sync_api import Page, expect

from tests.browser.chromium import Watched
from tests.browser.fake_api import FakeApi, found, model, problem
from tests.browser.pictures import card, choose, other, png, state


def test_many_pictures_are_sent_few_at_once_and_shown_with_boxes_and_labels(api: FakeApi, page: Page):
    box = (0.25, 0.5, 0.5, 0.25)
    api.reads = lambda image: [found("OPEN", box=box), found("Sky", "label", 88)]
    api.trouble = slow_upload(0.3)
    page.goto(api.url)
    choose(page, *(png(f"{number}.png") for number in range(12)))
    expect(page.locator("#summary")).to_have_text("12 of 12 read", timeout=20_000)
    assert api.most_at_once == 3
    assert len(api.images) == 12
    expect(card(page, "7.png").locator(".chip")).to_have_text(["text: OPEN 98 %", "label: Sky 88 %"])
    image = card(page, "7.png").locator("img").bounding_box()
    drawn = card(page, "7.png").locator(".boxes rect.over").bounding_box()
    assert image is not None
    assert drawn is not None
    width = image["width"]
    height = width * 200 / 320  # the picture fits the card by its width
    top = image["y"] + (image["height"] - height) / 2
    wanted = (image["x"] + width * 0.25, top + height * 0.5, width * 0.5, height * 0.25)
    assert tuple(drawn.values()) == pytest.approx(wanted, abs=6)  # less than the stroke on both sides


def test_the_content_arrives_as_it_was(api: FakeApi, page: Page):
    page.goto(api.url)
    picture = png("exact.png", colour="coral")
    choose(page, picture)
    expect(state(page, "exact.png")).to_have_text("Waiting for signs")
    assert [image["content"] for image in api.images.values()] == [picture["buffer"]]


def test_progress_is_shown_while_a_picture_is_sent(api: FakeApi, page: Page):
    api.trouble = slow_upload(1)
    page.goto(api.url)
    choose(page, png("slow.png"))
    bar = page.get_by_role("progressbar", name="slow.png: sent")
    expect(bar).to_be_visible()
    expect(bar).to_have_js_property("value", 1)
    expect(bar).to_be_hidden()


def test_files_that_no_model_could_read_are_refused_without_a_request(api: FakeApi, page: Page):
    api.models = [model("signs", maximum_bytes=2048)]
    page.goto(api.url)
    gif, jpeg = b"GIF89a" + bytes(100), b"\xff\xd8\xff" + bytes(4096)
    choose(page, other("moving.png", gif), other("empty.png", b""), other("large.png", jpeg))
    expect(state(page, "moving.png")).to_have_text("This is a GIF, not a JPEG or PNG. Convert it first.")
    expect(state(page, "empty.png")).to_have_text("This file is empty, or nearly: 0 bytes.")
    expect(state(page, "large.png")).to_have_text("This picture has 4 kB; at most 2 kB can be read. Save it smaller.")
    expect(page.get_by_role("button", name="Try moving.png again")).to_be_hidden()
    assert api.count("POST", "") == 0


def test_a_throttled_picture_waits_as_long_as_it_is_told_and_goes_on(api: FakeApi, page: Page):
    times: list[float] = []

    def throttle(method: str, path: str) -> Response | None:
        if path != "images":
            return None
        times.append(time.monotonic())
        return problem(429, "Too Many Requests", "Too many at once.", Retry_After="2") if len(times) == 1 else None

    api.trouble = throttle
    page.goto(api.url)
    choose(page, png("patient.png"))
    expect(state(page, "patient.png")).to_have_text("Too many at once. Next try in 2 s.")
    expect(state(page, "patient.png")).to_have_text("Waiting for signs")
    assert times[1] - times[0] >= 1.9


def test_a_cap_for_the_day_is_said_and_not_waited_for(api: FakeApi, page: Page):
    said = "1000 images a day were taken; more from midnight UTC on."
    api.trouble = lambda method, path: (
        problem(429, "Too Many Requests", said, Retry_After="40000") if path == "images" else None
    )
    page.goto(api.url)
    choose(page, png("late.png"))
    expect(state(page, "late.png")).to_have_text(said)
    api.trouble = lambda method, path: None
    page.get_by_role("button", name="Try late.png again").click()
    expect(state(page, "late.png")).to_have_text("Waiting for signs")


def test_a_bucket_that_fails_and_a_form_that_expired_are_tried_again(api: FakeApi, page: Page):
    answers = [
        Response("<Error><Code>SlowDown</Code></Error>", 503),
        Response("<Error><Code>AccessDenied</Code></Error>", 403),
    ]
    api.trouble = lambda method, path: answers.pop(0) if path == "upload" and answers else None
    page.goto(api.url)
    choose(page, png("stubborn.png"))
    expect(state(page, "stubborn.png")).to_have_text("Waiting for signs", timeout=15_000)
    assert api.count("POST", "upload") == 3
    assert api.count("POST", "images") == 2  # a new form only after the one that expired


def test_what_the_service_refuses_for_good_is_said_at_once(api: FakeApi, page: Page):
    api.trouble = lambda method, path: (
        problem(422, "Unprocessable Content", "No such model.") if path == "images" else None
    )
    page.goto(api.url)
    choose(page, png("refused.png"))
    expect(state(page, "refused.png")).to_have_text("No such model.")
    assert api.count("POST", "images") == 1


def test_offline_pictures_wait_and_go_on_by_themselves(api: FakeApi, person: Watched):
    page = person.page
    page.goto(api.url)
    expect(page.locator("#limits")).to_be_visible()
    person.context.set_offline(True)
    notice = page.get_by_role("alert")
    expect(notice).to_have_text("You are offline. Pictures stay in line and go on by themselves when you are back.")
    choose(page, png("boat.png"))
    expect(state(page, "boat.png")).to_have_text("In line")
    assert api.count("POST", "") == 0
    person.context.set_offline(False)
    expect(state(page, "boat.png")).to_have_text("Waiting for signs")
    expect(notice).to_be_hidden()


def test_files_that_are_dropped_anywhere_are_taken(api: FakeApi, page: Page):
    page.goto(api.url)
    expect(page.locator("#limits")).to_be_visible()
    data = page.evaluate_handle(
        """([bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
          return data;
        }""",
        [list(png()["buffer"])],
    )
    page.dispatch_event("footer", "dragover", {"dataTransfer": data})
    expect(page.get_by_text("Let go to add them")).to_be_visible()
    page.dispatch_event("footer", "drop", {"dataTransfer": data})
    expect(state(page, "dropped.png")).to_have_text("Waiting for signs")
    expect(page.get_by_text("Let go to add them")).to_be_hidden()


def slow_upload(seconds: float) -> Callable[[str, str], Response | None]:
    """A bucket that takes its time."""

    def wait(method: str, path: str) -> None:
        if path == "upload":
            time.sleep(seconds)

    return wait
