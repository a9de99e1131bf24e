"""A model that workers read for says how many there are, and no other model speaks of any."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_api import FakeApi, model


def fleet(state: str, now: object) -> dict[str, object]:
    return model("faces", state, family="face_fleet", workers={"now": now, "wanted": 3, "maximum": 19})


@pytest.mark.parametrize(
    ("state", "now", "promise", "choice"),
    [
        ("awake", 3, "3 workers read them.", "awake · 3 workers"),
        ("awake", 1, "1 worker reads them.", "awake · 1 worker"),
        ("starting", 2, "It reads what waits as soon as it answers.", "waking up · 2 workers"),
        ("asleep", 0, "Nothing is paid while it sleeps, and nothing you drop is lost.", "asleep"),
    ],
)
def test_the_models_tell_how_many_workers_read(
    api: FakeApi, page: Page, state: str, now: int, promise: str, choice: str
) -> None:
    api.models = [fleet(state, now), model("signs")]
    page.goto(api.url)
    page.locator(".choice-text b", has_text="faces").click()
    expect(page.locator("#promise")).to_have_text(promise)
    expect(page.locator(".choice-text small")).to_have_text([choice, "always awake"])


@pytest.mark.parametrize("now", ["<img src=x onerror=alert(1)>", None, -3, 2.5, 1e300, "3", [3]])
def test_a_number_that_is_none_is_no_number(api: FakeApi, page: Page, now: object) -> None:
    api.models = [fleet("awake", now), model("signs")]
    page.goto(api.url)
    expect(page.locator(".choice-text small").first).to_have_text("awake")
