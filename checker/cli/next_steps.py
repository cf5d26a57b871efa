"""The commands that an operator is told to type when the brake has held a sweep back: complete, to be copied.

A mail is read anywhere, so every file is named in full.
"""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from checker.report.model import COLUMNS
from checker.setting_values import has_password

if TYPE_CHECKING:
    from checker.settings import Settings
    from checker.store.stored_sweep import StoredSweep

LIST = Path("domains.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sweep was made: the store by the name that messages give it, the site, and the list."""

    settings: "Settings"
    store: str
    output: Path
    path: Path = LIST

    def look(self, sweep: "StoredSweep") -> str:
        """Compare it with what stands."""
        return _typed("diff", *self._given, "LAST", sweep.id)

    def publish(self, sweep: "StoredSweep") -> str:
        """Put it on the site after all."""
        return _typed("render", *self._given, "--output", _full(self.output), "--accept", sweep.id)

    def measure(self, sweep: "StoredSweep") -> str:
        """Make such a sweep again."""
        only = ("--only", ",".join(sweep.columns)) if len(sweep.columns) < len(COLUMNS) else ()
        rules = ("--ruleset", sweep.ruleset)
        return _typed("sweep", _full(self.path), *self._given, "--output", _full(self.output), *only, *rules)

    @property
    def _given(self) -> tuple[str, ...]:
        """The store; not one whose address holds a password, which stands where the command finds it again."""
        if self.settings.store is not None and has_password(self.settings.store):
            return ()
        return ("--store", self.store if "://" in self.store else _full(Path(self.store)))


def _typed(*words: str) -> str:
    return shlex.join(("checker", *words))


def _full(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - links as given
