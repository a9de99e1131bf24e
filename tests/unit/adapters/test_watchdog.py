"""What systemd is told, and that nothing depends on its listening."""

import socket
from pathlib import Path

import pytest

from dayshift.adapters.watchdog import Watchdog


@pytest.mark.parametrize("is_abstract", [False, True])
def test_systemd_is_told_at_the_address_that_it_gave(tmp_path: Path, is_abstract: bool) -> None:
    address = f"@{tmp_path}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{tmp_path}" if is_abstract else address)
        watchdog = Watchdog(address)
        for tell in (watchdog.ready, watchdog.alive, watchdog.stopping):
            tell()
        assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@nobody-listens-here"])
def test_where_nobody_listens_nothing_happens(address: str) -> None:
    Watchdog(address).ready()
