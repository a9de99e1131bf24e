"""A model that is read in jobs says so before anything is dropped, and promises no time."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_api import FakeApi, Json, found, model
from tests.browser.pictures import card, choose, png, state


def in_jobs(state: str = "always", minutes: object = 15, **more: str) -> Json:
    return model("wildlife", state, **{"family": "gpu_job", "jobs": {"gather_minutes": minutes}, **more})


@pytest.mark.parametrize(
    ("state", "minutes", "headline", "promise", "choice"),
    [
        (
            "always", 15, "Drop pictures. They are read together, in a job.",
            "A job begins at most 15 minutes after the first picture. Come back later, if you like.",
            "always awake · read in jobs",
        ),
        (
            "awake", 0, "Drop pictures. They are read together, in a job.",
            "A job begins within minutes. Come back later, if you like.", "awake · read in jobs",
        ),
        (
            "asleep", 15, "Drop pictures. wildlife sleeps; they wait.",
            "No job begins while it sleeps, and nothing you drop is lost.", "asleep · read in jobs",
        ),
    ],
)  # fmt: skip
def test_a_model_that_is_read_in_jobs_says_when_one_begins(
    api: FakeApi, page: Page, state: str, minutes: int, headline: str, promise: str, choice: str
) -> None:
    api.models = [in_jobs(state, minutes), model("signs")]
    page.goto(api.url)
    page.locator(".choice-text b", has_text="wildlife").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    expect(page.locator("#promise")).to_have_text(promise)
    expect(page.locator(".choice-text small")).to_have_text([choice, "always awake"])


@pytest.mark.parametrize("minutes", ["<img src=x onerror=alert(1)>", None, -3, 2.5, "3", [3]])
def test_minutes_that_are_none_are_not_told(api: FakeApi, page: Page, minutes: object) -> None:
    api.models = [in_jobs(minutes=minutes)]
    page.goto(api.url)
    expect(page.locator("#promise")).to_have_text("A job begins within minutes. Come back later, if you like.")


def test_a_picture_waits_for_a_job_and_is_shown_when_the_job_is_over(api: FakeApi, page: Page) -> None:
    api.models = [in_jobs()]
    page.goto(api.url)
    choose(page, png("deer.png"))
    expect(state(page, "deer.png")).to_have_text("Waiting for a job of wildlife")
    for image in api.images.values():
        api.settle(image, [found("Deer", "class")])
    expect(card(page, "deer.png").locator(".chip")).to_have_text(["class: Deer 98 %"])
