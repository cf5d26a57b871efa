"""sitemap.xml and security.txt by their specifications."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from checker.report.site_settings import SiteSettings
from checker.report.words import LANGS, Lang
from checker.site.files import security_txt, sitemap
from tests.report.rows import SWEEP
from tests.site.sites import material_of, pages_of

NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
BASE = "https://kollen.example.se/a&b/"


def mapped(directory: Path, made: dict[Lang, list[str]], base: str = BASE) -> ET.Element:
    languages = [pages_of(directory, material_of(), lang) for lang in made]
    for pages in languages:
        pages.made.extend(made[pages.lang])
    directory.mkdir(exist_ok=True)
    sitemap.write(directory, languages, base)
    root = ET.fromstring((directory / sitemap.NAME).read_bytes())  # noqa: S314 - our own file
    assert root.tag == f"{{{NS['s']}}}urlset"
    assert {child.tag for child in root} <= {f"{{{NS['s']}}}url"}
    return root


def addresses(root: ET.Element) -> list[str]:
    return [place.text or "" for place in root.findall("s:url/s:loc", NS)]


def test_every_page_in_every_language_once(tmp_path: Path) -> None:
    paths = ["", "om/", "organisation/AB/", "organisation/X.1/"]
    root = mapped(tmp_path, {"sv": paths, "en": paths[::-1]})
    found = addresses(root)
    assert sorted(found) == sorted(f"{BASE}{below}{path}" for path in paths for below in ("", "en/"))
    for url in root:
        (own,) = url.findall("s:loc", NS)
        others = {link.get("hreflang"): link.get("href") for link in url.findall("x:link", NS)}
        assert set(others) == set(LANGS)
        assert own.text in others.values()
        assert all(link.get("rel") == "alternate" for link in url.findall("x:link", NS))


def test_a_page_of_one_language_names_no_other(tmp_path: Path) -> None:
    root = mapped(tmp_path, {"sv": ["", "2017/"], "en": [""]})
    (alone,) = (url for url in root if (url.findtext("s:loc", "", NS)).endswith("2017/"))
    assert alone.findall("x:link", NS) == []


def test_no_more_than_the_protocol_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sitemap.PAGES_MAX == 50_000
    monkeypatch.setattr(sitemap, "PAGES_MAX", 3)
    assert len(addresses(mapped(tmp_path, {"sv": ["", "a/"], "en": ["", "a/"]}))) == 3


def test_the_order_of_making_does_not_show(tmp_path: Path) -> None:
    paths = ["b/", "", "a/"]
    mapped(tmp_path / "one", {"sv": paths})
    mapped(tmp_path / "two", {"sv": sorted(paths)})
    assert (tmp_path / "one/sitemap.xml").read_bytes() == (tmp_path / "two/sitemap.xml").read_bytes()


def test_without_an_address_there_is_none(tmp_path: Path) -> None:
    sitemap.write(tmp_path, [pages_of(tmp_path, material_of())], "")
    assert list(tmp_path.iterdir()) == []


FIELD = re.compile(r"(Contact|Expires|Preferred-Languages|Policy|Canonical): ([!-~]+(?: [!-~]+)*)")


def security(directory: Path, **settings: object) -> list[tuple[str, str]]:
    """The fields of the file in order, each line held to RFC 9116 §4."""
    directory.mkdir(exist_ok=True)
    given = SiteSettings(security_contacts=("mailto:sakerhet@example.se",))
    made = replace(given, **settings)  # type: ignore[arg-type]  # the fields are the caller's
    security_txt.write(directory, material_of(settings=made))
    data = (directory / ".well-known/security.txt").read_bytes()
    assert data.endswith(b"\n")
    lines = data.decode("ascii").removesuffix("\n").split("\n")
    matched = [FIELD.fullmatch(line) for line in lines]
    return [(match[1], match[2]) for match in matched if match] if all(matched) else []


def test_the_least_that_a_security_txt_says(tmp_path: Path) -> None:
    fields = security(tmp_path)
    assert [name for name, _ in fields] == ["Contact", "Expires", "Preferred-Languages"]
    assert dict(fields)["Contact"] == "mailto:sakerhet@example.se"


def test_all_that_a_security_txt_says(tmp_path: Path) -> None:
    contacts = ("https://example.se/sakerhet", "mailto:sakerhet@example.se")
    fields = security(
        tmp_path,
        security_contacts=contacts,
        security_policy="https://example.se/policy",
        base_url="https://kollen.example.se",
    )
    assert fields[:2] == [("Contact", contact) for contact in contacts], "by preference"
    assert fields[3:] == [
        ("Preferred-Languages", "sv, en"),
        ("Policy", "https://example.se/policy"),
        ("Canonical", "https://kollen.example.se/.well-known/security.txt"),
    ]


def test_it_expires_within_a_year_of_the_sweep(tmp_path: Path) -> None:
    expires = datetime.fromisoformat(dict(security(tmp_path))["Expires"])
    assert timedelta(days=30) < expires - SWEEP.finished.astimezone(UTC) < timedelta(days=365)


@pytest.mark.parametrize(
    ("base", "canonical"),
    [
        ("https://example.se/kollen/", "https://example.se/.well-known/security.txt"),
        ("http://kollen.example.se/", None),
        ("", None),
    ],
)
def test_where_it_says_to_stand(tmp_path: Path, base: str, canonical: str | None) -> None:
    assert dict(security(tmp_path, base_url=base)).get("Canonical") == canonical


def test_without_a_contact_there_is_no_security_txt(tmp_path: Path) -> None:
    security_txt.write(
        tmp_path, material_of(settings=SiteSettings(security_policy="https://example.se/policy"))
    )
    assert list(tmp_path.iterdir()) == []
