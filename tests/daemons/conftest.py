"""The daemon tier: the whole program against NSD, Knot, nginx and Postfix, on the standard ports.

    make test-daemons

builds the study of 2017 and some more rows in network namespaces of its own, sweeps them with the program as it is
installed, and takes it all down again. It changes nothing of the machine and leaves nothing behind. It needs

- Linux with `unshare`, `nsenter` and `mount` (util-linux) and `ip` (iproute2);
- root, or an ordinary user who may make user namespaces;
- `nsd` and `nginx`; `knotd` takes over every second operator's zones where it is installed;
- `postfix`, as root only: it must be able to become its own user. An ordinary user gets the lab's small SMTP servers
  instead, as the scenario does everywhere for what no daemon of today can play (SSLv3, RC4, EXPORT, resets);
- for the differential test besides `knotd`, `unbound`, `unbound-host` and `delv`;
- for the behaviours of the tables a JDK (`java` runs a source file: SSLv3, RC4, DES, EXPORT), and root;
- for the scanners' second opinion besides `openssl`, `sslscan`, `testssl`, `curl` and `gnutls-serv`;
- for the store `postgresql`, of which only the programs are used, and no namespaces.

On Debian: apt-get install bind9-dnsutils curl default-jdk-headless gnutls-bin iproute2 knot nginx-light nsd openssl postfix
postgresql sslscan testssl.sh unbound unbound-host. What is missing is said, and the tests skipped; where the variable CI is set they
fail instead.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.daemons.namespaces import ALONE, PATH, inside, isolation, program
from tests.daemons.postgresql import Postgresql, postgresql, programs
from tests.daemons.vantage_point import ROOT, Internet

PACKAGES = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
    "nsd": "nsd",
    "nginx": "nginx-light",
    "postconf": "postfix",
    "unbound": "unbound",
    "unbound-host": "unbound-host",
    "delv": "bind9-dnsutils",
    "knotd": "knot",
    "java": "default-jdk-headless",
    "javac": "default-jdk-headless",
    "openssl": "openssl",
    "sslscan": "sslscan",
    "testssl": "testssl.sh",
    "curl": "curl",
    "gnutls-serv": "gnutls-bin",
}
ORACLES = frozenset({"unbound", "unbound-host", "delv"})
TLS_ORACLES = frozenset({"openssl", "sslscan", "testssl", "curl"})
JAVA = frozenset({"java", "javac"})
SCANNED_ONLY = frozenset({"gnutls-serv"})
OPTIONAL = frozenset({"knotd"})
WEB_AND_MAIL = frozenset({"nginx", "postconf"})
SERVERS = PACKAGES.keys() - ORACLES - TLS_ORACLES - JAVA - SCANNED_ONLY - OPTIONAL
START_S = 60.0
DEFAULT_SEED, RANDOM_ZONES = 2018, 320
_LINES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    """All servers up, for as long as the tests of this folder run."""
    arguments = _namespaces()
    # In a user namespace there is only one user, and Postfix wants two.
    with_postfix = "--user" not in arguments
    _installed(SERVERS - (frozenset() if with_postfix else {"postconf"}))
    with_knot = program("knotd") is not None
    wanted = (("--postfix", with_postfix), ("--knot", with_knot))
    options = [option for option, is_wanted in wanted if is_wanted]
    with _started("tests.daemons.internet", arguments, options) as started:
        yield started


@pytest.fixture(scope="session")
def behaviours_internet() -> Iterator[Internet]:
    """The behaviours of the tables that real servers play, all up."""
    arguments = _namespaces()
    if "--user" in arguments:
        _give_up("the mail servers among them need root: Postfix must become its own user")
    _installed(SERVERS | JAVA)
    options = ["--rows=behaviours", "--postfix", "--java"]
    if program("knotd"):
        options.append("--knot")
    with _started("tests.daemons.internet", arguments, options) as started:
        yield started


@pytest.fixture(scope="session")
def tls_internet() -> Iterator[Internet]:
    """TLS services of every kind, for the scanners."""
    arguments = _namespaces()
    if "--user" in arguments:
        _give_up("the mail servers among them need root: Postfix must become its own user")
    _installed({"unshare", "nsenter", "mount", "ip"} | WEB_AND_MAIL | JAVA | SCANNED_ONLY | TLS_ORACLES)
    with _started("tests.daemons.tls_internet", arguments, ()) as started:
        yield started


@pytest.fixture(scope="session")
def seed() -> int:
    """What draws the random zones: always the same, unless another one is asked for."""
    return int(os.environ.get("DIFFERENTIAL_SEED", DEFAULT_SEED))


@pytest.fixture(scope="session")
def random_internet(seed: int) -> Iterator[Internet]:
    """The zones of one seed, served."""
    arguments = _namespaces()
    _installed(PACKAGES.keys() - WEB_AND_MAIL - TLS_ORACLES - JAVA - SCANNED_ONLY)
    options = (f"--seed={seed}", f"--zones={RANDOM_ZONES}")
    with _started("tests.daemons.random_internet", arguments, options) as started:
        yield started


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Postgresql]:
    """A server without databases."""
    if programs() is None or program("setpriv") is None:
        _give_up("not installed: postgresql, or util-linux for setpriv")
    with tempfile.TemporaryDirectory(prefix="indikatorkollen-") as made, postgresql(Path(made)) as server:
        yield server


@contextmanager
def _started(module: str, arguments: Sequence[str], options: Sequence[str]) -> Iterator[Internet]:
    """An internet that its own process serves from new namespaces."""
    with tempfile.TemporaryDirectory(prefix="indikatorkollen-") as made:
        directory = Path(made)
        directory.chmod(0o711)  # Postfix enters as its own user
        log = directory / "internet.log"
        command = ("unshare", *arguments, sys.executable, "-m", module)
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


def _namespaces() -> tuple[str, ...]:
    """The arguments that make namespaces here; skips the tests when nothing does."""
    if sys.platform != "linux":
        _give_up("the daemons run in network namespaces, which only Linux has")
    arguments = isolation() if program("unshare") else ALONE
    if arguments is None:
        _give_up("this needs root, or a kernel that lets ordinary users make user namespaces")
    return arguments


def _installed(programs: Iterable[str]) -> None:
    """Skip the tests when one of the programs is missing, and name its package."""
    missing = sorted({PACKAGES[name] for name in programs if program(name) is None})
    if missing:
        _give_up(f"not installed: {', '.join(missing)}")


def _give_up(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def note(request: pytest.FixtureRequest) -> list[str]:
    """Lines to print when all tests are done."""
    return request.config.stash.setdefault(_LINES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what the tests noted."""
    for line in config.stash.get(_LINES, ()):
        terminalreporter.write_line(line)
