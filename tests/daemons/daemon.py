"""One real server: how it is started, where it must answer before it counts as up, and what it logged."""

import asyncio
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.daemons.namespaces import PATH

START_S = 60.0
POLL_S = 0.02
LOG_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A command that stays in the foreground, and the (address, port) pairs that it serves over TCP."""

    name: str
    command: tuple[str, ...]
    directory: Path
    serves: tuple[tuple[str, int], ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """What it says on its own output."""
        return self.directory / "output.log"

    async def start(self) -> None:
        """Start it and wait until every place accepts. Raises RuntimeError with the end of its logs."""
        process = self._launch()
        try:
            async with asyncio.timeout(START_S):
                for address, port in self.serves:
                    while not await _accepts(address, port):
                        if process.poll() is not None:
                            raise RuntimeError(f"{self.name} ended at its start: {self._last_words()}")
                        await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise RuntimeError(f"{self.name} is not up: {self._last_words()}") from None

    def _launch(self) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            return subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": PATH, **self.environment},
            )

    def _last_words(self) -> str:
        lines = []
        for log in sorted(self.directory.glob("*.log")):
            lines += log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
        return "\n".join(lines)


async def _accepts(address: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(address, port)
    except OSError:
        return False
    writer.close()
    return True
