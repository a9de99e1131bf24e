"""Everything can be done without a mouse, and is said to whoever does not see the page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_api import FakeApi, found, model
from tests.browser.pictures import card, choose, png

FOCUSED = """() => {
  const { id, className, textContent, value } = document.activeElement;
  const name = document.activeElement.getAttribute("aria-label");
  return name || id || value || textContent.trim() || className;
}"""


def tab_through(page: Page, most: int = 60) -> list[str]:
    """The names of what gets the focus, in order, from the top of the page to its end."""
    seen: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        name = str(page.evaluate(FOCUSED))
        if page.evaluate("document.activeElement === document.body"):
            break
        seen.append(name)
    return seen


@pytest.fixture
def shown(api: FakeApi, page: Page) -> Page:
    api.models = [model("signs"), model("logos", "awake")]
    api.reads = lambda image: [found("OPEN", box=(0.1, 0.2, 0.3, 0.1))]
    page.goto(api.url)
    choose(page, png("one.png"), png("two.png"))
    expect(page.locator("#summary")).to_have_text("2 of 2 read")
    page.evaluate("document.activeElement.blur()")
    return page


def test_the_focus_goes_through_the_page_in_the_order_in_which_it_is_read(shown: Page):
    assert tab_through(shown) == [
        "Skip to the pictures", "signs", "files", "csv-shown", "csv-all", "clear", "Filter by name or label", "all",
        "Look at one.png", "text: OPEN 98 %", "Take one.png off the list",
        "Look at two.png", "text: OPEN 98 %", "Take two.png off the list", "document",
    ]  # fmt: skip


def test_whoever_has_the_focus_is_seen(shown: Page):
    for _ in range(14):
        shown.keyboard.press("Tab")
        outlined = shown.evaluate(
            """() => {
              const at = document.activeElement;
              const near = [at, at.nextElementSibling, at.closest("label")].filter(Boolean);
              const styles = near.map((each) => getComputedStyle(each));
              return styles.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
            }"""
        )
        assert outlined, f"no outline around {shown.evaluate(FOCUSED)}"


def test_a_model_is_chosen_with_the_arrows(shown: Page):
    shown.get_by_role("radio", name="signs").focus()
    shown.keyboard.press("ArrowRight")
    expect(shown.get_by_role("radio", name="logos")).to_be_checked()


def test_the_files_are_chosen_with_the_space_bar(shown: Page):
    shown.on("filechooser", lambda chooser: None)  # early: a key is quicker than the browser learns who is to be told
    shown.locator("#files").focus()
    expect(shown.locator("#files")).to_be_focused()
    with shown.expect_file_chooser() as coming:
        shown.keyboard.press("Space")
    assert coming.value.is_multiple()


def test_the_viewer_opens_turns_and_closes_and_gives_the_focus_back(shown: Page):
    shown.get_by_role("button", name="Look at one.png").focus()
    shown.keyboard.press("Enter")
    expect(shown.get_by_role("dialog", name="one.png")).to_be_visible()
    shown.keyboard.press("ArrowRight")
    expect(shown.get_by_role("dialog", name="two.png")).to_be_visible()
    for _ in range(12):  # the focus stays in it
        shown.keyboard.press("Tab")
        assert shown.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    shown.keyboard.press("Escape")
    expect(shown.get_by_role("dialog")).to_have_count(0)
    assert shown.evaluate(FOCUSED) == "Look at one.png"


def test_a_row_that_has_the_focus_marks_its_box(shown: Page):
    shown.get_by_role("button", name="Look at one.png").click()
    shown.get_by_role("row", name="OPEN").focus()
    expect(shown.locator("#viewer .boxes .marked")).to_have_count(1)


def test_taking_a_card_off_leaves_the_focus_on_the_next(shown: Page):
    shown.get_by_role("button", name="Take one.png off the list").focus()
    shown.keyboard.press("Enter")
    expect(card(shown, "one.png")).to_have_count(0)
    assert shown.evaluate(FOCUSED) == "Take two.png off the list"
    shown.keyboard.press("Enter")
    assert shown.evaluate(FOCUSED) == "results"


def test_the_skip_link_leads_to_the_pictures(shown: Page):
    shown.keyboard.press("Tab")
    shown.keyboard.press("Enter")
    assert shown.evaluate(FOCUSED) == "results"


def test_what_happens_is_said_once_and_gathered(api: FakeApi, page: Page):
    page.goto(api.url)
    page.evaluate(
        """() => {
          window.said = [];
          const region = document.querySelector("#saying");
          const note = () => region.textContent && said.push(region.textContent);
          new MutationObserver(note).observe(region, { childList: true });
        }"""
    )
    api.reads = lambda image: [found("OPEN"), found("Sky")]
    choose(page, png("one.png"))
    expect(page.locator("#saying")).to_have_text("one.png: read, OPEN, Sky.")
    choose(page, *(png(f"{number}.png") for number in range(4)))
    expect(page.locator("#summary")).to_have_text("5 of 5 read")
    expect(page.locator("#saying")).to_have_text("4 pictures read.")
    assert page.evaluate("said.slice(0, 3)") == ["1 picture added.", "one.png: read, OPEN, Sky.", "4 pictures added."]
