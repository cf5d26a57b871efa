"""The page about the open data: every file, what it is, and where the addresses stay the same. Never writes the files."""

from dataclasses import dataclass

from checker.report.sentences import number
from checker.site.files import badge, catalogue, history_csv, organisation_json, sitemap, workbook
from checker.site.pages import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One file: the way to it from the site's top, its name, what it is, and its size in words ("" when not known)."""

    path: str
    name: str
    text: str
    size: str = ""


def write(pages: Pages) -> None:
    """Write the page of one language; the files of the table stand by then, so that their sizes can be told."""
    _ = pages.gettext
    material = pages.material
    offers = [
        _offer(pages, "results.csv", _("The table: organisations, names and the five printed codes (CSV)")),
        _offer(
            pages, "results.json", _("The table with all findings and the mail hosts stage by stage (JSON)")
        ),
        _offer(pages, "results.schema.json", _("Description of results.json (JSON Schema)")),
        _offer(
            pages,
            pages.folder + workbook.PATH,
            _("The table and the reasons as a spreadsheet (Excel, LibreOffice)"),
        ),
        _offer(
            pages,
            organisation_json.SCHEMA_NAME,
            _("Description of each organisation's own file (JSON Schema)"),
        ),
        _offer(pages, catalogue.PATH, _("Description of these data for data portals (DCAT-AP-SE, RDF/XML)")),
    ]
    if material.past is not None:
        offers.insert(4, _offer(pages, history_csv.PATH, _("Since when each answer has stood (CSV)")))
    if material.feeds is not None:
        offers.append(
            Offer(
                path=f"{pages.folder}andringar/atom.xml", name="atom.xml", text=_("Changes as a feed (Atom)")
            )
        )
    if material.settings.base:
        offers.append(Offer(path=sitemap.NAME, name=sitemap.NAME, text=_("Every page of the site (sitemap)")))
    example = next((result.row.code for result in material.results()), "")
    pages.write(
        "data",
        "data/",
        title=_("Open data"),
        offers=offers,
        example=example,
        own=organisation_json.NAME,
        badge=badge.NAME,
    )


def _offer(pages: Pages, path: str, text: str) -> Offer:
    """A file that is there, or will be with the rest of the build."""
    file = pages.directory / path
    size = f"{number(max(1, round(file.stat().st_size / 1000)), pages.lang)} kB" if file.is_file() else ""
    return Offer(path=path, name=path.rpartition("/")[2], text=text, size=size)
