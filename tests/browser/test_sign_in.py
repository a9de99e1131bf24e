"""Signing in by OpenID Connect with PKCE, at a provider of another origin; what a person may then do, and see."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.errors import JoseError
from playwright.sync_api import Browser, Page, Route, expect
from werkzeug.serving import make_server

from local.services.oidc import Provider, provider_routes
from tests.browser.chromium import visit
from tests.browser.fake_api import FakeApi, found, model, problem
from tests.browser.pictures import card, choose, png, state

STORED = "() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])"


@pytest.fixture
def provider() -> Iterator[Provider]:
    flask = Flask("provider")
    server = make_server("127.0.0.1", 0, flask, threaded=True)
    provider = Provider(f"http://127.0.0.1:{server.server_port}/oidc", lambda: datetime.now(UTC))
    flask.register_blueprint(provider_routes(provider, "/oidc"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield provider
    server.shutdown()
    server.server_close()


@pytest.fixture
def secured(provider: Provider) -> Iterator[FakeApi]:
    """An API that wants the provider's tokens, as API Gateway's JWT authorizer does."""

    def caller(authorization: str) -> str | None:
        try:
            claims = jwt.decode(authorization.removeprefix("Bearer "), provider.key).claims
        except (JoseError, ValueError):
            return None
        return str(claims["sub"]) if claims["aud"] == "page" else None

    config = {"api": "/api", "authentication": "jwt", "issuer": provider.issuer, "client_id": "page", "scope": "openid"}
    api = FakeApi(config=config, models=[model("logos", "asleep")], connect=provider.issuer.removesuffix("/oidc"))
    api.caller = caller
    yield api
    api.stop()


def sign_in(api: FakeApi, page: Page) -> None:
    page.goto(api.url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#giving")).to_be_visible()


def test_nobody_sees_anything_before_signing_in(secured: FakeApi, page: Page):
    page.goto(secured.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in, then drop pictures.")
    expect(page.locator("#giving")).to_be_hidden()
    assert secured.calls == []


def test_a_person_signs_in_and_sends_pictures_and_the_token_is_nowhere_but_in_memory(secured: FakeApi, page: Page):
    sign_in(secured, page)
    expect(page.locator("#person-name")).to_have_text("Ada of this machine")
    assert page.url == secured.url  # neither code nor state stays in the address
    choose(page, png("mine.png"))
    expect(state(page, "mine.png")).to_have_text("logos sleeps; this waits")
    assert [image["owner"] for image in secured.images.values()] == ["ada"]
    assert page.evaluate(STORED) == '[{},{},""]'


def test_a_provider_that_is_broken_is_said_to_be(secured: FakeApi, provider: Provider, page: Page):
    page.route(f"{provider.issuer}/.well-known/*", lambda route: route.fulfill(status=500, body="oh"))
    page.goto(secured.url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#promise")).to_have_text("The sign-in failed: the provider answered 500.")


def test_an_answer_that_was_not_asked_for_signs_nobody_in(secured: FakeApi, page: Page):
    page.goto(f"{secured.url}?code=stolen&state=forged")
    expect(page.locator("#promise")).to_have_text("The sign-in was not begun here. Try again.")
    assert page.url == secured.url
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_an_answer_to_another_question_signs_nobody_in(secured: FakeApi, provider: Provider, page: Page):
    def forge(route: Route) -> None:
        route.fulfill(status=302, headers={"Location": f"{secured.url}?code=another&state=another"})

    page.route(f"{provider.issuer}/authorize*", forge)
    page.goto(secured.url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#promise")).to_have_text("The sign-in was not begun here. Try again.")


def test_a_token_that_has_ended_closes_the_page_until_the_person_signs_in_again(secured: FakeApi, page: Page):
    sign_in(secured, page)
    secured.trouble = lambda method, path: problem(401, "Unauthorized") if path == "images" else None
    choose(page, png("late.png"))
    expect(page.locator("#promise")).to_have_text("Your sign-in has ended. Sign in again to go on.")
    expect(state(page, "late.png")).to_have_text("In line")


def test_what_one_person_kept_another_does_not_see(secured: FakeApi, provider: Provider, browser: Browser):
    with visit(browser) as watched:
        page = watched.page
        sign_in(secured, page)
        choose(page, png("of ada.png"))
        expect(state(page, "of ada.png")).to_have_text("logos sleeps; this waits")
        provider.person = {"sub": "grace", "name": "Grace"}
        sign_in(secured, page)
        expect(page.locator("#person-name")).to_have_text("Grace")
        expect(card(page, "of ada.png")).to_have_count(0)
        provider.person = {"sub": "ada", "name": "Ada"}
        sign_in(secured, page)
        expect(state(page, "of ada.png")).to_have_text("logos sleeps; this waits")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        sign_in(secured, page)
        expect(page.locator("#limits")).to_be_visible()
        expect(card(page, "of ada.png")).to_have_count(0)


def test_a_model_is_kept_on_off_and_given_back(secured: FakeApi, page: Page):
    sign_in(secured, page)
    page.get_by_text("Wake or rest logos yourself").click()
    page.get_by_label("for").select_option("2 hours")
    page.get_by_role("button", name="Keep it on").click()
    expect(page.locator("#power-said")).to_have_text("Done. It follows within a minute or two.")
    expect(page.locator("#power-summary")).to_contain_text("Kept on by hand until")
    page.get_by_role("button", name="Keep it off").click()
    expect(page.locator("#power-summary")).to_contain_text("Kept off by hand until")
    page.get_by_role("button", name="Back to its hours").click()
    expect(page.locator("#power-summary")).to_have_text("Wake or rest logos yourself")
    assert secured.switched == [
        ("logos", "on", {"minutes": 120}), ("logos", "off", {"minutes": 120}), ("logos", "auto", {}),
    ]  # fmt: skip


def test_who_may_not_switch_is_told_so(secured: FakeApi, page: Page):
    sign_in(secured, page)
    secured.trouble = lambda method, path: problem(403, "Forbidden") if path.endswith("/on") else None
    page.get_by_text("Wake or rest logos yourself").click()
    page.get_by_role("button", name="Keep it on").click()
    expect(page.locator("#power-said")).to_have_text("You may not do this; an operator may.")


def test_results_of_a_person_are_fetched_with_the_token(secured: FakeApi, page: Page):
    secured.csv_pages = ['"image_key"\r\n"a"\r\n']
    secured.reads = lambda image: [found("Harbour")]
    sign_in(secured, page)
    with page.expect_download() as coming:
        page.get_by_role("button", name="All results (CSV)").click()
    assert coming.value.suggested_filename.startswith("dayshift all results")
