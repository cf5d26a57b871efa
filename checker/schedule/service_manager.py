"""What the service manager is told: ready, alive, going on, ending. Source: sd_notify(3)."""

import socket
from contextlib import suppress


class ServiceManager:
    """Sends to the socket of NOTIFY_SOCKET; without one (`address` empty) nobody is told anything."""

    def __init__(self, address: str) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def tell(self, **said: str) -> None:
        """Say for example READY="1", STATUS="…", WATCHDOG="1"; a manager that does not listen is no trouble."""
        if not self._address:
            return
        lines = "\n".join(f"{key}={value}" for key, value in said.items())
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door,
        ):
            door.settimeout(1)
            door.sendto(lines.encode(), self._address)
