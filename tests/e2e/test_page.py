"""The page as a person meets it: a real browser, the real API, real recognition, on the local AWS."""

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from dayshift.domain.results import record_key
from local.places import KEPT, SAMPLES
from local.stack import LocalAws, free_ports
from tests.browser.chromium import launch, visit
from tests.e2e.powered import Powered

VARIABLES = Path(__file__).parent / "page.tfvars"
SIGNS = [
    SAMPLES / name for name in (
        "signs/opening hours.jpg", "signs/turned.jpg", "photos/astronaut.jpg", "photos/meadow.jpg", "signs/qr code.png",
    )
]  # fmt: skip
READ = {"opening hours.jpg": "OPEN", "turned.jpg": "EXIT", "astronaut.jpg": "Face", "meadow.jpg": "Vegetation"}
DAY = [SAMPLES / "day" / f"{name} 1.png" for name in ("harbour", "lantern", "orchard")]
BY = re.compile(r"^logos reads this by \d\d:\d\d$")
SECONDS = 1000
COLD_MS = 30 * SECONDS  # a function's first call, with everything else starting too
READ_MS = 90 * SECONDS  # the first text that is read loads half a gigabyte


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def logos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Powered]:
    """The model that sleeps, on a local AWS of its own, behind an API that wants the tokens of the local provider."""
    with LocalAws(tmp_path_factory.mktemp("page"), free_ports()) as aws:
        issuer = f"{aws.page_url}_oidc"
        jwt = f'{{ issuer = "{issuer}", audience = ["page"], client_id = "page" }}'
        api = f'{{ authentication = "jwt", page = false, jwt = {jwt} }}'
        deployed = aws.deploy(VARIABLES, {"api": api}).values
        sign_in = {"api": "/api", "authentication": "jwt", "issuer": issuer, "client_id": "page", "scope": "openid"}
        aws.show_page(deployed["api_url"], sign_in)
        yield Powered(aws, deployed, "logos")


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem", name=name, exact=True)


def chips(page: Page, name: str) -> Locator:
    return card(page, name).locator(".chip bdi")


def state(page: Page, name: str) -> Locator:
    return card(page, name).locator(".state")


def screenshot(page: Page) -> None:
    """.dayshift/page.png, and as JPEG where DAYSHIFT_SCREENSHOT says (the README's: docs/page.jpg)."""
    page.evaluate("document.activeElement.blur()")
    path = KEPT / "page.png"
    page.screenshot(path=path, animations="disabled")
    if wanted := os.environ.get("DAYSHIFT_SCREENSHOT"):
        with Image.open(path) as image:
            image.convert("RGB").save(wanted, quality=86, optimize=True, progressive=True)


def sign_in(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#person-name")).to_have_text("Ada of this machine", timeout=COLD_MS)
    expect(page.locator("#giving")).to_be_visible(timeout=COLD_MS)


def all_results(page: Page) -> str:
    with page.expect_download(timeout=COLD_MS) as coming:
        page.get_by_role("button", name="All results (CSV)").click()
    return Path(coming.value.path()).read_text(encoding="utf-8-sig")


def test_the_page_that_make_up_names_is_open_and_reads(aws: LocalAws, browser: Browser):
    with visit(browser) as watched:
        page = watched.page
        page.goto(aws.page_url)
        expect(page.locator("#giving")).to_be_visible(timeout=COLD_MS)
        page.get_by_role("radio", name="signs").check(force=True)
        page.set_input_files("#files", [SAMPLES / "signs" / "qr code.png", SAMPLES / "signs" / "truncated.jpg"])
        expect(chips(page, "qr code.png").filter(has_text="SCAN ME")).to_be_visible(timeout=READ_MS)
        expect(card(page, "truncated.jpg")).to_have_attribute("data-phase", "rejected", timeout=READ_MS)
        expect(state(page, "truncated.jpg")).not_to_have_text("Given up")  # but why
        assert "SCAN ME" in all_results(page)


def test_what_sleeps_reads_in_the_morning_and_what_is_awake_at_once(logos: Powered, browser: Browser):
    logos.next_morning(hour=7)
    with visit(browser, viewport={"width": 1280, "height": 1310}) as watched:
        page = watched.page
        page.clock.install(time=logos.controls.now())
        sign_in(page, logos.aws.page_url)
        page.get_by_role("radio", name="logos").check(force=True)
        expect(page.get_by_role("heading", level=1)).to_have_text("Drop pictures. They wait till logos wakes at 08:30.")
        page.set_input_files("#files", DAY)
        for picture in DAY:
            expect(state(page, picture.name)).to_have_text(BY, timeout=COLD_MS)

        page.get_by_role("radio", name="signs").check(force=True)
        expect(page.get_by_role("heading", level=1)).to_have_text("Drop pictures. They are read at once.")
        page.set_input_files("#files", SIGNS)
        for name, word in READ.items():
            expect(chips(page, name).filter(has_text=word)).to_be_visible(timeout=READ_MS)
        assert card(page, "opening hours.jpg").locator("[data-kind=text] .over").count() >= 3

        logos.go(9)
        page.clock.set_system_time(logos.controls.now())
        for picture in DAY:
            expect(chips(page, picture.name)).to_have_text(picture.name.split()[0], timeout=READ_MS)
        expect(page.locator("#summary")).to_have_text("8 of 8 read")
        screenshot(page)


def test_a_person_who_signs_in_sees_what_is_theirs_and_wakes_a_model(logos: Powered, browser: Browser):
    logos.next_morning(hour=7)
    other = f"incoming/signs/open/{uuid.uuid4().hex}.png"
    body = (SAMPLES / "signs" / "page.png").read_bytes()
    version = logos.s3.put_object(Bucket=logos.deployment["images_bucket"], Key=other, Body=body)["VersionId"]
    record = {"Bucket": logos.deployment["results_bucket"], "Key": record_key("signs", other, version)}
    with visit(browser) as watched:
        page = watched.page
        sign_in(page, logos.aws.page_url)
        assert page.request.get(f"{logos.aws.page_url}api/models").status == 401  # without the token
        page.set_input_files("#files", [SAMPLES / "signs" / "qr code.png"])
        expect(chips(page, "qr code.png").filter(has_text="SCAN ME")).to_be_visible(timeout=READ_MS)
        logos.s3.get_waiter("object_exists").wait(**record)
        rows = all_results(page)
        assert "SCAN ME" in rows
        assert other not in rows

        page.get_by_role("radio", name="logos").check(force=True)
        page.get_by_text("Wake or rest logos yourself").click()
        page.get_by_role("button", name="Keep it on").click()
        expect(page.locator("#power-summary")).to_contain_text("Kept on by hand until", timeout=COLD_MS)
        logos.go(7, 10)
        assert logos.model() == "STARTING"
