"""What was counted in the checks of the site, by type of page: a table to print when all of them are done."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(slots=True)
class _Line:
    pages: int = 0
    links: int = 0
    most_bytes: int = 0
    looked_at: int = 0
    violations: int = 0
    undecided: int = 0
    messages: int | None = None


class Figures:
    """The figures of each type of page and language."""

    def __init__(self) -> None:
        self._lines: defaultdict[tuple[str, str], _Line] = defaultdict(_Line)

    def page(self, kind: str, lang: str, *, links: int, size: int) -> None:
        """Count a page with its links and bytes."""
        line = self._lines[kind, lang]
        line.pages += 1
        line.links += links
        line.most_bytes = max(line.most_bytes, size)

    def axe(self, kind: str, lang: str, *, violations: int, undecided: int) -> None:
        """Count one run of axe-core: its violations, and what it leaves to people."""
        line = self._lines[kind, lang]
        line.looked_at += 1
        line.violations += violations
        line.undecided += undecided

    def validated(self, kind: str, lang: str, messages: int) -> None:
        """Count the validator's messages of a page."""
        line = self._lines[kind, lang]
        line.messages = (line.messages or 0) + messages

    def table(self) -> Iterator[str]:
        """The lines of the table; none when nothing was counted."""
        if not self._lines:
            return
        yield f"{'page':<20} {'pages':>5} {'links':>6} {'bytes':>7} {'axe runs':>8} {'faults':>6} {'unsure':>6} {'vnu':>4}"
        for (kind, lang), line in sorted(self._lines.items()):
            messages = "–" if line.messages is None else line.messages
            yield (
                f"{f'{kind} ({lang})':<20} {line.pages:>5} {line.links:>6} {line.most_bytes:>7} "
                f"{line.looked_at:>8} {line.violations:>6} {line.undecided:>6} {messages:>4}"
            )
