"""sitemap.xml (sitemaps.org protocol 0.9): every page in every language, with its times of change left out.

Only where the site's address is known: the protocol wants whole addresses.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from checker.report.words import LANGS, Lang
from checker.site.pages import Pages
from checker.site.places import Place

NAME = "sitemap.xml"
PAGES_MAX = 50_000
"""What one file may name, by the protocol."""


def write(directory: Path, languages: Sequence[Pages], base: str) -> None:
    """Write the map of the pages made so far; nothing without a base address.

    Each names itself and its other languages, as search engines want to be told.
    """
    if not base:
        return
    made = {pages.lang: set(pages.made) for pages in languages}
    with (directory / NAME).open("w", encoding="utf-8", newline="\n") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        out.write(
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        )
        for number, (address, others) in enumerate(_addresses(made, base)):
            if number == PAGES_MAX:
                break
            out.write(f"<url><loc>{escape(address)}</loc>")
            out.writelines(
                f'<xhtml:link rel="alternate" hreflang="{lang}" href={quoteattr(other)}/>'
                for lang, other in others.items()
            )
            out.write("</url>\n")
        out.write("</urlset>\n")


def _addresses(made: dict[Lang, set[str]], base: str) -> Iterator[tuple[str, dict[Lang, str]]]:
    """Every page and the languages that it is in, page by page; of one language alone it names none."""
    for path in sorted(set().union(*made.values())):
        found = {lang: f"{base}{Place(lang, path).folder}" for lang in LANGS if path in made.get(lang, ())}
        for address in found.values():
            yield address, found if len(found) > 1 else {}
