import json
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.history.past import Past
from checker.report.model import COLUMNS
from checker.site import comparison
from checker.site.comparison import MOST_SWEEPS, json_block
from tests.report.rows import HOSTILE
from tests.site.pasts import made_up, nights, past_of
from tests.site.test_figures_then import TABLES
from tests.site.time_pages import Elements, languages, page


def packed(directory: Path, past: Past) -> dict[str, Any]:
    """The data of the Swedish page, as a script reads it."""
    comparison.write(languages(directory, past)[0])
    text = (directory / comparison.PATH / "index.html").read_text(encoding="utf-8")
    _, found = text.split('<template id="compare:packed">')
    data: dict[str, Any] = json.loads(found.partition("</template>")[0])
    return data


def unpacked(data: dict[str, Any]) -> list[dict[str, tuple[str, ...]]]:
    """The table of every sweep again: row's name → five cells."""
    tables: list[dict[str, tuple[str, ...]]] = [{} for _ in data["sweeps"]]
    for region, *columns in data["rows"]:
        cells = [
            list(chain.from_iterable(repeat(data["cells"][cell], count) for cell, count in pairs(runs)))
            for runs in columns
        ]
        for place, row in enumerate(zip(*cells, strict=True)):
            if any(row):
                tables[place][region] = row
    return tables


def pairs(runs: list[int]) -> list[tuple[int, int]]:
    return list(zip(runs[::2], runs[1::2], strict=True))


@settings(max_examples=40)
@given(tables=TABLES)
def test_what_is_packed_is_what_was_printed(
    tables: list[dict[str, tuple[str, ...]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    past = past_of(nights(len(tables)), tables)
    data = packed(tmp_path_factory.mktemp("site"), past)
    expected = [{f"Region {code}": row for code, row in table.items() if any(row)} for table in tables]
    assert unpacked(data) == expected


def test_a_year_of_21_rows_fits(tmp_path: Path) -> None:
    past = made_up(365, 21, change=0.01)
    assert len(packed(tmp_path, past)["sweeps"]) == 365
    assert (tmp_path / comparison.PATH / "index.html").stat().st_size < 100_000


def test_only_the_newest_sweeps_can_be_chosen(tmp_path: Path) -> None:
    past = past_of(nights(MOST_SWEEPS + 5), [{"AB": ("Ja",) * 5}] * (MOST_SWEEPS + 5))
    data = packed(tmp_path, past)
    assert len(data["sweeps"]) == MOST_SWEEPS
    assert data["sweeps"][0][0] == "2026-01-06"
    assert data["rows"] == [["Region AB", *[[1, MOST_SWEEPS]] * len(COLUMNS)]]
    read = page(tmp_path, comparison.PATH)
    assert len(read.all("option")) == 2 * MOST_SWEEPS
    assert f"de {MOST_SWEEPS} senaste mätningarna" in read.text


def test_a_name_is_that_of_the_last_sweep_that_had_the_row(tmp_path: Path) -> None:
    tables = [{"AB": ("Ja",) * 5, "C": ("Nej",) * 5}, {"AB": ("Ja",) * 5}]
    data = packed(tmp_path, past_of(nights(2), tables))
    assert [row[0] for row in data["rows"]] == ["Region AB", "Region C"]


def test_hostile_names_stay_data(tmp_path: Path) -> None:
    names = f"</script><script>alert(1)</script><!--{HOSTILE}"
    past = past_of(nights(2), [{"AB": ("Ja",) * 5}] * 2, regions=lambda _: names)
    data = packed(tmp_path, past)
    assert data["rows"][0][0].startswith("</script><script>alert(1)")
    text = (tmp_path / comparison.PATH / "index.html").read_text(encoding="utf-8")
    assert "alert(1)</script>" not in text
    assert "\u202e" not in text
    assert len(Elements(text).all("script")) == 1


@given(
    st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_a_data_block_reads_as_it_was_and_never_as_markup(data: object) -> None:
    block = str(json_block(data))
    assert json.loads(block) == data
    assert not set("<>&\u2028\u2029") & set(block)


def test_without_a_script_there_is_the_way_by_hand(tmp_path: Path) -> None:
    past = past_of(nights(3), [{"AB": ("Ja",) * 5}] * 3)
    comparison.write(languages(tmp_path, past)[1])
    read = page(tmp_path, f"en/{comparison.PATH}")
    hidden = [attrs["id"] for tag, attrs in read.elements if tag == "section" and "hidden" in attrs]
    assert hidden == ["compare:choices"]
    assert f"checker diff {past.sweeps[1].id} {past.sweeps[2].id}" in read.text


@pytest.mark.parametrize("past", [None, past_of((), ())])
def test_no_past_no_page(past: Past | None, tmp_path: Path) -> None:
    for pages in languages(tmp_path, past):
        comparison.write(pages)
    assert not (tmp_path / comparison.PATH).exists()
