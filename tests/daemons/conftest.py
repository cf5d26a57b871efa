"""The daemon tier: the whole program against NSD, Knot, nginx and Postfix, on the standard ports.

    make test-daemons

builds the study of 2017 and some more rows in network namespaces of its own, sweeps them with the program as it is
installed, and takes it all down again. It changes nothing of the machine and leaves nothing behind. It needs

- Linux with `unshare`, `nsenter` and `mount` (util-linux) and `ip` (iproute2);
- root, or an ordinary user who may make user namespaces;
- `nsd` and `nginx`; `knotd` takes over every second operator's zones where it is installed;
- `postfix`, as root only: it must be able to become its own user. An ordinary user gets the lab's small SMTP servers
  instead, as the scenario does everywhere for what no daemon of today can play (SSLv3, RC4, EXPORT, resets).

On Debian: apt-get install iproute2 knot nginx-light nsd postfix. What is missing is said, and the tests skipped; where
the variable CI is set they fail instead.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.daemons.namespaces import ALONE, PATH, inside, isolation, program
from tests.daemons.vantage_point import ROOT, Internet

PACKAGES = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
    "nsd": "nsd",
    "nginx": "nginx-light",
    "postconf": "postfix",
}
START_S = 60.0
_LINES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    """All servers up, for as long as the tests of this folder run."""
    arguments, options = _means()
    with tempfile.TemporaryDirectory(prefix="indikatorkollen-") as made:
        directory = Path(made)
        directory.chmod(0o711)  # Postfix enters as its own user
        log = directory / "internet.log"
        command = ("unshare", *arguments, sys.executable, "-m", "tests.daemons.internet")
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                (*command, "--directory", made, *options),
                cwd=ROOT,
                env={**os.environ, "PATH": PATH},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        # Leaving closes stdin and waits: the first process of the namespace ends, and all others with it.
        with process:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], START_S)
            started = process.stdout.readline() if ready else b""
            if not started:
                process.kill()
                pytest.fail(f"the servers did not start:\n{log.read_text(encoding='utf-8')}")
            told = json.loads(started)
            yield Internet(
                directory=directory,
                entering=inside(told["pid"], arguments),
                daemons=told["daemons"],
                small_servers=told["small_servers"],
            )
        assert process.returncode == 0, log.read_text(encoding="utf-8")


def _means() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How to make namespaces here and what else is there; skips the tests when that is too little."""
    if sys.platform != "linux":
        _give_up("the daemons run in network namespaces, which only Linux has")
    arguments = isolation() if program("unshare") else ALONE
    if arguments is None:
        _give_up("this needs root, or a kernel that lets ordinary users make user namespaces")
    # In a user namespace there is only one user, and Postfix wants two.
    with_postfix = "--user" not in arguments
    needed = {name: package for name, package in PACKAGES.items() if with_postfix or package != "postfix"}
    missing = sorted({package for name, package in needed.items() if program(name) is None})
    if missing:
        _give_up(f"not installed: {', '.join(missing)}")
    options = [("--postfix", with_postfix), ("--knot", program("knotd") is not None)]
    return arguments, tuple(option for option, wanted in options if wanted)


def _give_up(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> list[str]:
    """Lines to print when all tests are done."""
    return request.config.stash.setdefault(_LINES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what the tests noted."""
    for line in config.stash.get(_LINES, ()):
        terminalreporter.write_line(line)
