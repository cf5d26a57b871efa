"""The settings of the published site: what is taken as it stands, and what is refused."""

from datetime import date
from pathlib import Path

import pytest

from checker.cli.publishing import site_settings
from checker.report.site_settings import AccessibilityStatement, SiteSettings, page_address, site_base
from checker.settings import SettingsError, load_settings
from checker.site.assets import logo_problems


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problems(**given: object) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(given)
    return caught.value.problems


def test_nothing_is_said_that_was_not_set() -> None:
    assert site_settings(load_settings({})) == SiteSettings()


def test_everything_that_can_be_set_is_handed_on() -> None:
    Path("etc").mkdir()
    Path("etc/mark.svg").write_text("<svg/>")
    Path("etc/comments.csv").write_text("code,comment\n")
    Path("etc/checker.toml").write_text(
        """
        title = "Kollen"
        publisher = "Myndigheten"
        publisher_url = "https://www.example.se/"
        publisher_type = "NationalAuthority"
        contact = "kollen@example.se"
        base_url = "https://kollen.example.se/x"
        logo = "mark.svg"
        comments = "comments.csv"
        security_contacts = ["mailto:sakerhet@example.se", "https://example.se/sakerhet"]
        security_policy = "https://example.se/sakerhet/policy"
        accessibility_assessed = 2026-11-22
        accessibility_method = "Självskattning."
        accessibility_shortcomings = ["Kartan saknar text; den finns i tabellen.", "En till."]
        """,
        encoding="utf-8",
    )
    settings = load_settings({}, config=Path("etc/checker.toml"))
    assert settings.comments == Path("etc/comments.csv")
    assert site_settings(settings) == SiteSettings(
        title="Kollen",
        publisher="Myndigheten",
        publisher_url="https://www.example.se/",
        publisher_type="NationalAuthority",
        contact="kollen@example.se",
        base_url="https://kollen.example.se/x",
        logo=str(Path("etc/mark.svg")),
        security_contacts=("mailto:sakerhet@example.se", "https://example.se/sakerhet"),
        security_policy="https://example.se/sakerhet/policy",
        accessibility=AccessibilityStatement(
            assessed="2026-11-22",
            method="Självskattning.",
            shortcomings=("Kartan saknar text; den finns i tabellen.", "En till."),
        ),
    )


def test_lists_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_SECURITY_CONTACTS", "mailto:a@example.se, tel:+46-8-123456")
    monkeypatch.setenv("CHECKER_ACCESSIBILITY_SHORTCOMINGS", "Kartan, på mobil; Diagrammet.\n\nEn till ")
    monkeypatch.setenv("CHECKER_ACCESSIBILITY_ASSESSED", "2026-11-22")
    settings = load_settings({})
    assert settings.security_contacts == ("mailto:a@example.se", "tel:+46-8-123456")
    assert settings.accessibility_shortcomings == ("Kartan, på mobil", "Diagrammet.", "En till")
    assert settings.accessibility_assessed == date(2026, 11, 22)


@pytest.mark.parametrize(
    "contact",
    [
        "sakerhet@example.se",
        "http://example.se/sakerhet",
        "mailto:",
        "mailto:sakerhet",
        "mailto:a@example.se\nContact: https://evil.example/",
        "https://",
        "https:///x",
        "https://example.se/å",
        "https://example.se/<x>",
        "tel:",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_contact_of_a_security_txt(contact: str) -> None:
    (problem,) = problems(security_contacts=[contact])
    assert problem.startswith("--security-contacts: ")
    assert 'must be an address as in "mailto:sakerhet@example.se"' in problem


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("security_policy", "http://example.se/", "must be encrypted: begin with https://"),
        ("security_policy", "example.se", "must be a web address"),
        ("publisher_type", "Agency", "input should be 'NationalAuthority'"),
        ("publisher_url", "www.example.se", "must be a web address"),
        ("base_url", "https://[bad/", "must be a web address"),
        ("base_url", "https://[bad]/", "must be a web address"),
        ("base_url", "https://#", "must be a web address"),
        ("base_url", "https://:443/", "must be a web address"),
        ("base_url", "https://example.se:x/", "must be a web address"),
        ("base_url", "https://example.se/?a", 'must have no "?" and no "#"'),
        ("base_url", "https://example.se/#", 'must have no "?" and no "#"'),
        ("logo", "missing.svg", "is not a file"),
        ("comments", ".", "is not a file"),
        ("accessibility_assessed", "i går", "input should be a valid date"),
        ("accessibility_method", "a\x1b[2J", "has control characters"),
        ("accessibility_method", "x" * 1001, "at most 1000 characters"),
        ("accessibility_shortcomings", ["a\nb"], "has control characters"),
    ],
)
def test_what_is_refused(name: str, value: object, said: str) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(f"--{name.replace('_', '-')}: ")
    assert said in problem


def test_publishers_may_have_addresses_with_a_query() -> None:
    address = "https://[2001:db8::1]:8443/om?sprak=sv#kontakt"
    assert load_settings({"publisher_url": address}).publisher_url == address


@pytest.mark.parametrize("name", ["logo.svg", "logo.PNG", "logo.webp"])
def test_pictures_that_can_be_the_logo(name: str) -> None:
    Path(name).write_bytes(b"x" * 100_000)
    assert logo_problems(Path(name)) == ()


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("logo.gif", 1, "logo: logo.gif: is neither .svg nor .png nor .webp"),
        ("logo", 1, "logo: logo: is neither"),
        ("logo.png", 100_001, "logo: logo.png: is larger than 100 kB; every page shows it"),
        ("gone.svg", None, "logo: gone.svg: cannot be read: No such file or directory"),
    ],
)
def test_what_keeps_a_file_from_being_the_logo(name: str, size: int | None, said: str) -> None:
    if size is not None:
        Path(name).write_bytes(b"x" * size)
    (problem,) = logo_problems(Path(name))
    assert said in problem


@pytest.mark.parametrize(
    ("published", "base"),
    [
        ("", ""),
        ("https://a.se", "https://a.se/"),
        ("https://a.se/", "https://a.se/"),
        ("https://a.se/k/index.html", "https://a.se/k/"),
        ("https://a.se/k//", "https://a.se/k/"),
        ("https://a.se/index.html", "https://a.se/"),
        ("https://a.se/myindex.html", "https://a.se/myindex.html/"),
        ("https://index.html", "https://index.html/"),
        ("https://[2001:db8::1]:8443/k", "https://[2001:db8::1]:8443/k/"),
    ],
)
def test_where_the_site_s_top_is(published: str, base: str) -> None:
    assert site_base(published) == SiteSettings(base_url=published).base == base


def test_addresses_of_pages() -> None:
    assert page_address("https://a.se/", "sv", "om/") == "https://a.se/om/"
    assert page_address("https://a.se/", "en", "om/") == "https://a.se/en/om/"
    assert page_address("", "en", "om/") == ""


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("a@example.se", "mailto:a@example.se"),
        ("mailto:a@example.se", "mailto:a@example.se"),
        ("https://example.se/", "https://example.se/"),
        ("Ring växeln, fråga efter it@sektionen", ""),
        ("javascript:alert(1)", ""),
        ('"><b>?cc=x@example.se', "mailto:%22%3E%3Cb%3E%3Fcc%3Dx@example.se"),
        (
            "mailto:a@example.se?cc=b@example.se&subject=a%20b",
            "mailto:a@example.se?cc=b@example.se&subject=a%20b",
        ),
        ("https://example.se/\"><b x='å'>#c", "https://example.se/%22%3E%3Cb%20x=%27%C3%A5%27%3E#c"),
        ("", ""),
    ],
)
def test_a_contact_as_a_link(contact: str, link: str) -> None:
    assert SiteSettings(contact=contact).contact_link == link
