"""Starts the program against a laboratory, holds it up, ends it in many ways, and starts it again. Never repairs anything."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.apart import ROOT, start_options
from tests.survival.doomed import Orders
from tests.survival.moments import AFTER, Moment

PATIENCE_S = 300.0
"""For a machine that stands still: nothing here takes a hundredth of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended; `there` when it came to where it was to be held up."""

    code: int
    said: str
    there: bool = True


@dataclass(kw_only=True)
class Run:
    """A process that is under way; `ready` tells whether it has come to where it is to be held up."""

    process: subprocess.Popen[str]
    _said: int
    _go: int

    def ready(self, within_s: float = PATIENCE_S) -> bool:
        """Wait until it is held up (True), has ended, or the time is over."""
        readable, _, _ = select.select([self._said], [], [], within_s)
        return bool(readable) and os.read(self._said, 6) == b"there\n"

    def go_on(self) -> None:
        """Let it go on from where it was held up."""
        os.write(self._go, b"\n")

    def killed(self) -> Ending:
        """End it, and whatever it has started, by SIGKILL. It may have ended by itself before."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.ended()

    def told(self, number: signal.Signals) -> Ending:
        """Send it a signal where it is held up, let it go on, and wait for its end."""
        self.process.send_signal(number)
        self.go_on()
        return self.ended()

    def ended(self) -> Ending:
        """Wait for its end."""
        _, said = self.process.communicate(timeout=PATIENCE_S)
        return Ending(code=self.process.returncode, said=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site, its store and all that belongs to a sweep below `directory`; the laboratory's files are in `lab`."""

    directory: Path
    lab: Path
    settings: dict[str, str] = field(default_factory=dict)
    output: Path | None = None
    """The site's directory, when it is not to be below `directory`."""
    scratch: Path | None = None
    """The directory of temporary files, likewise."""

    def __post_init__(self) -> None:
        self.temp.mkdir(parents=True, exist_ok=True)

    @property
    def site(self) -> Path:
        return self.output or self.directory / "published" / "site"

    @property
    def store(self) -> Path:
        return self.site.parent / "checker.db"

    @property
    def temp(self) -> Path:
        """Where the program keeps what it need not keep."""
        return self.scratch or self.directory / "temp"

    @property
    def asked(self) -> Path:
        return self.directory / "asked"

    @property
    def built(self) -> Path:
        return self.directory / "built"

    @contextmanager
    def run(
        self,
        moment: Moment | None = None,
        number: int = 1,
        *,
        arguments: tuple[str, ...] = (),
        prepare: Callable[[], Any] | None = None,
        **orders: Any,
    ) -> Iterator[Run]:
        """Start `checker sweep`, to be held up at a moment; it has ended when the block has."""
        said, says = os.pipe()
        waits, go = os.pipe()
        told = Orders(
            lab=str(self.lab),
            asked=str(self.asked),
            built=str(self.built),
            said=says,
            go=waits,
            target=moment.target if moment is not None else "",
            when=moment.when if moment is not None else AFTER,
            number=number,
            **orders,
        )
        command = (
            *(sys.executable, "-m", "tests.survival.doomed", told.to_json()),
            *("sweep", str(self.lab / "domains.csv"), f"--output={self.site}"),
            *start_options(self.lab),
            *arguments,
        )
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=(says, waits),
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509 - no other thread of ours holds anything that it needs
        ) as process:
            os.close(says)
            os.close(waits)
            try:
                yield Run(process=process, _said=said, _go=go)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.communicate(timeout=PATIENCE_S)
                os.close(said)
                os.close(go)

    def finish(self, **orders: Any) -> Ending:
        """Run `checker sweep` to its end."""
        with self.run(**orders) as run:
            return run.ended()

    def succeed(self, **orders: Any) -> Ending:
        """Run it to its end, which must be a good one."""
        ending = self.finish(**orders)
        assert ending.code == 0, ending.said
        return ending

    def killed_at(self, moment: Moment, number: int = 1, **orders: Any) -> Ending:
        """Run it and kill it at a moment, or let it end when it does not come there."""
        with self.run(moment, number, **orders) as run:
            there = run.ready()
            ending = run.killed() if there else run.ended()
        return Ending(code=ending.code, said=ending.said, there=there)

    def _environment(self) -> dict[str, str]:
        outer = {name: value for name, value in os.environ.items() if not name.startswith("CHECKER_")}
        return {
            **outer,
            "TMPDIR": str(self.temp),
            "PYTHONPATH": str(ROOT),
            "CHECKER_RETEST_DELAY": "0",
            "CHECKER_CONCURRENCY": "3",
            **self.settings,
        }
