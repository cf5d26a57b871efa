"""A site made of hostile words, wherever words can come from: the list, servers, the past, comments and settings.

python -m tests.browser.hostile_site FOLDER
"""

import sys
from dataclasses import replace
from pathlib import Path

from checker.comments import Comment
from checker.observations.row import Row
from checker.report.model import COLUMNS, PendingRow, RowResult
from checker.report.site_settings import AccessibilityStatement, SiteSettings
from checker.rulesets import RULESET_2026
from checker.site.build import build
from checker.verdict import Finding, Severity
from tests.report.rows import HOSTILE, hostile_result, verdict_of
from tests.site.sites import whole_site

MARKUP = "\"><script>window.ran=1;alert(1)</script><img src=x onerror='alert(2)'>"
FORMULA = '=HYPERLINK("javascript:alert(3)","\'x")'
DIRECTIONS = "\u202egnp.exe\u202c\u2066\x1b[31m\x00\x85\r\n<b onmouseover=alert(4)>"
PHRASES = (
    MARKUP,
    FORMULA,
    DIRECTIONS,
    HOSTILE,
    "javascript:alert(5)",
    "</style></title></svg>--><svg onload=alert(6)>",
)


def rows() -> tuple[RowResult, ...]:
    """One row for each phrase, in which it stands for everything that a server could say."""
    return (
        hostile_result(),
        *(_row(f"H{number}", phrase) for number, phrase in enumerate(PHRASES)),
    )


def _row(code: str, phrase: str) -> RowResult:
    row = Row(code=code, region=phrase, domain="a.se", web_host="www.a.se", mail_domain="a.se", group=phrase)
    findings = tuple(
        Finding(
            code=known,
            severity=Severity.FAULT,
            subject=phrase,
            params=(("banner", phrase), ("names", phrase)),
        )
        for known in ("unresolvable", "no_starttls")
        if known in RULESET_2026.severities
    )
    cells = ("Nej", "Ja (F) (N)", "Nej", "Ja", "Ej mätt")
    verdicts = (verdict_of(column, cell, row, findings) for column, cell in zip(COLUMNS, cells, strict=True))
    return RowResult(row=row, verdicts=tuple(verdicts))


def main(folder: Path) -> int:
    """Build it. 0: it stands there."""
    folder.mkdir(parents=True)
    made, material = rows(), whole_site()
    everything = (*made[1:], *material.results())
    comments = {
        result.row.code: (
            Comment(code=result.row.code, indicator="https", text=MARKUP, author=DIRECTIONS, date=""),
        )
        for result in made
    }
    directions = "".join(
        filter(str.isprintable, DIRECTIONS)
    )  # the settings' own reader lets nothing else through
    settings = SiteSettings(
        title=f"Kollen {MARKUP}",
        publisher=directions,
        contact=f"javascript:alert(7) {MARKUP}",
        base_url="https://kollen.example/",
        accessibility=AccessibilityStatement(method=MARKUP, shortcomings=(FORMULA, directions)),
    )
    build(
        folder,
        replace(
            material,
            results=lambda: iter(everything),
            pending=lambda: map(PendingRow, everything),
            comments=comments,
            settings=settings,
        ),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
