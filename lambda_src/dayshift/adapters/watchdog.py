"""systemd's watchdog: a service that stays silent for too long is killed and begins anew (sd_notify)."""

import socket


class Watchdog:
    """Tells systemd, at the address that it gave in NOTIFY_SOCKET; nobody, if it gave none. Any thread may tell."""

    def __init__(self, address: str) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def ready(self) -> None:
        """The work begins."""
        self._tell("READY=1")

    def alive(self) -> None:
        """It goes on."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """It is over."""
        self._tell("STOPPING=1")

    def _tell(self, state: str) -> None:
        """Nothing that goes wrong here is worth an image."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as telling:
            telling.settimeout(1)
            try:
                telling.sendto(state.encode(), self._address)
            except OSError:
                return  # silence has its own consequence: systemd begins the service anew
