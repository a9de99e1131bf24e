"""What becomes of a picture: asked seldom, not before a sleeping model wakes, and found again after a reload."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.chromium import Watched
from tests.browser.fake_api import FakeApi, Json, found, instant, model
from tests.browser.pictures import card, choose, png, state

EVENING = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)  # a Monday, 20:00 in Berlin
WAKES, READ_BY = EVENING + timedelta(hours=11, minutes=30), EVENING + timedelta(hours=12, minutes=30)


def asleep(**more: str) -> Json:
    return model(
        "logos", "asleep", next_change=instant(WAKES), wakes_at=instant(WAKES), read_by=instant(READ_BY), **more
    )


def pass_time(page: Page, minutes: float, step_ms: int = 1000) -> None:
    """Time passes in the page, in steps small enough that its questions are answered in between."""
    for _ in range(int(minutes * 60_000 / step_ms)):
        page.clock.run_for(step_ms)


def test_a_picture_for_a_sleeping_model_says_when_it_is_read_and_is_left_alone_until_then(api: FakeApi, page: Page):
    api.models = [asleep()]
    page.clock.install(time=EVENING)
    page.goto(api.url)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Drop pictures. They wait till logos wakes tomorrow at 07:30."
    )
    choose(page, png("night.png"))
    pass_time(page, 0.2)
    expect(state(page, "night.png")).to_have_text("logos reads this tomorrow by 08:30")
    expect(page.locator("#summary")).to_have_text("0 of 1 read · 1 waiting, the first is read tomorrow by 08:30")
    before = api.count("GET", "images/")
    pass_time(page, 30, step_ms=10_000)
    assert api.count("GET", "images/") - before <= 6  # every five minutes, since somebody may wake it by hand


def test_a_model_that_wakes_early_brings_its_pictures_at_once(api: FakeApi, page: Page):
    api.models = [asleep()]
    page.clock.install(time=EVENING)
    page.goto(api.url)
    choose(page, png("early.png"))
    pass_time(page, 0.1)
    expect(state(page, "early.png")).to_have_text("logos reads this tomorrow by 08:30")
    api.models = [model("logos", "awake")]
    for image in api.images.values():
        api.settle(image, [found("Harbour", "custom_label")])
    pass_time(page, 0.5)
    expect(card(page, "early.png").locator(".chip")).to_have_text(["class: Harbour 98 %"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Drop pictures. They are read at once.")


def test_questions_about_a_picture_that_waits_grow_rarer(api: FakeApi, page: Page):
    page.clock.install(time=EVENING)
    page.goto(api.url)
    choose(page, png("long.png"))
    pass_time(page, 2)
    first = api.count("GET", "images/")
    pass_time(page, 10, step_ms=2_000)
    assert 5 <= first <= 9
    assert 8 <= api.count("GET", "images/") - first <= 12  # once a minute


def test_nothing_is_asked_while_the_page_is_hidden(api: FakeApi, page: Page):
    page.clock.install(time=EVENING)
    page.goto(api.url)
    choose(page, png("hidden.png"))
    pass_time(page, 0.1)
    expect(state(page, "hidden.png")).to_have_text("Waiting for signs")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    before = len(api.calls)
    pass_time(page, 5, step_ms=5_000)
    assert len(api.calls) == before


def test_every_end_is_said_in_words(api: FakeApi, page: Page):
    page.goto(api.url)
    choose(page, *(png(f"{name}.png") for name in ("empty", "rejected", "gone", "failed")))
    expect(page.locator("#summary")).to_have_text("0 of 4 read · 4 on the way")
    expect(page.locator("[data-phase=queued]")).to_have_count(4)
    # The ids are in the order of the requests, which is not always that of the files.
    sent = {card["name"]: card["id"] for card in page.evaluate(KEPT)}
    api.settle(api.images[sent["empty.png"]])
    for name, reason in {
        "rejected": "too_small: 40 pixels; 80 are the least",
        "gone": "",
        "failed": "exhausted: given up after 20 tries",
    }.items():
        api.settle(api.images[sent[f"{name}.png"]], state=name, reason=reason)
    expect(state(page, "empty.png")).to_have_text(re.compile(r"^Read at \d\d:\d\d; nothing found$"))
    expect(state(page, "rejected.png")).to_have_text("40 pixels; 80 are the least")
    expect(state(page, "gone.png")).to_have_text("Deleted before it was read")
    expect(state(page, "failed.png")).to_have_text("Given up after 20 tries")
    expect(page.locator("#summary")).to_have_text("1 of 4 read · 3 not read")


def test_the_list_is_there_again_after_a_reload_and_gone_once_it_is_cleared(api: FakeApi, page: Page):
    page.goto(api.url)
    choose(page, png("kept.png"))
    expect(state(page, "kept.png")).to_have_text("Waiting for signs")
    page.reload()
    expect(state(page, "kept.png")).to_have_text("Waiting for signs")
    for image in api.images.values():
        api.settle(image, [found("OPEN")])
    expect(card(page, "kept.png").locator(".chip")).to_have_text(["text: OPEN 98 %"])
    page.get_by_role("button", name="Clear").click()
    expect(card(page, "kept.png")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Drop as many as you like")).to_be_visible()
    expect(card(page, "kept.png")).to_have_count(0)


def test_a_picture_that_the_service_has_forgotten_does_not_wait_for_ever(api: FakeApi, person: Watched):
    page = person.page
    page.clock.install(time=EVENING)
    page.goto(api.url)
    choose(page, png("lost.png"))
    pass_time(page, 0.1)
    expect(state(page, "lost.png")).to_have_text("Waiting for signs")
    api.images.clear()
    pass_time(page, 3, step_ms=2_000)
    expect(state(page, "lost.png")).to_have_text("The service does not know this picture.")


KEPT = """async () => {
  const asked = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const base = await asked(indexedDB.open("dayshift", 1));
  const all = await asked(base.transaction("pictures").objectStore("pictures").getAll());
  base.close();
  return all.map(({ id, name }) => ({ id, name }));
}"""
