import csv
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from checker.history.past import Past
from checker.report.export_csv import HEADER
from checker.report.model import SweepInfo
from checker.site import frozen, sweep_origins, sweeps
from tests.report.rows import HOSTILE
from tests.site.pasts import FIRST_NIGHT, made_up, nights, past_of, sweep_of
from tests.site.standing import PAGES, SLUGS, contents, counted, past_until, written
from tests.site.time_pages import languages, page


def test_a_page_for_every_sweep_in_every_language(tmp_path: Path) -> None:
    written(tmp_path, past_until(3))
    for slug in SLUGS[:3]:
        for pattern in PAGES:
            assert (tmp_path / pattern.format(slug)).is_file()


def test_a_frozen_table_has_every_cell(tmp_path: Path) -> None:
    written(tmp_path, past_until(2))
    read = page(tmp_path, "svep/2026-01-02")
    assert {"AB", "C"} <= set(read.ids)
    assert [attrs.get("class", "") for attrs in read.all("td")] == [
        *("", "", "no", "", "not-applicable"),
        *("unknown", "no", "", "no", "no"),
    ]
    assert all(
        text in read.text for text in ("Region AB", "Ej mätt", "–", "Nej", "1 av 1", "1 kunde inte mätas")
    )


def test_the_file_beside_is_like_results_csv(tmp_path: Path) -> None:
    written(tmp_path, past_until(1))
    raw = (tmp_path / "svep/2026-01-01/results.csv").read_bytes()
    rows = list(csv.reader(raw.decode("utf-8").splitlines()))
    assert rows[0] == list(HEADER)
    assert rows[1] == ["AB", "Region AB", "ab.se", "www.ab.se", "ab.se", "Ja", "Ja (F)", "Nej", "Ja", "–"]
    assert raw.count(b"\r\n") == len(rows) == 3


def test_what_had_changed_is_told(tmp_path: Path) -> None:
    written(tmp_path, past_until(2))
    told = page(tmp_path, "en/svep/2026-01-02").text
    assert "Region AB HTTPS: Ja (F) →became Ja" in told
    assert "Could not be measured" in told
    assert "first sweep" in page(tmp_path, "en/svep/2026-01-01").text


def test_many_changes_are_cut(tmp_path: Path) -> None:
    codes = [f"R{row}" for row in range(60)]
    tables = [dict.fromkeys(codes, (cell,) * 5) for cell in ("Ja", "Nej")]
    written(tmp_path, past_of(nights(2), tables))
    read = page(tmp_path, "en/svep/2026-01-02")
    assert read.text.count("→") == sweeps.MOST_CHANGES
    assert "And 200 more." in read.text


def test_hostile_names_of_old_sweeps(tmp_path: Path) -> None:
    table = {'"><script>': ("Ja",) * 5, "=1+1": ("Nej",) * 5}
    past = past_of(nights(2), [table, table], regions=lambda _: f"=<b>{HOSTILE}")
    written(tmp_path, past)
    for folder in ("svep/2026-01-02", "en/svep/2026-01-01"):
        text = (tmp_path / folder / "index.html").read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "\u202e" not in text
        assert "\x1b" not in text
        assert '"><script>' in page(tmp_path, folder).ids
        assert len(page(tmp_path, folder).all("script")) == 1
    rows = (tmp_path / "svep/2026-01-01/results.csv").read_text(encoding="utf-8")
    assert "'=1+1,'=<b>" in rows


def test_hostile_cells_of_old_sweeps(tmp_path: Path) -> None:
    table = {"AB": (HOSTILE, "Ja", "Ja", "Ja", "Ja"), "C": ("Ja",) * 5}
    written(tmp_path, past_of(nights(2), [{"C": ("Ja",) * 5}, table]))
    read = page(tmp_path, "en/svep/2026-01-02")
    assert "1 of 1 1 could not be measured" in read.text
    assert len(read.all("script")) == 1
    assert not {"\u202e", "\x1b"} & set(read.text)


def test_nothing_on_a_page_depends_on_later_sweeps(tmp_path: Path) -> None:
    before = contents(written(tmp_path / "before", past_until(2)))
    after = contents(written(tmp_path / "after", past_until(4)))
    for slug in SLUGS[:2]:
        for pattern in PAGES:
            assert before[pattern.format(slug)] == after[pattern.format(slug)]


def test_pages_that_stand_are_taken_over(tmp_path: Path) -> None:
    standing = written(tmp_path / "standing", past_until(3))
    past, read = counted(past_until(4))
    fresh = written(tmp_path / "fresh", past, standing)
    # the newest of the standing site is taken over too: it is no longer the newest
    assert read == [past.sweeps[3].id]
    for slug in SLUGS[:3]:
        for pattern in PAGES:
            assert (fresh / pattern.format(slug)).samefile(standing / pattern.format(slug))
    assert contents(fresh) == contents(written(tmp_path / "anew", past_until(4)))


def test_the_newest_is_always_made_anew(tmp_path: Path) -> None:
    standing = written(tmp_path / "standing", past_until(3))
    past, read = counted(past_until(3))
    fresh = written(tmp_path / "fresh", past, standing)
    assert read == [past.sweeps[2].id]
    assert contents(fresh) == contents(standing)


def test_taken_over_pages_are_in_the_site_map(tmp_path: Path) -> None:
    standing = written(tmp_path / "standing", past_until(3))
    found = languages(tmp_path / "fresh", past_until(3), standing=standing)
    sweeps.write(found)
    for pages in found:
        assert sorted(pages.made) == ["svep/", *(f"svep/{slug}/" for slug in SLUGS[:3])]


def test_another_past_is_written_anew(tmp_path: Path) -> None:
    standing = written(tmp_path / "standing", past_until(3))
    known = past_until(3)
    judged = (replace(known.sweeps[0], ruleset_version="2"), *known.sweeps[1:])
    past, read = counted(replace(known, sweeps=judged))
    fresh = written(tmp_path / "fresh", past, standing)
    assert read == [sweep.id for sweep in known.sweeps]
    assert "version 2" in page(fresh, "svep/2026-01-01").text
    assert "andra regler: 2026 2" in page(fresh, "svep/2026-01-02").text


def test_other_cells_are_written_anew_with_what_came_after(tmp_path: Path) -> None:
    tables = [{"AB": ("Ja", "Ja", "Nej", "Ja", cell)} for cell in ("Ja", "Ja", "Ja", "Nej", "Ja")]
    standing = written(tmp_path / "standing", past_of(nights(5), tables))
    # as many rows with each answer as before, but other rows'
    swapped = [*tables[:1], {"AB": ("Nej", "Ja", "Ja", "Ja", "Ja")}, *tables[2:]]
    past, read = counted(past_of(nights(5), swapped))
    fresh = written(tmp_path / "fresh", past, standing)
    assert read == [sweep.id for sweep in past.sweeps[1:]]
    assert contents(fresh) == contents(written(tmp_path / "anew", past_of(nights(5), swapped)))


def test_other_cells_with_the_same_figures_are_written_anew(tmp_path: Path) -> None:
    def past_with(*answers: str) -> Past:
        return past_of(
            nights(3), [{code: (cell,) * 5 for code, cell in zip("ABC", answers, strict=True)}] * 3
        )

    standing = written(tmp_path / "standing", past_with("Ja", "Nej", "Nej"))
    past, read = counted(past_with("Nej", "Nej", "Ja"))
    written(tmp_path / "fresh", past, standing)
    assert read == [sweep.id for sweep in past.sweeps]


def test_a_row_that_is_new_leaves_earlier_pages_as_they_stand(tmp_path: Path) -> None:
    tables = [{"B": ("Ja",) * 5}, {"B": ("Ja",) * 5}, {"A": ("Nej",) * 5, "B": ("Ja",) * 5}]
    standing = written(tmp_path / "standing", past_of(nights(2), tables[:2]))
    past, read = counted(past_of(nights(3), tables))
    written(tmp_path / "fresh", past, standing)
    assert read == [past.sweeps[2].id]


def test_what_stood_after_a_sweep_that_came_late_is_written_anew(tmp_path: Path) -> None:
    table = {"AB": ("Ja", "Ja", "Nej", "Ja", "Nej")}
    every = nights(5)
    standing = written(tmp_path / "standing", past_of([every[0], *every[2:]], [table] * 4))
    past, read = counted(past_of(every, [table] * 5))
    written(tmp_path / "fresh", past, standing)
    assert read == [sweep.id for sweep in every[1:]]


def test_other_settings_or_another_program_take_nothing_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = written(tmp_path / "standing", past_until(3), publisher="Myndigheten")
    past, read = counted(past_until(3))
    written(tmp_path / "renamed", past, standing, publisher="Verket")
    assert len(read) == 3
    monkeypatch.setattr(sweep_origins, "program_digest", lambda: "another")
    past, read = counted(past_until(3))
    written(tmp_path / "newer", past, standing, publisher="Myndigheten")
    assert len(read) == 3


def test_a_year_is_made_once(tmp_path: Path) -> None:
    past, read = counted(made_up(60, 3))
    standing = written(tmp_path / "standing", past)
    assert len(read) == 60
    written(tmp_path / "fresh", past, standing)
    assert len(read) == 61


def test_a_row_of_a_frozen_table_costs_little(tmp_path: Path) -> None:
    codes = [f"R{row:03}" for row in range(600)]
    past = past_of(nights(1), [dict.fromkeys(codes, ("Ja", "Ja (F)", "Nej", "Nej", "Ja"))])
    written(tmp_path, past)
    assert (tmp_path / "svep/2026-01-01/index.html").stat().st_size < 75_000


def test_the_list_has_every_sweep_newest_first(tmp_path: Path) -> None:
    known = past_until(4)
    changed = (
        *known.sweeps[:2],
        *(replace(sweep, ruleset="<b>", ruleset_version="2") for sweep in known.sweeps[2:]),
    )
    written(tmp_path, replace(known, sweeps=changed))
    read = page(tmp_path, "en/svep")
    links = [attrs["href"] for attrs in read.all("a") if "svep/2026-" in attrs["href"]]
    assert links == [f"../svep/{slug}/index.html" for slug in reversed(SLUGS)]
    assert "January 2026" in read.text
    assert read.text.count("rules: <b>, version 2") == 1
    assert "1 of 2" in read.text


def test_changes_are_remembered_with_the_pages(tmp_path: Path) -> None:
    standing = written(tmp_path / "standing", past_until(3))
    entries = json.loads((standing / frozen.MANIFEST).read_text(encoding="utf-8"))["sweeps"]
    assert {slug: entry["changes"] for slug, entry in entries.items()} == dict(
        zip(SLUGS[:3], (0, 1, 0), strict=True)
    )

    def unread(_: SweepInfo) -> tuple[()]:
        return ()

    fresh = written(tmp_path / "fresh", replace(past_until(3), changes_of=unread), standing)
    again = json.loads((fresh / frozen.MANIFEST).read_text(encoding="utf-8"))["sweeps"]
    assert again[SLUGS[1]]["changes"] == 1


def test_older_sweeps_stand_on_lists_of_their_years(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "LISTED", 5)
    past = past_of(nights(30, first=FIRST_NIGHT - timedelta(days=20)), [{"AB": ("Ja",) * 5}] * 30)
    written(tmp_path, past)
    first = [attrs["href"] for attrs in page(tmp_path, "svep").all("a")]
    assert [href for href in first if href.startswith("20")] == ["2026/index.html", "2025/index.html"]
    assert sum("svep/20" in href for href in first) == 5
    for year, count in (("2025", 20), ("2026", 10)):
        links = [attrs["href"] for attrs in page(tmp_path, f"svep/{year}").all("a")]
        assert sum(f"svep/{year}-" in href for href in links) == count


def test_several_sweeps_of_one_day_tell_the_time(tmp_path: Path) -> None:
    found = [sweep_of(FIRST_NIGHT + timedelta(hours=hour)) for hour in (0, 5)]
    written(tmp_path, past_of(found, [{"AB": ("Ja",) * 5}] * 2))
    assert "Mätningen den 1\u00a0januari 2026 kl.\u00a007.30" in page(tmp_path, "svep/2026-01-01-2").text


@pytest.mark.parametrize("past", [None, past_of((), ())])
def test_no_past_no_pages(past: Past | None, tmp_path: Path) -> None:
    sweeps.write(languages(tmp_path, past))
    assert not (tmp_path / "svep").exists()
