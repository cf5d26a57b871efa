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
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.daemons.namespaces import PATH, inside, isolation, program
from tests.daemons.postfix import installed_for_root
from tests.daemons.rows import MORE, write_domains

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
    "nsd": "nsd",
    "nginx": "nginx-light",
}
START_S = 60.0
RUN_S = 120.0
_LINES = pytest.StashKey[list[str]]()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run of the checker at the vantage point."""

    status: int
    stdout: str
    stderr: str
    seconds: float
    output: Path

    @property
    def results(self) -> dict[str, object]:
        """The results.json of a sweep."""
        loaded: dict[str, object] = json.loads((self.output / "results.json").read_text(encoding="utf-8"))
        return loaded


@dataclass(slots=True, kw_only=True)
class Internet:
    """The internet that runs, and how to run the checker at its vantage point."""

    directory: Path
    entering: tuple[str, ...]
    daemons: Mapping[str, int]
    small_servers: int
    _runs: int = 0

    def checker(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Outcome:
        """Run the installed program in an empty directory; a sweep is told where to write."""
        self._runs += 1
        place = self.directory / f"run-{self._runs}"
        place.mkdir()
        command = [*self.entering, *_installed(), *arguments, *self._lead()]
        if arguments[0] == "sweep":
            command += ["--output", str(place / "site")]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CHECKER_")}
        started = time.monotonic()
        ended = subprocess.run(
            command,
            cwd=place,
            env={**clean, "PATH": PATH, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUN_S,
            check=False,
        )
        return Outcome(
            status=ended.returncode,
            stdout=ended.stdout,
            stderr=ended.stderr,
            seconds=time.monotonic() - started,
            output=place / "site",
        )

    def more_domains(self) -> Path:
        """A domains.csv of the rows beside the study's."""
        path = self.directory / "more.csv"
        write_domains(path, MORE)
        return path

    def _lead(self) -> tuple[str, ...]:
        """The options that lead a checker into this internet."""
        return (
            f"--root-hints={self.directory / 'root.hints'}",
            f"--trust-anchor={self.directory / 'trust-anchor.ds'}",
            f"--ca-file={self.directory / 'ca.pem'}",
        )


def _installed() -> tuple[str, ...]:
    script = Path(sys.executable).with_name("checker")
    return (str(script),) if script.exists() else (sys.executable, "-m", "checker")


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


def _means() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How to make namespaces here and what else is there; skips the tests when that is too little."""
    if sys.platform != "linux":
        _give_up("the daemons run in network namespaces, which only Linux has")
    missing = sorted({package for name, package in PACKAGES.items() if program(name) is None})
    if missing:
        _give_up(f"not installed: {', '.join(missing)}")
    arguments = isolation()
    if arguments is None:
        _give_up("this needs root, or a kernel that lets ordinary users make user namespaces")
    assert arguments is not None
    options = ["--knot"] if program("knotd") else []
    if "--user" not in arguments:
        if program("postconf") is None or not installed_for_root():
            _give_up("not installed: postfix")
        options.append("--postfix")
    return arguments, tuple(options)


def _give_up(reason: str) -> None:
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
