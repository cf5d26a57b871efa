"""Nights of a laboratory: miniature internets with other behaviours, swept one after the other by the real command.

The servers run in a thread of their own; commands run in the calling thread, where signals and `KeyboardInterrupt` arrive.
Every sweep begins at its night's own time, so that no test waits for a clock.
"""

import asyncio
import csv
import functools
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from checker.cli import main
from checker.network.addresses import IPAddress
from checker.network.clock import Clock
from checker.network.stream import Limits, Stream
from checker.store.store import Store
from tests.lab.apart import start_options
from tests.lab.internet import MiniatureInternet
from tests.lab.network import LabNetwork
from tests.lab.plan import mail_name, web_name
from tests.lab.scenario import Organisation

FIRST_NIGHT = datetime(2026, 1, 1, 2, 15, tzinfo=UTC)
"""Long before the lab's own time, which certificates and signatures are judged by."""


def night(number: float) -> datetime:
    """When the sweep of a night begins; the first is 1."""
    return FIRST_NIGHT + timedelta(days=number - 1)


@dataclass(frozen=True, slots=True)
class NightClock(Clock):
    """Validity goes by the lab's time, "started" and "finished" by the night."""

    begins: datetime = FIRST_NIGHT

    def wall(self) -> datetime:
        return self.begins


class NightNetwork(LabNetwork):
    """A door to the lab that notes every connection to a web or mail server; a list may be cut short at one of them."""

    def __init__(self, *arguments: Any, opened: list[str], **switches: Any) -> None:
        super().__init__(*arguments, **switches)
        self._opened = opened

    async def _open(self, address: IPAddress, port: int, limits: Limits) -> Stream:
        self._opened.append(f"{address} {port}")
        return await super()._open(address, port, limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A running miniature internet and the directory with its files."""

    internet: MiniatureInternet
    directory: Path


@contextmanager
def served(*organisations: Organisation, directory: Path) -> Iterator[Lab]:
    """The servers of these organisations, in a thread, for the block."""
    with serving(MiniatureInternet(organisations), directory=directory) as lab:
        yield lab


@contextmanager
def serving(internet: MiniatureInternet, *, directory: Path) -> Iterator[Lab]:
    """The servers of a miniature internet that has not been started, in a thread, for the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="miniature internet")
    thread.start()

    def on_it(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    try:
        on_it(internet.__aenter__())
        try:
            internet.write_files(directory)
            yield Lab(internet=internet, directory=directory)
        finally:
            on_it(internet.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(slots=True, kw_only=True)
class Nights:
    """One place where sweeps of one list are made, night after night: `place` holds list, store and site."""

    place: Path
    contacts: Mapping[str, str] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    """The connections of the last command that measured."""

    @property
    def site(self) -> Path:
        return self.place / "site"

    @property
    def store(self) -> Path:
        return self.place / "checker.db"

    def write_list(self, organisations: Sequence[Organisation], name: str = "domains.csv") -> Path:
        """Write domains.csv with the contacts."""
        path = self.place / name
        with path.open("w", encoding="utf-8", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow(("code", "region", "domain", "web_host", "mail_domain", "contact"))
            for one in organisations:
                contact = self.contacts.get(one.code, "")
                rows.writerow((one.code, one.region, one.domain, web_name(one), mail_name(one), contact))
        return path

    def sweep(
        self,
        lab: Lab,
        number: float,
        *arguments: str,
        rows: Sequence[Organisation] | None = None,
        name: str = "domains.csv",
        network: type[NightNetwork] = NightNetwork,
        output: Path | None = None,
        **switches: Any,
    ) -> int:
        """Sweep the lab as `checker sweep` does on this night; the exit code."""
        path = self.write_list(lab.internet.organisations if rows is None else rows, name)
        self.opened.clear()
        clock = NightClock(lab.internet.now, night(number))
        switches = {"clock": clock, "opened": self.opened, **switches}
        made = functools.partial(network, lab.internet.destinations, **switches)
        command = ["sweep", str(path), "--output", str(output or self.site), *start_options(lab.directory)]
        return main([*command, *arguments], network_class=made)

    def checker(self, command: str, *arguments: str) -> int:
        """Run a command that measures nothing, on this place's store and site; the exit code."""
        return main([command, *arguments, "--output", str(self.site)])

    def render(self, output: Path, *arguments: str) -> int:
        """Write another site than this place's; the exit code."""
        return main(["render", *arguments, "--output", str(output)])

    def results(self) -> dict[str, dict[str, Any]]:
        """The published indicators of every row, by code."""
        written = json.loads((self.site / "results.json").read_text(encoding="utf-8"))
        return {row["code"]: row["indicators"] for row in written["results"]}

    def cells(self) -> dict[str, dict[str, str]]:
        """The published cells by code and column."""
        return {
            code: {column: one["cell"] for column, one in indicators.items()}
            for code, indicators in self.results().items()
        }

    @contextmanager
    def opened_store(self) -> Iterator[Store]:
        with Store(str(self.store), create=False) as store:
            yield store

    def files(self) -> dict[str, bytes]:
        """Everything that the site has."""
        return {
            str(path.relative_to(self.site)): path.read_bytes()
            for path in sorted(self.site.rglob("*"))
            if path.is_file()
        }
