"""What is shown can be narrowed, looked at closely, and taken away as CSV."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.fake_api import FakeApi, Json, found, model
from tests.browser.pictures import card, choose, png

THINGS = {
    "harbour.png": [found("Harbour", "custom_label", 97.4)],
    "café.png": [found("OPEN", box=(0.1, 0.2, 0.3, 0.1)), found("Sky", "label", 81)],
    "nothing.png": [],
}


@pytest.fixture
def shown(api: FakeApi, page: Page) -> Page:
    """A page with three pictures that were read and one that waits."""
    by_content: dict[bytes, list[Json]] = {}
    files = []
    for number, (name, things) in enumerate(THINGS.items()):
        file = png(name, size=(200 + number, 100))
        by_content[file["buffer"]] = things
        files.append(file)
    api.reads = lambda image: by_content.get(image["content"])
    page.goto(api.url)
    choose(page, *files, png("waits.png"))
    expect(page.locator("#summary")).to_have_text("3 of 4 read · 1 on the way")
    return page


def names(page: Page) -> list[str]:
    """The names on the cards that are shown, sorted."""
    return sorted(page.locator(".card:visible .name").all_inner_texts())


def text_of(download: Download) -> str:
    return Path(download.path()).read_bytes().decode("utf-8-sig")


def test_cards_are_filtered_by_name_label_and_state(shown: Page):
    search = shown.get_by_role("searchbox", name="Filter by name or label")
    search.fill("sky open")
    assert names(shown) == ["café.png"]
    search.fill("CAFE")
    assert names(shown) == ["café.png"]
    search.fill("")
    shown.get_by_role("radio", name="Waiting 1").check(force=True)
    assert names(shown) == ["waits.png"]
    shown.get_by_role("radio", name="Nothing found 1").check(force=True)
    assert names(shown) == ["nothing.png"]
    shown.wait_for_timeout(1000)  # what was read is told before
    search.fill("harbour")
    expect(shown.get_by_text("No picture fits this filter.")).to_be_visible()
    expect(shown.locator("#saying")).to_have_text("0 of 4 pictures shown.")
    shown.get_by_role("button", name="Show all").click()
    assert len(names(shown)) == 4


def test_a_label_shows_only_the_pictures_that_have_it(shown: Page):
    card(shown, "harbour.png").get_by_role("button", name="class: Harbour 97 %").click()
    assert names(shown) == ["harbour.png"]


def test_a_label_that_is_pointed_at_marks_its_box(shown: Page):
    card(shown, "café.png").get_by_role("button", name="text: OPEN 98 %").hover()
    expect(card(shown, "café.png").locator(".boxes .marked")).to_have_attribute("data-kind", "text")


def test_the_csv_holds_what_is_shown(shown: Page):
    shown.get_by_role("searchbox").fill("png")
    shown.get_by_role("radio", name="Found 2").check(force=True)
    with shown.expect_download() as coming:
        shown.get_by_role("button", name="Save as CSV").click()
    assert coming.value.suggested_filename.startswith("dayshift results 20")
    rows = list(csv.DictReader(io.StringIO(text_of(coming.value))))
    assert [(row["file"], row["state"], row["kind"], row["name"], row["box_left"]) for row in rows] == [
        ("harbour.png", "found", "custom_label", "Harbour", ""),
        ("café.png", "found", "text", "OPEN", "0.1"),
        ("café.png", "found", "label", "Sky", ""),
    ]


def test_all_results_are_fetched_page_by_page(api: FakeApi, page: Page):
    api.csv_pages = ['"image_key"\r\n"a"\r\n', '"image_key"\r\n"b"\r\n', '"image_key"\r\n"c"\r\n']
    page.goto(api.url)
    with page.expect_download() as coming:
        page.get_by_role("button", name="All results (CSV)").click()
    assert text_of(coming.value) == '"image_key"\r\n"a"\r\n"b"\r\n"c"\r\n'


def test_the_viewer_says_what_was_found_and_where(shown: Page):
    shown.get_by_role("button", name="Look at café.png").click()
    viewer = shown.get_by_role("dialog", name="café.png")
    expect(viewer.get_by_role("row")).to_have_text(
        ["FoundSureWhere", "OPEN text98 %top left, 30 % wide", "Sky label81 %whole picture"]
    )
    viewer.get_by_role("button", name="Next").click()
    expect(shown.get_by_role("dialog", name="nothing.png")).to_be_visible()
    shown.keyboard.press("ArrowLeft")
    expect(shown.get_by_role("dialog", name="café.png")).to_be_visible()


def test_a_picture_goes_to_the_model_that_is_chosen(api: FakeApi, page: Page):
    api.models = [model("signs"), model("logos", "awake")]
    page.goto(api.url)
    page.get_by_role("radio", name="logos").check(force=True)
    choose(page, png("one.png"))
    expect(page.locator("[data-phase=queued]")).to_have_count(1)
    assert [image["model"] for image in api.images.values()] == ["logos"]


def test_in_an_open_demonstration_nobody_is_offered_the_switch(api: FakeApi, page: Page):
    api.models = [model("logos", "asleep")]
    page.goto(api.url)
    expect(page.locator("#limits")).to_be_visible()
    expect(page.locator("#power")).to_be_hidden()
