"""The checker run at the vantage point of an internet that is up: arguments in, what came of it out."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.daemons.namespaces import PATH
from tests.daemons.rows import MORE, write_domains

ROOT = Path(__file__).parents[2]
RUN_S = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run; `output` is where a sweep wrote."""

    status: int
    stdout: str
    stderr: str
    seconds: float
    output: Path

    @property
    def results(self) -> Any:
        """The results.json of a sweep."""
        return json.loads((self.output / "results.json").read_text(encoding="utf-8"))


@dataclass(slots=True, kw_only=True)
class Internet:
    """The internet that runs, and how to enter its vantage point."""

    directory: Path
    entering: tuple[str, ...]
    daemons: Mapping[str, int]
    small_servers: int
    _runs: int = 0

    def checker(self, *arguments: str, **settings: str) -> Outcome:
        """Run the installed program in an empty directory; `settings` go into its environment."""
        self._runs += 1
        place = self.directory / f"run-{self._runs}"
        place.mkdir()
        started = time.monotonic()
        ended = subprocess.run(
            (*self.entering, f"--wd={place}", *_installed(), *arguments, *self._lead()),
            env=_environment(settings),
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

    def said(self, module: str, given: Any, *arguments: str | Path, within_s: float = RUN_S) -> Any:
        """What a module of tests.daemons, run at the vantage point, says to `given`: JSON in, JSON out."""
        ended = subprocess.run(
            (*self.entering, f"--wd={ROOT}", sys.executable, "-m", f"tests.daemons.{module}", *arguments),
            input=json.dumps(given),
            env={"PATH": PATH},
            stdout=subprocess.PIPE,
            text=True,
            timeout=within_s,
            check=True,
        )
        return json.loads(ended.stdout)

    def sweep(self, domains: Path, *options: str, **settings: str) -> Outcome:
        """Sweep a domains.csv into a directory of its own."""
        return self.checker("sweep", str(domains), "--output=site", *options, **settings)

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


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Ours without settings of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CHECKER_")}
    own = {f"CHECKER_{name.upper()}": value for name, value in settings.items()}
    places = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**clean, "PATH": PATH, "PYTHONPATH": places, **own}
