"""What is told of each kind of change, under which title, and how much of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from checker.history.changes import Change, Kind
from checker.report.feed_entries import TOGETHER_OVER
from checker.report.feeds import feed_path
from checker.verdict import Finding, Severity
from tests.report.feed_files import (
    FIRST,
    A,
    change,
    child,
    entries,
    read,
    titles,
    told,
    words_of,
    write,
)


@pytest.mark.parametrize(
    ("scenario", "told_change", "title"),
    [
        ("worse", change(Kind.WORSENED), "Stockholm: HTTPS sämre"),
        ("sideways", change(Kind.CHANGED, now="–"), "Stockholm: HTTPS ändrat"),
        ("better", change(Kind.IMPROVED, before="Nej", now="Ja"), "Stockholm: HTTPS bättre"),
        ("first time", change(Kind.MEASURED, before="Ej mätt"), "Stockholm: HTTPS mätt för första gången"),
        ("rules", change(Kind.RULES), "Stockholm: HTTPS läses annorlunda med nya regler"),
        ("other names", change(Kind.ENTRY), "Stockholm: HTTPS gäller andra namn"),
        ("new cell", change(Kind.NEW, before=""), "Stockholm: ny i listan"),
        ("removed", change(Kind.REMOVED, now=""), "Stockholm: inte längre i listan"),
        ("not measured", change(Kind.NOT_MEASURED, now="Ej mätt"), None),
        ("worse, seen once", change(Kind.WORSENED, unconfirmed=True), None),
        ("sideways, seen once", change(Kind.CHANGED, unconfirmed=True), None),
    ],
)
def test_what_is_told_and_under_which_title(
    tmp_path: Path, scenario: str, told_change: Change, title: str | None
) -> None:
    write(tmp_path, told(told_change))
    expected = [title] if title else []
    assert titles(tmp_path) == expected
    assert titles(tmp_path, "AB") == expected
    assert titles(tmp_path, "C") == []


def test_no_kind_is_forgotten(tmp_path: Path) -> None:
    for kind in Kind:
        write(tmp_path, told(change(kind)))
        assert bool(titles(tmp_path)) == (kind is not Kind.NOT_MEASURED), kind


def test_another_method_is_no_news(tmp_path: Path) -> None:
    write(tmp_path, told(change(), method="msb-2018"))
    assert entries(tmp_path) == []


def test_one_entry_a_sweep_and_organisation_worst_first(tmp_path: Path) -> None:
    write(
        tmp_path,
        told(
            change(code="C", region="Uppsala"),
            change(column="dnssec", before="Ja", now="Nej"),
            change(Kind.IMPROVED, column="www_ipv6", before="Nej", now="Ja"),
            night=1,
        ),
        told(change()),
    )
    assert titles(tmp_path) == [
        "Uppsala: HTTPS sämre",
        "Stockholm: DNSSEC sämre, www via IPv6 bättre",
        "Stockholm: HTTPS sämre",
    ]
    assert len(titles(tmp_path, "AB")) == 2
    assert child(read(tmp_path), "updated") == "2026-10-02T00:00:05Z"
    assert child(read(tmp_path, "C"), "updated") == "2026-10-02T00:00:05Z"


def test_an_entry_is_the_same_in_both_feeds(tmp_path: Path) -> None:
    write(tmp_path, told(change()))
    overall, own = (ET.tostring(entries(tmp_path, code)[0]) for code in ("", "AB"))
    assert overall == own


def test_rules_never_stand_in_one_entry_with_what_was_measured(tmp_path: Path) -> None:
    write(tmp_path, told(change(), change(Kind.RULES, column="starttls", before="Ja", now="Ja (C)")))
    measured, rules = entries(tmp_path, "AB")
    assert "sämre" in child(measured, "title")
    assert "regler" not in " ".join(words_of(measured)[:-1])
    assert "sämre" not in " ".join([child(rules, "title"), *words_of(rules)]).lower()
    assert words_of(rules)[0].startswith("Reglerna för bedömningen har ändrats.")
    assert child(measured, "id") != child(rules, "id")


def test_an_entry_in_full(tmp_path: Path) -> None:
    finding = Finding(code="unresolvable", severity=Severity.FAULT, subject="www.sll.se")
    write(
        tmp_path,
        told(
            change(
                before_at=FIRST,
                since=FIRST + timedelta(days=1),
                under_new_rules="Ja (N)",
                findings=(finding,),
            ),
            night=2,
        ),
    )
    (entry,) = entries(tmp_path)
    line, reason, closing = words_of(entry)
    assert line.startswith(
        "HTTPS: Sämre: nu Ja (F), tidigare Ja (senast mätt 1\xa0oktober 2026). Webbplatsen erbjuder https, "
        "men något i dess TLS-inställningar eller certifikat är felaktigt eller osäkert. Med dagens regler läses "
        "den tidigare mätningen som Ja (N). Så har det varit sedan 2\xa0oktober 2026."
    )
    assert reason.startswith("Namnet www.sll.se")
    assert closing == (
        "Mätningen började 3\xa0oktober 2026 kl.\xa002.00 och bedömdes enligt regelverket 2026, version 2."
    )
    assert [(category.get("term"), category.get("label")) for category in entry.findall(f"{A}category")] == [
        ("change/worsened", "Sämre"),
        ("indicator/https", "HTTPS"),
        ("organisation/AB", "Stockholm"),
    ]
    (link,) = entry.findall(f"{A}link")
    assert link.attrib == {
        "rel": "alternate",
        "href": "https://kollen.example.se/a/organisation/AB/",
        "type": "text/html",
        "hreflang": "sv",
    }


def test_reasons_are_bounded(tmp_path: Path) -> None:
    finding = Finding(code="unresolvable", severity=Severity.FAULT, subject="www.sll.se")
    write(tmp_path, told(change(findings=(finding,) * 13)))
    lines = words_of(entries(tmp_path)[0])
    assert len([line for line in lines if line.startswith("Namnet ")]) == 10
    assert "… och 3 till." in lines


def test_a_pair_is_explained_as_a_pair(tmp_path: Path) -> None:
    write(tmp_path, told(change(column="dnssec", before="Ja/Ja", now="Ja/Nej")))
    assert "Webb och e-post har olika domäner" in words_of(entries(tmp_path)[0])[0]


@pytest.mark.parametrize("organisations", [TOGETHER_OVER, TOGETHER_OVER + 1])
def test_a_night_of_many_changes_does_not_flood_the_feed_of_all(tmp_path: Path, organisations: int) -> None:
    codes = [f"K{number}" for number in range(organisations)]
    changes = [
        change(Kind.RULES, code=code, region=f"Kommun {code}", column=column)
        for code in codes
        for column in ("https", "starttls")
    ]
    write(tmp_path, told(*changes, change(code="K1")), codes=codes)
    assert all(titles(tmp_path, code) for code in codes)
    if organisations <= TOGETHER_OVER:
        assert len(titles(tmp_path)) == organisations + 1
    else:
        assert titles(tmp_path) == [
            "Stockholm: HTTPS sämre",
            f"Nya regler: {organisations} organisationer läses annorlunda",
        ]
        lines = words_of(entries(tmp_path)[1])
        assert (
            "Kommun K0: HTTPS läses annorlunda med nya regler, STARTTLS läses annorlunda med nya regler."
            in lines
        )


def test_many_organisations_are_counted_by_kind_and_named_to_a_bound(tmp_path: Path) -> None:
    codes = [f"K{number}" for number in range(1250)]
    changes = [
        change(Kind.IMPROVED if number % 2 else Kind.WORSENED, code=code, region=code)
        for number, code in enumerate(codes)
    ]
    write(tmp_path, told(*changes, told_twice := replace(changes[0], column="dnssec")), codes=codes[:1])
    assert told_twice.code == "K0"
    assert titles(tmp_path) == ["1\xa0250 organisationer: sämre 625, bättre 625"]
    assert "… och 1\xa0050 till." in words_of(entries(tmp_path)[0])
    assert (tmp_path / feed_path("sv")).stat().st_size < 50_000
