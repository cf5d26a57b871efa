"""What systemd's socket is sent, and that nothing happens where there is none."""

import socket
from pathlib import Path

import pytest

from checker.schedule.service_manager import ServiceManager


@pytest.mark.parametrize("abstract", [False, True])
def test_told(tmp_path: Path, *, abstract: bool) -> None:
    address = f"@indikatorkollen-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address.replace("@", "\0") if abstract else address)
        listener.settimeout(60)
        ServiceManager(address).tell(READY="1", STATUS="next sweep: 2026-11-23 03:15+01:00")
        assert listener.recv(1000) == b"READY=1\nSTATUS=next sweep: 2026-11-23 03:15+01:00"


@pytest.mark.parametrize("address", ["", "/nobody/listens/here", "@nobody-listens-here"])
def test_nobody_listens(address: str) -> None:
    ServiceManager(address).tell(READY="1")
