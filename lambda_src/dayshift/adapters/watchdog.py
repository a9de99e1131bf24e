"""systemd's watchdog: a service that stays silent for too long is killed and begins anew (sd_notify)."""

import socket


class Watchdog:
    """Tells systemd, at the address that it gave in NOTIFY_SOCKET; nobody, if it gave none."""

    def __init__(self, address: str) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def tell(self, state: str) -> None:
        """`READY=1`, `WATCHDOG=1` or `STOPPING=1`. Nothing that goes wrong here is worth an image."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as telling:
            telling.settimeout(1)
            try:
                telling.sendto(state.encode(), self._address)
            except OSError:
                return  # silence has its own consequence: systemd begins the service anew
