"""`python -m tests.behaviours.listing`: the tables of behaviours as a page, which stands in docs/behaviours.md."""

from collections.abc import Iterator

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.tables import TABLES

HEADINGS = {
    "web": "Web servers",
    "bare_domain": "The bare domain",
    "mail": "Mail servers and MX records",
    "tls": "TLS, certificates and chains",
}
HEAD = """# Server behaviours

What web, mail and TLS servers do, and what the table says of it. Each is played by the miniature internet in `make test`,
and by real daemons in `make test-daemons` where one is named. Expected are the cells under the ruleset `2026` (in brackets
what `bilaga-a-2017` says instead) and all findings that are faults or warnings; notes only where they matter.
Made by `python -m tests.behaviours.listing`.
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join((HEAD, *(line for table in TABLES for line in _section(table)))) + "\n"


def _section(table: str) -> Iterator[str]:
    yield f"## {HEADINGS[table]} ({len(TABLES[table])})"
    yield ""
    yield "| behaviour | the server | cells | findings | played by |"
    yield "| --- | --- | --- | --- | --- |"
    for behaviour in TABLES[table]:
        played = ", ".join(("lab", *filter(None, (behaviour.daemon,))))
        findings = ", ".join(f"`{code}`" for code in sorted(behaviour.findings | behaviour.notes)) or "–"
        yield f"| {behaviour.name} | {behaviour.says} | {_cells(behaviour)} | {findings} | {played} |"
    yield ""


def _cells(behaviour: Behaviour) -> str:
    return ", ".join(
        f"{column} `{cell}`"
        + (f" [`{behaviour.cells_2017[column]}`]" if column in behaviour.cells_2017 else "")
        for column, cell in behaviour.cells.items()
    )


if __name__ == "__main__":
    print(page(), end="")
