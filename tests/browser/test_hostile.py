"""Whatever a file is called and whatever a model says it has read: shown as text, and nothing else comes of it."""

import csv
import io
from pathlib import Path

from playwright.sync_api import Download, expect

from tests.browser.chromium import Watched
from tests.browser.fake_api import FakeApi, found, model
from tests.browser.hostile import LONG, PAYLOADS
from tests.browser.pictures import png

TAGS = {"LI", "BUTTON", "IMG", "DIV", "H3", "P", "PROGRESS", "UL", "SPAN", "BDI", "SMALL", "svg", "g", "rect"}
DROP = """([bytes, names]) => {
  const data = new DataTransfer();
  for (const name of names) data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
SEEN = """() => ({
  tags: [...new Set([...document.querySelectorAll("#cards *")].map((each) => each.tagName))],
  handlers: [...document.querySelectorAll("*")].flatMap((each) => each.getAttributeNames())
    .filter((name) => name.startsWith("on") || name === "style" || name === "srcdoc"),
  scripts: document.scripts.length, names: [...document.querySelectorAll(".name")].map((each) => each.textContent),
  wide: document.documentElement.scrollWidth - innerWidth,
})"""


def visit_with_payloads(api: FakeApi, watched: Watched) -> list[str]:
    """Fifty pictures whose names and labels are the payloads. What happened that should not, now and later."""
    page, strange = watched.page, list[str]()
    page.expose_function("hit", lambda *_: strange.append("a payload ran"))
    page.on("dialog", lambda dialog: strange.append(dialog.message))
    page.on(
        "request", lambda request: None if request.url.startswith((api.url, "blob:")) else strange.append(request.url)
    )
    texts = iter(PAYLOADS)
    api.reads = lambda image: [found(next(texts), box=(0.1, 0.1, 0.5, 0.5)), found(PAYLOADS[0], PAYLOADS[1])]
    page.goto(api.url)
    expect(page.locator("#limits")).to_be_visible()
    page.evaluate(DROP, [list(png()["buffer"]), list(PAYLOADS)])
    expect(page.locator("#summary")).to_have_text("50 of 50 read", timeout=60_000)
    return strange


def test_fifty_hostile_names_and_texts_stay_text(api: FakeApi, person: Watched):
    strange = visit_with_payloads(api, person)
    page, seen = person.page, person.page.evaluate(SEEN)
    assert set(seen["tags"]) <= TAGS
    assert (seen["handlers"], seen["scripts"], seen["wide"]) == ([], 1, 0)
    # Markup is shown as it is written; what hides or turns text is not.
    assert seen["names"][:43] == [name.translate({9: "\ufffd", 13: "\ufffd"}) for name in PAYLOADS[:43]]
    assert seen["names"][43:47] == [
        "a\ufffdb<script>hit()</script>",
        "\ufffd[31mred\ufffd[0m",
        "\ufffdgnp.exe\ufffd",
        "\ufffd\ufffd\ufffd\ufffdhidden",
    ]
    assert max(map(len, seen["names"])) < LONG / 20
    for stage in page.locator(".stage").all()[:50:7]:
        stage.click()
        expect(page.locator("#viewer")).to_be_visible()
        page.keyboard.press("Escape")
    page.wait_for_timeout(500)  # for what would run later
    assert strange == []


def test_what_the_service_says_stays_text_too(api: FakeApi, person: Watched):
    page, ran = person.page, list[str]()
    page.expose_function("hit", lambda *_: ran.append("a payload ran"))
    evil = PAYLOADS[1]
    override = {"running": True, "until": evil, "by": evil}
    api.models = [model(evil, "asleep", reason=evil, next_change=evil, override=override), model(PAYLOADS[2], evil)]
    page.goto(api.url)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Drop pictures. {evil} sleeps; they wait.")
    api.models = [model("signs")]
    page.reload()
    expect(page.locator("#limits")).to_be_visible()
    page.set_input_files("#files", [png("one.png")])
    expect(page.locator("[data-phase=queued]")).to_have_count(1)
    for image in api.images.values():
        api.settle(image, state="rejected", reason=f"too_odd: {evil}")
    expect(page.locator(".state")).to_have_text(evil)
    assert ran == []


def test_no_cell_of_the_csv_is_a_formula(api: FakeApi, person: Watched):
    visit_with_payloads(api, person)
    with person.page.expect_download() as coming:
        person.page.get_by_role("button", name="Save as CSV").click()
    rows = list(csv.reader(io.StringIO(text_of(coming.value))))
    assert len(rows) == 1 + 2 * len(PAYLOADS)
    assert {len(row) for row in rows} == {12}
    dangerous = [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))]
    assert dangerous == []
    assert rows[1 + 2 * PAYLOADS.index("+SUM(1+1)")][0] == "'+SUM(1+1)"


def text_of(download: Download) -> str:
    return Path(download.path()).read_bytes().decode("utf-8-sig")  # as bytes, so that no line end is changed
