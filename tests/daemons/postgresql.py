"""Debian's PostgreSQL as a server of our own: it lives in one directory, asks for passwords, and ends with us.

Words are ordered as in Swedish there: whoever relies on the order of octets is found out.
"""

import os
import pwd
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pg8000.dbapi  # type: ignore[import-untyped]  # it has no types

from tests.daemons.namespaces import PATH

PROGRAMS = Path("/usr/lib/postgresql")
OWNER = "postgres"
USER = "checker"
START_S, STOP_S = 60.0, 60.0
POLL_S = 0.05
SETTINGS = ("listen_addresses=127.0.0.1", "fsync=off", "shared_buffers=16MB", "max_connections=40")


def programs() -> Path | None:
    """Where the newest installed server's programs stand; None when there is none."""
    found = [path for path in PROGRAMS.glob("*/bin") if (path / "initdb").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


class Postgresql:
    """One server. `directory` must be traversable by the user that it runs as."""

    def __init__(self, directory: Path, binaries: Path) -> None:
        self.directory = directory
        self.password = secrets.token_urlsafe()
        self.port = _free_port()
        self._binaries = binaries
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._initialise()

    def start(self) -> None:
        """Start it and wait until it takes connections. Raises RuntimeError with the end of its log."""
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        command = (
            "postgres",
            "-D",
            str(self.directory / "data"),
            "-k",
            str(self.directory),
            "-p",
            str(self.port),
        )
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                (*self._as_owner("--pdeathsig=QUIT"), str(self._binaries / command[0]), *command[1:], *settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": PATH},
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"PostgreSQL is not up:\n{self._log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(POLL_S)

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it and every connection to it; by SIGQUIT without writing anything down."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        self._process = None

    def database(self) -> str:
        """A new database's name."""
        name = f"store{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name}")
        return name

    def address(self, database: str, *, user: str = USER, password: str | None = None) -> str:
        """What the setting `store` says to name it."""
        word = self.password if password is None else password
        return f"postgresql://{user}:{word}@127.0.0.1:{self.port}/{database}"

    def ask(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run a statement as the owner of everything; its rows."""
        with closing(
            pg8000.dbapi.connect(
                USER,
                unix_sock=str(self.socket),
                database=database,
                password=self.password,
                ssl_context=False,
                timeout=START_S,
            )
        ) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    @property
    def socket(self) -> Path:
        """Where it listens besides its port."""
        return self.directory / f".s.PGSQL.{self.port}"

    @property
    def _log(self) -> Path:
        return self.directory / "output.log"

    def _initialise(self) -> None:
        if os.geteuid() == 0:
            owner = pwd.getpwnam(OWNER)
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)
        file = self.directory / "password"
        file.write_text(self.password, encoding="ascii")
        arguments = (
            f"--pgdata={self.directory / 'data'}",
            f"--username={USER}",
            f"--pwfile={file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--locale-provider=icu",
            "--icu-locale=sv",
            "--no-sync",
        )
        subprocess.run(
            (*self._as_owner(), str(self._binaries / "initdb"), *arguments),
            env={"PATH": PATH},
            capture_output=True,
            timeout=START_S,
            check=True,
        )

    def _is_ready(self) -> bool:
        command = (
            str(self._binaries / "pg_isready"),
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-d",
            "postgres",
        )
        return subprocess.run(command, env={"PATH": PATH}, check=False).returncode == 0

    def _as_owner(self, *options: str) -> tuple[str, ...]:
        """It refuses to run as root."""
        if os.geteuid():
            return ("setpriv", *options) if options else ()
        return ("setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--init-groups", *options)


@contextmanager
def postgresql(directory: Path) -> Iterator[Postgresql]:
    """A server that runs for as long as the block. It must be installed (`programs`)."""
    binaries = programs()
    assert binaries is not None
    server = Postgresql(directory, binaries)
    try:
        server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
