"""One Chromium for all tests here; a fake API and a new person for each."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import Watched, launch, visit
from tests.browser.fake_api import FakeApi


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def api() -> Iterator[FakeApi]:
    api = FakeApi()
    yield api
    api.stop()


@pytest.fixture
def person(browser: Browser) -> Iterator[Watched]:
    with visit(browser) as watched:
        yield watched


@pytest.fixture
def page(person: Watched) -> Page:
    return person.page
