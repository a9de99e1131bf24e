"""Faces: their names stand at their boxes, nobody's face looks calm, and a name is only ever a name."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import visit
from tests.browser.fake_api import FakeApi, Json, found, model
from tests.browser.hostile import PAYLOADS
from tests.browser.pictures import card, choose, png, state
from tests.browser.test_looks import AXE

ADA, NOBODY = (0.1, 0.3, 0.2, 0.3), (0.6, 0.3, 0.2, 0.3)
RIGHT_TO_LEFT = "\u0645\u062d\u0645\u062f \u0628\u0646 \u0645\u0648\u0633\u0649"
NAMES = (
    *PAYLOADS, RIGHT_TO_LEFT, f"\u202e{RIGHT_TO_LEFT}\u202c <b>x</b>",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 40, "constructor", "W" * 128, "Ada " * 32,
)  # fmt: skip
SEEN = """() => ({
  tags: [...new Set([...document.querySelectorAll("#cards *")].map((each) => each.tagName))],
  handlers: [...document.querySelectorAll("*")].flatMap((each) => each.getAttributeNames())
    .filter((name) => name.startsWith("on") || name === "style" || name === "srcdoc"),
  scripts: document.scripts.length,
  wide: document.documentElement.scrollWidth - innerWidth,
  stages: [...new Set([...document.querySelectorAll(".stage")].map((each) => each.getBoundingClientRect().height))],
  outside: [...document.querySelectorAll(".who")].filter((tag) => {
    const over = tag.closest(".boxes").viewBox.baseVal;
    const { x, y, width, height } = tag;
    const [left, top, wide, high] = [x, y, width, height].map((each) => each.baseVal.value);
    const isClipped = getComputedStyle(tag).overflow === "hidden";
    return !isClipped || left < 0 || top < 0 || left + wide > over.width + 0.01 || top + high > over.height + 0.01;
  }).length,
  names: [...document.querySelectorAll(".who text")].map((each) => each.textContent),
})"""


@pytest.fixture
def faces(api: FakeApi, page: Page) -> Page:
    """A page before a fleet, with one picture of two faces and one of none."""
    api.models = [model("faces", "awake", family="face_fleet")]
    answers = iter([[found("Ada", "face", 81.4, ADA), found("unknown", "face", 93, NOBODY)], []])
    api.reads = lambda image: next(answers)
    page.goto(api.url)
    choose(page, png("two.png"))
    expect(state(page, "two.png")).to_contain_text("Found 2 faces")
    choose(page, png("none.png"))
    expect(state(page, "none.png")).to_contain_text("no face")
    return page


def test_the_boxes_carry_the_names(faces: Page):
    names = card(faces, "two.png").locator(".boxes .who text")
    expect(names).to_have_text(["Ada", "unknown"])
    size = names.first.evaluate("(each) => each.getBoundingClientRect().height")
    assert 10 < size < 24, "as large as small text, whatever the picture's own size"


def test_a_face_of_nobody_is_told_apart_by_more_than_its_name(faces: Page):
    dashes = faces.locator(".boxes g .over").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one).strokeDasharray)"
    )
    assert dashes == ["none", "6px, 5px"]
    borders = faces.locator(".chip").evaluate_all("(all) => all.map((one) => getComputedStyle(one).borderStyle)")
    assert borders == ["solid", "dashed"]
    hues = faces.locator(".boxes g .over").evaluate_all("(all) => all.map((one) => getComputedStyle(one).stroke)")
    assert len(set(hues)) == 2


def test_no_face_is_said_where_there_is_none_and_after_a_reload(faces: Page):
    expect(state(faces, "none.png")).to_contain_text("no face")
    expect(state(faces, "none.png")).not_to_contain_text("nothing found")
    faces.reload()
    expect(state(faces, "none.png")).to_contain_text("no face")


def test_other_models_say_it_in_their_words(api: FakeApi, page: Page):
    answers = iter([[found("unknown", "label", 90, ADA), found("Face", "face", 90, NOBODY)], []])
    api.reads = lambda image: next(answers)
    page.goto(api.url)
    choose(page, png("label.png"))
    expect(state(page, "label.png")).to_contain_text("Found 2 things")
    assert page.locator("[data-who=nobody]").count() == 0, "only a face can be nobody's"
    choose(page, png("none.png"))
    expect(state(page, "none.png")).to_contain_text("nothing found")


def test_the_table_says_whose_face_and_where(faces: Page):
    faces.locator("[data-phase=found] .stage").click()
    rows = faces.locator("#viewer-rows tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Ada face")
    expect(rows.nth(1).locator("bdi")).to_have_css("font-style", "italic")
    expect(faces.locator("#viewer-stage .who text")).to_have_text(["Ada", "unknown"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_faces(api: FakeApi, browser: Browser, theme: str):
    with visit(browser, color_scheme=theme) as watched:
        page = watched.page
        api.models = [model("faces", "awake", family="face_fleet")]
        api.reads = lambda image: [found("Ada", "face", 81, ADA), found("unknown", "face", 93, NOBODY)]
        page.goto(api.url)
        choose(page, png("two.png"))
        expect(page.locator(".who text")).to_have_count(2)
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(AXE) == []
        page.locator(".stage").click()
        expect(page.locator("#viewer")).to_be_visible()
        assert page.evaluate(AXE) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_hostile_names_of_people_stay_names_within_their_picture(api: FakeApi, browser: Browser, width: int):
    with visit(browser, viewport={"width": width, "height": 800}) as watched:
        page, ran = watched.page, list[str]()
        page.expose_function("hit", lambda *_: ran.append("a payload ran"))
        page.on("request", lambda sent: None if sent.url.startswith((api.url, "blob:")) else ran.append(sent.url))
        answers = iter([NAMES[start : start + 4] for start in range(0, len(NAMES), 4)])
        api.models = [model("faces", "awake", family="face_fleet")]
        api.reads = lambda image: _at_edges(next(answers))
        page.goto(api.url)
        pictures = -(-len(NAMES) // 4)
        choose(page, *[png(f"{number}.png") for number in range(pictures)])
        expect(page.locator("#summary")).to_have_text(f"{pictures} of {pictures} read", timeout=60_000)
        expect(page.locator(".who")).to_have_count(len(NAMES))
        seen = page.evaluate(SEEN)
        _harmless(seen)
        page.locator(".stage").first.click()
        expect(page.locator("#viewer-stage .who")).to_have_count(4)
        side = "({ scrollWidth, clientWidth }) => scrollWidth - clientWidth"
        assert page.locator(".viewer-side").evaluate(side) == 0
        assert page.evaluate(SEEN)["outside"] == 0
        assert ran == []


def _harmless(seen: Json) -> None:
    """Nothing was made of the names but text, in the places where text belongs."""
    known = {
        "LI",
        "BUTTON",
        "IMG",
        "DIV",
        "H3",
        "P",
        "PROGRESS",
        "UL",
        "SPAN",
        "BDI",
        "SMALL",
        "svg",
        "g",
        "rect",
        "text",
    }
    assert set(seen["tags"]) <= known
    assert (seen["handlers"], seen["scripts"], seen["wide"], seen["outside"]) == ([], 1, 0, 0)
    assert len(seen["stages"]) == 1, "no name makes its picture higher"
    assert PAYLOADS[0] in seen["names"], "markup is shown as it is written"
    assert RIGHT_TO_LEFT in seen["names"]
    hidden = {"\u202e", "\u202c", "\u2066", "\u200f", "\x1b", "\0", "\t"}
    assert not [name for name in seen["names"] if hidden & set(name) or len(name) > 41]


def _at_edges(names: tuple[str, ...]) -> list[Json]:
    """Faces in the corners, where a name has least room."""
    places = [(0.0, 0.0, 0.1, 0.1), (0.9, 0.0, 0.1, 0.1), (0.0, 0.9, 0.1, 0.1), (0.9, 0.9, 0.1, 0.1)]
    return [found(name, "face", 70, box) for name, box in zip(names, places, strict=False)]


def test_a_fleet_that_sleeps_is_said_to_be_woken_by_pictures(api: FakeApi, page: Page):
    api.models = [model("faces", "asleep", family="face_fleet", workers={"now": 0, "wanted": 0, "maximum": 19})]
    page.goto(api.url)
    expect(page.locator("#headline")).to_have_text("Drop pictures. They wake faces up.")
    api.models[0] |= {"next_change": "2099-11-23T07:30:00Z"}
    page.reload()
    expect(page.locator("#headline")).to_contain_text("They wait till faces wakes")
