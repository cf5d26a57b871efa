"""The built site as files: what links to what, what each page says of itself, and how large it is."""

import re
from collections import Counter
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest

from tests.browser.figures import Figures
from tests.browser.site_pages import Link, Site, SitePage

pytestmark = pytest.mark.browser

MOST_BYTES = 100_000
ALONE = frozenset({"404.html"})
"""Pages that nothing leads to: web servers show them."""
NOT_SPOKEN = frozenset({"alternate", "canonical"})
"""Relations of links that need not stand on this machine: they name where the site is published."""
OUTSIDE = frozenset(
    {
        # the settings of the demonstration
        "myndigheten.example",
        # second opinions and neighbours
        "basisbeveiliging.nl",
        "dnsviz.net",
        "internet.nl",
        "internetkollen.se",
        "ipv6ioffentligsektor.se",
        "www.checktls.com",
        "www.ssllabs.com",
        "zonemaster.net",
        "zonemaster.se",
        # specifications and authorities
        "creativecommons.org",
        "datatracker.ietf.org",
        "eur-lex.europa.eu",
        "internetstiftelsen.se",
        "www.cve.org",
        "www.digg.se",
        "www.etsi.org",
        "www.iana.org",
        "www.mcf.se",
        "www.msb.se",
        "www.ncsc.nl",
        "www.pts.se",
        "www.rfc-editor.org",
        "www.riksdagen.se",
        "www.w3.org",
        # the manuals of server software
        "bind9.readthedocs.io",
        "caddyserver.com",
        "doc.powerdns.com",
        "docs.haproxy.org",
        "docs.openssl.org",
        "docs.redhat.com",
        "eff-certbot.readthedocs.io",
        "firewalld.org",
        "github.com",
        "httpd.apache.org",
        "learn.microsoft.com",
        "manpages.debian.org",
        "manpages.ubuntu.com",
        "nginx.org",
        "nsd.docs.nlnetlabs.nl",
        "wiki.nftables.org",
        "www.cisco.com",
        "www.debian.org",
        "www.exim.org",
        "www.knot-dns.cz",
        "www.postfix.org",
    }
)
"""The hosts that links off the site may lead to; another one is somebody's decision, not an accident."""


def test_every_type_of_page_is_there_in_both_languages(site: Site, figures: Figures) -> None:
    for page in site.pages:
        figures.page(page.kind, page.lang, links=len(page.links), size=page.size)
    swedish, english = (
        {page.path.removeprefix("en/") for page in site.pages if page.lang == lang} for lang in ("sv", "en")
    )
    assert "index.html" in swedish
    assert swedish == english


def test_nothing_stands_that_no_link_leads_to(site: Site) -> None:
    found = {page.path for page in site.pages}
    there = {file.relative_to(site.top).as_posix() for file in site.top.rglob("*.html")}
    assert sorted(there - found - ALONE) == []


def test_every_link_inside_leads_to_something(site: Site) -> None:
    pages = {page.path: page for page in site.pages}
    assert [
        f"{page.path}: {link.address}"
        for page in site.pages
        for link in page.links
        if not link.is_outside and not _leads_somewhere(page, link, pages)
    ] == []


def test_links_inside_name_files_and_not_folders(site: Site) -> None:
    """Opened as files, there is nobody to make a page of a folder."""
    assert [
        f"{page.path}: {link.address}"
        for page in site.pages
        for link in page.links
        if not link.is_outside
        and (link.address.startswith("/") or link.address.partition("#")[0].endswith("/"))
    ] == []


def test_nothing_is_loaded_from_elsewhere(site: Site) -> None:
    loaded = [(page.path, link.address) for page in site.pages for link in page.links if link.loads]
    assert loaded
    assert [address for address in loaded if re.match(r"\w+:|//", address[1])] == []
    styles = {file: file.read_text(encoding="utf-8") for file in site.top.rglob("*.css")}
    assert [
        str(file) for file, text in styles.items() if re.search(r"@import|url\(\s*['\"]?(\w+:|//)", text)
    ] == []


def test_links_outside_lead_to_places_we_know(site: Site) -> None:
    outside = {
        (page.kind, link.address)
        for page in site.pages
        for link in page.links
        if link.is_outside and not link.relations & NOT_SPOKEN
    }
    assert sorted(f"{kind}: {address}" for kind, address in outside if not _is_known(address)) == []


def test_every_page_leads_to_itself_in_the_other_language_and_back(site: Site) -> None:
    pages = {page.path: page for page in site.pages}
    pairs = {
        (page.path, page.leads_to(link.address)[0])
        for page in site.pages
        for link in page.links
        if link.element == "link"
        and link.language not in {"", page.lang, "x-default"}
        and not link.is_outside
    }
    assert sorted(page for page in pages if page not in {start for start, _ in pairs}) == []
    assert sorted(pair for pair in pairs if (pair[1], pair[0]) not in pairs) == []
    for page in site.pages:
        shown = {
            page.leads_to(link.address)[0]
            for link in page.links
            if link.element == "a" and link.language not in {"", page.lang}
        }
        assert {other for start, other in pairs if start == page.path} <= shown, page.path


def test_every_page_says_its_language(site: Site) -> None:
    assert [page.path for page in site.pages if page.read.language != page.lang] == []


def test_ids_are_unique_and_what_refers_to_one_finds_it(site: Site) -> None:
    assert [
        f"{page.path}: {name} {count} times"
        for page in site.pages
        for name, count in page.read.ids.items()
        if count > 1 or not name or re.search(r"\s", name)
    ] == []
    assert [
        f"{page.path}: {attribute}={name}"
        for page in site.pages
        for attribute, name in sorted(page.read.referred)
        if name not in page.read.ids
    ] == []


def test_headings_are_in_order_below_one_first(site: Site) -> None:
    wrong: list[str] = []
    for page in site.pages:
        levels = [level for level, _ in page.read.headings]
        if levels.count(1) != 1 or levels[0] != 1:
            wrong.append(
                f"{page.path}: {levels.count(1)} h1, the first heading is h{levels[0] if levels else '–'}"
            )
        wrong += [
            f"{page.path}: h{after} after h{before}, {text.strip()!r}"
            for before, (after, text) in zip(levels, page.read.headings[1:], strict=False)
            if after > before + 1
        ]
        wrong += [f"{page.path}: an empty h{level}" for level, text in page.read.headings if not text.strip()]
    assert wrong == []


def test_titles_are_unique_in_a_language(site: Site) -> None:
    titles = Counter((page.lang, page.read.title.strip()) for page in site.pages)
    assert [(title, count) for title, count in titles.items() if count > 1 or not title[1]] == []


def test_every_page_has_the_same_policy_and_nothing_inline(site: Site) -> None:
    policies = {page.read.policy for page in site.pages}
    assert len(policies) == 1
    policy = policies.pop()
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert [f"{page.path}: {page.read.inline}" for page in site.pages if page.read.inline] == []


def test_no_page_is_heavy(site: Site) -> None:
    assert [f"{page.path}: {page.size}" for page in site.pages if page.size >= MOST_BYTES] == []


def _leads_somewhere(page: SitePage, link: Link, pages: dict[str, SitePage]) -> bool:
    path, fragment = page.leads_to(link.address)
    if not link.address or path.startswith("../") or not (page.top / path).is_file():
        return False
    if not fragment:
        return True
    target = pages.get(path)
    return target is not None and fragment in target.read.ids and PurePosixPath(path).suffix == ".html"


def _is_known(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "mailto" or (parts.scheme == "https" and parts.hostname in OUTSIDE)
