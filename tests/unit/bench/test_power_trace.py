"""Trace files: what is read, and what is said about one that cannot be; what each image is promised."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.power.__main__ import main
from bench.power.demand import Setting, demand_of
from bench.power.generators import GENERATORS, generate, write_trace
from bench.power.trace import TraceError, read_trace

BERLIN = ZoneInfo("Europe/Berlin")


def written(folder: Path, *lines: str) -> Path:
    place = folder / "trace.csv"
    place.write_text("\n".join(lines) + "\n")
    return place


def test_local_times_are_of_the_zone_and_offsets_are_as_given(tmp_path: Path):
    lines = ("timestamp,count", "2026-03-02T09:14:40,3", "2026-03-02T09:14:59+01:00,1", "2026-03-02T08:20:00Z,0")
    trace = read_trace(written(tmp_path, *lines), BERLIN)
    assert trace.arrivals == ((datetime(2026, 3, 2, 8, 14, tzinfo=UTC), 4),)
    assert trace.last == datetime(2026, 3, 2, 8, 20, tzinfo=UTC)


def test_the_hour_that_comes_twice_goes_on_and_the_skipped_one_is_its_end(tmp_path: Path):
    autumn = ("timestamp,count", "2026-10-25 02:50,1", "2026-10-25 02:10,1")
    first, second = read_trace(written(tmp_path, *autumn), BERLIN).arrivals
    assert (second[0] - first[0]).total_seconds() == 20 * 60
    spring = ("timestamp,count", "2026-03-29 02:30,1", "2026-03-29 03:00,1")
    assert read_trace(written(tmp_path, *spring), BERLIN).arrivals == ((datetime(2026, 3, 29, 1, tzinfo=UTC), 2),)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("2026-03-02T09:00,1",), 'line 1: must be the header "timestamp,count"'),
        ((), 'line 1: must be the header "timestamp,count"'),
        (("timestamp,count", "2026-03-02T09:00,1", "2026-03-02T08:59,1"), "line 3: must not lie before"),
        (("timestamp,count", "2026-03-02T09:00,-1"), 'line 2: the count must be a whole number, 0 or more; got "-1"'),
        (("timestamp,count", "2026-03-02T09:00,1.5"), "line 2: the count must be a whole number"),
        (("timestamp,count", "2026-03-02T09:00,inf"), "line 2: the count must be a whole number"),
        (("timestamp,count", "2026-03-02T09:00,many"), "line 2: the count must be a whole number"),
        (("timestamp,count", "", "second of March,1"), "line 3: must begin with a time"),
        (("timestamp,count", "2026-03-02T09:00"), "line 2: must be a timestamp and a count"),
        (("timestamp,count", "2026-03-02T09:00,0"), "must hold at least one image; got none in 1 rows"),
    ],
)
def test_a_bad_file_is_told_with_its_line(tmp_path: Path, lines: tuple[str, ...], said: str):
    with pytest.raises(TraceError) as told:
        read_trace(written(tmp_path, *lines), BERLIN)
    assert said in str(told.value)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--trace", "nowhere.csv"),
        ("--trace", "TRACE", "--hours", "9 to 5"),
        ("--trace", "TRACE", "--timezone", "Mars/Olympus"),
        ("--trace", "TRACE", "--rate-per-minute", "0"),
    ],
)
def test_what_cannot_be_used_exits_with_2(tmp_path: Path, wrong: tuple[str, ...], capsys: pytest.CaptureFixture[str]):
    place = written(tmp_path, "timestamp,count", "2026-03-02T09:00,1")
    with pytest.raises(SystemExit) as left:
        main([str(place) if word == "TRACE" else word for word in wrong])
    assert left.value.code == 2
    assert "python -m bench.power: error:" in capsys.readouterr().err


def due_of(*lines: str, within: int) -> list[tuple[bool, str]]:
    setting = Setting(results_within=within, timezone="Europe/Berlin", closed_on=("2026-03-09",))
    rows = [(datetime.fromisoformat(line).replace(tzinfo=BERLIN).astimezone(UTC), 1) for line in lines]
    found = demand_of(read_rows(rows), setting)
    moments = [found.moment(minute).astimezone(BERLIN) for minute in found.due]
    return [(is_open, f"{moment:%a %H:%M}") for is_open, moment in zip(found.in_hours, moments, strict=True)]


def read_rows(rows):
    from bench.power.trace import Trace

    return Trace.of("rows", rows)


def test_an_image_in_hours_is_due_within_l_and_another_half_an_hour_after_the_next_opening():
    week = ("2026-03-02T08:50", "2026-03-02T09:00", "2026-03-02T17:59", "2026-03-02T18:00", "2026-03-06T20:00")
    assert due_of(*week, within=60) == [
        (False, "Mon 09:50"),
        (True, "Mon 10:00"),
        (True, "Mon 18:59"),
        (False, "Tue 09:30"),
        (False, "Tue 09:30"),  # the Monday is closed
    ]
    assert due_of(*week[:2], within=15) == [(False, "Mon 09:30"), (True, "Mon 09:15")]


@pytest.mark.parametrize("name", GENERATORS)
def test_a_drawn_trace_is_of_its_seed_alone_has_its_volume_and_survives_a_file(tmp_path: Path, name: str):
    trace = generate(name, 200, 5, BERLIN, 8)
    assert trace == generate(name, 200, 5, BERLIN, 8)
    assert trace.arrivals != generate(name, 200, 6, BERLIN, 8).arrivals
    days = 56 if name == "trickle" else 40
    assert trace.images / days == pytest.approx(200, rel=0.15)
    place = tmp_path / "drawn.csv"
    place.write_text(write_trace(trace))
    assert read_trace(place, BERLIN).arrivals == trace.arrivals
