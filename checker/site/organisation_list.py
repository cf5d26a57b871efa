"""The page of all organisations: each group in alphabetical order, with the way to every page. Shows no answers."""

from dataclasses import dataclass

from checker.report.names import shown_name
from checker.report.words import visible
from checker.site.collation import swedish_order
from checker.site.pages import Pages

PATH = "organisation/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One organisation; its domain as U-labels."""

    code: str
    region: str
    domain: str


def write(pages: Pages) -> None:
    """Write the page. Groups come in the order of the list, organisations without a group last."""
    _ = pages.gettext
    groups: dict[str, list[Listed]] = {}
    for result in pages.material.results():
        row = result.row
        entry = Listed(code=row.code, region=visible(row.region), domain=shown_name(row.domain))
        groups.setdefault(visible(row.group), []).append(entry)
    without = groups.pop("", None)
    if without is not None:
        groups[""] = without
    for entries in groups.values():
        entries.sort(key=lambda entry: (swedish_order(entry.region), swedish_order(entry.code)))
    pages.write("organisations", PATH, title=_("All organisations"), groups=groups)
