"""A lived day in figures: states from the log, images, cost, and everything that must make the demo fail."""

import io
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from local.day_report import Arrival, Day, show, spans

BERLIN = ZoneInfo("Europe/Berlin")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=BERLIN)


LOG = [
    {"status": "STOPPED", "at": "2026-11-20T17:00:00Z"},
    {"status": "STARTING", "at": "2026-11-23T07:30:00Z"},
    {"status": "RUNNING", "at": "2026-11-23T07:50:00Z"},
    {"status": "STOPPING", "at": "2026-11-23T17:05:00Z"},
    {"status": "STOPPED", "at": "2026-11-23T17:07:00Z"},
]
READ = {"status": "ok", "detections": [{"name": "harbour"}]}
NONE = {"status": "none", "detections": []}


def day() -> Day:
    arrivals = [
        Arrival("logos/1.png", "v", at(7), "harbour", READ),
        Arrival("logos/2.png", "v", at(12), None, NONE),
        Arrival("logos/3.png", "v", at(20), "lantern"),
    ]
    lived = spans(LOG, at(6), at(21))
    return Day("logos", lived, arrivals, at(8, 30), at(9), at(18), queued=1, dead_letters=0, usd_per_hour=4)


def test_the_log_is_cut_at_the_days_ends_and_told_in_its_zone() -> None:
    told = [(span.status, f"{span.start:%H:%M}", span.lasted) for span in day().spans]
    assert told == [
        ("STOPPED", "06:00", timedelta(hours=2, minutes=30)), ("STARTING", "08:30", timedelta(minutes=20)),
        ("RUNNING", "08:50", timedelta(hours=9, minutes=15)), ("STOPPING", "18:05", timedelta(minutes=2)),
        ("STOPPED", "18:07", timedelta(hours=2, minutes=53)),
    ]  # fmt: skip


def test_a_good_day_has_no_fault_and_costs_the_hours_it_was_on() -> None:
    figures = day().to_json()
    assert figures["faults"] == []
    assert figures["images"] == {"came": 3, "came_while_asleep": 1, "read": 2, "waiting": 1, "lost": 0}
    assert (figures["hours_on"], figures["usd"], figures["usd_always_on"]) == (9.62, 38.47, 96.0)


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        (replace(day(), queued=0), "1 images are lost"),
        (replace(day(), dead_letters=2), "2 images are in the dead-letter queue"),
        (replace(day(), arrivals=[Arrival("a", "v", at(12), "harbour")]), "a came before closing and was not read"),
        (replace(day(), arrivals=[Arrival("a", "v", at(12), "harbour", NONE)]), "a was taken for something else"),
        (replace(day(), arrivals=[Arrival("a", "v", at(12), None, READ)]), "a was taken for something else"),
        (
            replace(day(), spans=spans(LOG[:3], at(6), at(21))),
            "the model was RUNNING outside its hours, 08:50 to 21:00",
        ),
        (replace(day(), paid_from=at(8, 40)), "the model was STARTING outside its hours, 08:30 to 08:50"),
        (replace(day(), spans=spans(LOG[:1], at(6), at(21))), "the model did not run at opening"),
        (replace(day(), opening=at(8, 45)), "the model did not run at opening"),
    ],
)
def test_every_way_in_which_a_day_can_go_wrong_is_a_fault(otherwise: Day, said: str) -> None:
    assert [fault for fault in otherwise.faults() if said in fault]


def test_the_day_is_shown_in_plain_text_where_there_is_no_terminal() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    show(day(), console)
    text = console.export_text()
    assert "3 images came, 1 of them while the model slept: 2 read, 1 waiting for the next day, 0 lost" in text
    assert "9.62 h at 4 USD an hour would cost 38.47 USD that day; always on, 96.00 USD (60% less)" in text
    assert "9 h 15 min" in text
