"""The systemd units as systemd itself reads them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.daemons.namespaces import PATH, program
from tests.deploy.units import DIRECTORY, PROGRAM, SERVICES

pytestmark = pytest.mark.daemons

EXPOSURE_AT_MOST = 1.5
"""Of 10; what is left is mostly that the program may use the network."""


def analyze(*arguments: str) -> str:
    if program("systemd-analyze") is None:
        words = "systemd-analyze is missing (apt-get install systemd)"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    done = subprocess.run(
        ["systemd-analyze", *arguments],
        env={"PATH": PATH, "SYSTEMD_COLORS": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with this program in place of one that is installed."""
    for path in DIRECTORY.glob("indikatorkollen*.*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8").replace(PROGRAM, sys.executable)
            (tmp_path / path.name).write_text(text, encoding="utf-8")
    secrets = DIRECTORY / "indikatorkollen.service.d" / "secrets.conf"
    for name in SERVICES:
        (tmp_path / f"{name}.d").mkdir()
        (tmp_path / f"{name}.d" / secrets.name).write_text(secrets.read_text(encoding="utf-8"))
    return tmp_path


@pytest.mark.parametrize("name", [*SERVICES, "indikatorkollen.timer"])
def test_systemd_finds_nothing_wrong(name: str, units: Path) -> None:
    assert analyze("verify", str(units / name)) == ""


@pytest.mark.parametrize("name", SERVICES)
def test_exposure(name: str, units: Path) -> None:
    said = analyze("security", "--offline=true", str(units / name))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found is not None
    assert float(found[1]) <= EXPOSURE_AT_MOST


def test_the_timer_knows_its_zone() -> None:
    said = analyze("calendar", "*-*-* 03:15:00 Europe/Stockholm")
    assert re.search(r"Next elapse: .* 0[12]:15:00 UTC|03:15:00 CES?T", said)
