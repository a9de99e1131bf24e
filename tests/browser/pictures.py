"""Pictures to drop, and what can be read off the page."""

import io
from typing import TypedDict

from PIL import Image
from playwright.sync_api import Locator, Page, expect


class File(TypedDict):
    """As Playwright gives it to a page."""

    name: str
    mimeType: str
    buffer: bytes


def png(name: str = "one.png", size: tuple[int, int] = (320, 200), colour: str = "teal") -> File:
    """A picture."""
    body = io.BytesIO()
    Image.new("RGB", size, colour).save(body, "PNG")
    # Padded behind its end, since less than 64 bytes would be refused.
    return {"name": name, "mimeType": "image/png", "buffer": body.getvalue() + bytes(64)}


def other(name: str, body: bytes) -> File:
    """A file that calls itself a picture."""
    return {"name": name, "mimeType": "image/png", "buffer": body}


def choose(page: Page, *files: File) -> None:
    """Gives files to the page by its button, once it knows the models."""
    expect(page.locator("#giving")).to_be_visible()
    page.set_input_files("#files", list(files))


def card(page: Page, name: str) -> Locator:
    """The card of the picture with this name."""
    return page.get_by_role("listitem", name=name, exact=True)


def state(page: Page, name: str) -> Locator:
    """What its card says of it."""
    return card(page, name).locator(".state")
