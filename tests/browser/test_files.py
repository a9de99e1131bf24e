"""The files of the page, and the headers that they are served with."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from local.places import WEB
from tests.browser.fake_api import FakeApi

SCRIPTS = sorted(WEB.rglob("*.js"))
SINKS = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function|DOMParser|createContextualFragment"
    r"|setHTMLUnsafe|localStorage)\b|\bstyle\s*[.=]"
)

TYPES = {
    ".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml", ".woff2": "font/woff2",
    ".txt": "text/plain",
}  # fmt: skip


def test_no_script_parses_html_runs_text_or_keeps_a_token():
    assert len(SCRIPTS) > 10
    found = {path.name: match.group() for path in SCRIPTS if (match := SINKS.search(path.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize("path", [*SCRIPTS, WEB / "index.html", WEB / "style.css"], ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(path: Path):
    text = path.read_text(encoding="utf-8").replace('"http://www.w3.org/2000/svg"', "")
    assert re.findall(r"(?:https?:)?//[a-z][\w.-]*\.[a-z]{2,}", text) == []


def test_the_html_has_neither_inline_style_nor_inline_script():
    html = (WEB / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"\s(?:style|on\w+)=|<style|<script(?![^>]*\ssrc=)", html) == []


def test_every_file_has_the_headers_and_its_type(api: FakeApi, page: Page):
    for path in sorted(WEB.rglob("*")):
        name = path.relative_to(WEB).as_posix()
        if path.is_dir() or name == "headers.json":
            continue
        answer = page.request.get(api.url + name)
        assert answer.ok
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self';" in policy
        assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
        assert "{" not in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"].split(";")[0] == TYPES[path.suffix]


def test_the_headers_file_is_not_served(api: FakeApi, page: Page):
    assert page.request.get(f"{api.url}headers.json").status == 404


def test_no_module_is_long():
    assert {
        path.name: lines for path in SCRIPTS if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 160
    } == {}
