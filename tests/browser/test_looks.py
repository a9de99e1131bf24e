"""How it looks: both themes, every light of the sky, from a small phone to a desk; axe-core finds nothing wrong."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import visit
from tests.browser.fake_api import FakeApi, found, model
from tests.browser.pictures import choose, other, png

LONG_NAME = "a picture with a name that is much longer than any card is wide, and goes on and on.png"
AXE = """async () => (await axe.run(document, { resultTypes: ["violations", "incomplete"] })).violations
  .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)"""
# Text over the sky lies on a gradient, which axe does not judge: the worst of what is behind it is measured here.
SKY_TEXT = ["#headline", "#promise", ".brand", "#limits", ".choice-text small", "legend"]
CONTRAST = """(selectors) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05;
  const shown = document.querySelector(`.scene .${document.querySelector("#sky").dataset.light}`);
  const stops = getComputedStyle(shown).backgroundImage.match(/rgba?\\([^)]*\\)/g).map((stop) => light(rgb(stop)));
  return selectors.map((selector) => {
    const ink = light(rgb(getComputedStyle(document.querySelector(selector)).color));
    return [selector, Math.min(...stops.map((stop) => Math.max(ink, stop) / Math.min(ink, stop)))];
  });
}"""
STATES = {"day": "awake", "dawn": "starting", "night": "asleep"}


def fill(api: FakeApi, page: Page, light: str) -> None:
    """The page with a card of every kind."""
    api.models = [model("logos", STATES[light]), model("signs")]
    kinds = [[found("OPEN", box=(0.1, 0.2, 0.3, 0.1)), found("Face", "face", box=(0.5, 0.5, 0.2, 0.2))], [], None]
    texts = iter(kinds)
    api.reads = lambda image: next(texts)
    page.goto(api.url)
    page.get_by_role("radio", name="logos").check(force=True)
    choose(page, png("one.png"), png("two.png"), png(LONG_NAME), other("x.gif", b"GIF89a" + bytes(99)))
    expect(page.locator("[data-phase=unsent]")).to_have_count(1)
    expect(page.locator(":is([data-phase=line], [data-phase=sending])")).to_have_count(0)
    expect(page.locator("#sky")).to_have_attribute("data-light", light)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("light", STATES)
def test_axe_finds_nothing_and_text_on_the_sky_can_be_read(api: FakeApi, browser: Browser, theme: str, light: str):
    with visit(browser, color_scheme=theme) as watched:
        page = watched.page
        fill(api, page, light)
        if light == "day":
            expect(page.locator("[data-phase=found] .boxes")).to_have_count(1)
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(AXE) == []
        low = [(selector, ratio) for selector, ratio in page.evaluate(CONTRAST, SKY_TEXT) if ratio < 4.5]
        assert low == []
        page.locator(".stage").first.click()
        expect(page.locator("#viewer")).to_be_visible()
        assert page.evaluate(AXE) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2200])
def test_nothing_is_wider_than_the_screen(api: FakeApi, browser: Browser, width: int):
    with visit(browser, viewport={"width": width, "height": 800}) as watched:
        page = watched.page
        fill(api, page, "day")
        too_wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(too_wide) == 0
        page.locator("[data-phase=found] .stage").click()
        expect(page.locator("#viewer")).to_be_visible()
        side = "({ scrollWidth, clientWidth }) => scrollWidth - clientWidth"
        assert page.locator(".viewer-side").evaluate(side) == 0
        assert page.evaluate(too_wide) == 0


def test_what_is_touched_on_a_phone_is_large_enough(api: FakeApi, browser: Browser):
    with visit(browser, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as watched:
        page = watched.page
        fill(api, page, "day")
        boxes = page.evaluate(
            """() => [...document.querySelectorAll("button, label.primary, .choice, .groups span, #filter-text")]
              .filter((each) => each.checkVisibility())
              .map((each) => [each.textContent.trim() || each.id, each.getBoundingClientRect().height])"""
        )
        assert [name for name, height in boxes if height < 24] == []  # WCAG 2.2, 2.5.8


def test_nothing_moves_for_whoever_wants_it_still(api: FakeApi, page: Page):
    fill(api, page, "day")  # the person of all these tests does
    assert page.evaluate("document.getAnimations().length") == 0


def test_without_reduced_motion_the_sun_rises(api: FakeApi, browser: Browser):
    with visit(browser, reduced_motion="no-preference") as watched:
        page = watched.page
        api.models = [model("logos", "awake")]
        page.goto(api.url)
        expect(page.locator("#sky")).to_have_attribute("data-light", "day")
        assert page.evaluate("document.getAnimations().map((each) => each.effect.target.className)").count("sun") > 0
