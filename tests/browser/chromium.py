"""The machine's own Chromium, and a page of it that remembers everything that should not happen."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 15_000  # many tests share few cores
ANSWERED = "Failed to load resource: the server responded with"  # a refusal that a test asked for is no fault
NOTE_VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium. Fails with what tools/find-chromium says where there is none."""
    path = subprocess.run([ROOT / "tools" / "find-chromium"], capture_output=True, text=True, check=False)
    assert path.returncode == 0, path.stderr
    return playwright.chromium.launch(executable_path=path.stdout.strip(), args=FLAGS, headless=True)


@dataclass
class Watched:
    """A page, and what went wrong in it."""

    page: Page
    context: BrowserContext
    faults: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What the Content-Security-Policy stopped."""
        return list(self.page.evaluate("window.__violations ?? []"))

    def note(self, message: ConsoleMessage) -> None:
        """Errors and warnings of the console are faults."""
        if message.type in ("error", "warning") and not message.text.startswith(ANSWERED):
            self.faults.append(f"{message.type}: {message.text}")


@contextmanager
def visit(browser: Browser, **options: Any) -> Iterator[Watched]:
    """A new person's browser: nothing is kept from another. At the end, nothing may have gone wrong."""
    chosen: dict[str, Any] = {
        "viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "timezone_id": "Europe/Berlin",
        "reduced_motion": "reduce",
    }  # fmt: skip
    context = browser.new_context(**(chosen | options))
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    context.add_init_script(NOTE_VIOLATIONS)
    watched = Watched(context.new_page(), context)
    watched.page.on("console", watched.note)
    watched.page.on("pageerror", lambda error: watched.faults.append(f"error: {error}"))
    watched.page.on("crash", lambda page: watched.faults.append("the page crashed"))
    try:
        yield watched
        assert watched.violations() == []
        assert watched.faults == []
    finally:
        context.close()
