"""The spreadsheet as a reader of spreadsheets finds it: all text, whole, and the same every time."""

import errno
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl  # type: ignore[import-untyped]  # it has no type information
import pytest
import xlsxwriter  # type: ignore[import-untyped]  # it has no type information
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.observations.row import Row
from checker.report.model import COLUMNS, RowResult
from checker.report.site_settings import SiteSettings
from checker.report.words import LANGS, Lang, column_words
from checker.site.files import workbook
from checker.verdict import Finding, Severity
from tests.report.rows import HOSTILE, hostile_result, row_of, table_6, verdict_of
from tests.site.sites import material_of, pages_of

FAULT = Finding(code="unresolvable", severity=Severity.FAULT, subject="mx.sll.se")
NOTE = Finding(code="unresolvable", severity=Severity.NOTE, subject="note.sll.se")


def written(directory: Path, *results: RowResult, lang: Lang = "sv", **more: object) -> Path:
    pages = pages_of(directory, material_of(*results, **more), lang)
    workbook.write(pages, pages.material.results)
    return directory / pages.folder / workbook.PATH


def sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def with_findings(*findings: Finding, row: Row | None = None) -> RowResult:
    row = row or row_of()
    return RowResult(row=row, verdicts=(verdict_of("https", "Ja (F) (N)", row, findings),))


def test_the_table_is_all_there(tmp_path: Path) -> None:
    rows = tuple(table_6())
    head, *body = sheets(written(tmp_path, *rows))["Resultat"]
    assert head[:6] == ("Kod", "Organisation", "Grupp", "Domän", "Webbplats", "E-postdomän")
    assert head[6:] == tuple(words.label for words in column_words("sv").values())
    assert len(body) == 21
    for line, result in zip(body, rows, strict=True):
        assert line[0] == result.row.code
        assert line[6:] == tuple(result.cell(column) for column in COLUMNS)


def test_the_reasons_are_faults_and_warnings(tmp_path: Path) -> None:
    _, *body = sheets(written(tmp_path, with_findings(NOTE, FAULT)))["Skäl"]
    ((code, region, column, cell, severity, about, finding, words),) = body
    assert (code, region, column, cell) == ("AB", "Stockholm", "HTTPS", "Ja (F) (N)")
    assert (severity, about, finding) == ("Fel", "mx.sll.se", "unresolvable")
    assert "mx.sll.se" in words


@pytest.mark.parametrize("lang", LANGS)
def test_every_code_is_explained(tmp_path: Path, lang: Lang) -> None:
    found = sheets(written(tmp_path, lang=lang))["Koder" if lang == "sv" else "Codes"]
    for words in column_words(lang).values():
        for printed, text in words.codes.items():
            assert (words.label, printed, text) in found


def test_it_says_what_was_measured_and_by_whom(tmp_path: Path) -> None:
    settings = SiteSettings(title="Kollen", publisher="M & P", base_url="https://a.se/k")
    head, *body = sheets(written(tmp_path, settings=settings))["Om"]
    assert head[0] == "Kollen"
    said = dict(line[:2] for line in body)
    assert said["Utgivare"] == "M & P"
    assert said["Adress"] == "https://a.se/k/"
    assert said["Mätt"] == "13\xa0december 2017 kl.\xa010.00"
    assert "CC0 1.0" in said["Licens"]
    assert "Utgivare" not in dict(line[:2] for line in sheets(written(tmp_path / "other"))["Om"])


@pytest.mark.parametrize("lang", LANGS)
def test_it_is_easy_to_read_in(tmp_path: Path, lang: Lang) -> None:
    book = openpyxl.load_workbook(written(tmp_path, *table_6(), lang=lang))
    assert len(book.sheetnames) == 4
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in book.sheetnames)
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert all(cell.font.bold for cell in sheet[1])
    table = book.worksheets[0]
    assert table.auto_filter.ref == "A1:K22"
    for letter, cells in zip("ABCDEFGHIJK", table.iter_cols(), strict=True):
        widest = max(len(cell.value or "") for cell in cells[1:])
        assert table.column_dimensions[letter].width >= widest


def test_nothing_is_a_number_or_a_formula(tmp_path: Path) -> None:
    dangerous = ("=cmd|' /C calc'!A0", "@SUM(A1)", "+46", "-1", "\t=1", "0114", "1e5", "TRUE", "2026-11-22")
    results = [
        with_findings(
            replace(FAULT, subject=text), row=replace(row_of(f"R{number}"), region=text, group=text)
        )
        for number, text in enumerate(dangerous)
    ]
    path = written(tmp_path, *results)
    for sheet in openpyxl.load_workbook(path):
        for cells in sheet.iter_rows():
            assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
    _, *body = sheets(path)["Resultat"]
    assert [line[1] for line in body] == [text.replace("\t", r"\t") for text in dangerous]
    with zipfile.ZipFile(path) as archive:
        parts = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert not re.search(r"<f\b|<hyperlink|externalLink|<v>", parts)


def test_hostile_words_are_shown_harmlessly(tmp_path: Path) -> None:
    result = hostile_result()
    raised = replace(
        result,
        verdicts=tuple(
            replace(
                verdict, findings=tuple(replace(one, severity=Severity.FAULT) for one in verdict.findings)
            )
            for verdict in result.verdicts
        ),
    )
    found = sheets(written(tmp_path, raised, settings=SiteSettings(title=HOSTILE, publisher=HOSTILE)))
    texts = [text for lines in found.values() for line in lines for text in line if text]
    assert any("<script>alert(1)</script>" in text for text in texts)
    assert all(text.replace("\xa0", " ").isprintable() for text in texts)


@pytest.mark.parametrize(
    "text", ["<r><t>x</t></r>", "<r>", "<r><b></r>", "</r>", "_x0041_", "_x0007_", " x ", "<si>&amp;"]
)
def test_no_text_is_markup_of_the_format(tmp_path: Path, text: str) -> None:
    result = with_findings(row=replace(row_of(), region=text))
    path = written(tmp_path, result)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                ET.fromstring(archive.read(name))  # noqa: S314 - our own file
    _, body = sheets(path)["Resultat"]
    assert body[1].strip().replace("_x005F_", "_") == text.strip()  # Excel takes _x005F_ for the underscore


TEXT = st.text(st.characters(), max_size=60) | st.sampled_from(["<r>x</r>", "_x0000_", "=1", "\ud800"])


@settings(max_examples=15, deadline=None)
@given(region=TEXT, group=TEXT, subject=TEXT, title=TEXT)
def test_whatever_is_said_the_workbook_opens(
    tmp_path_factory: pytest.TempPathFactory, region: str, group: str, subject: str, title: str
) -> None:
    row = Row(code="A", region=region, domain="a.se", web_host="www.a.se", mail_domain="a.se", group=group)
    result = with_findings(replace(FAULT, subject=subject), row=row)
    path = written(tmp_path_factory.mktemp("book"), result, settings=SiteSettings(title=title))
    found = sheets(path)
    assert len(found["Resultat"]) == len(found["Skäl"]) == 2
    assert found["Resultat"][1][3:6] == ("a.se", "www.a.se", "a.se")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (written(tmp_path / name, *table_6(), hostile_result()) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_what_grows_on_disk_grows_in_the_site_and_vanishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "no-such-place"))
    written(tmp_path / "site", *table_6())
    assert [path.name for path in (tmp_path / "site").rglob("*") if path.is_file()] == ["resultat.xlsx"]

    def broken() -> Any:
        yield with_findings()
        raise OSError("the store is gone")

    pages = pages_of(tmp_path / "broken", material_of())
    pages.material = replace(pages.material, results=broken)
    with pytest.raises(OSError, match="the store is gone"):
        workbook.write(pages, pages.material.results)
    assert [path for path in (tmp_path / "broken").iterdir() if path.name.startswith(".")] == []


def test_what_the_disk_says_is_an_oserror(tmp_path: Path) -> None:
    (tmp_path / workbook.PATH).mkdir(parents=True)
    with pytest.raises(IsADirectoryError) as caught:
        written(tmp_path)
    assert caught.value.errno == errno.EISDIR


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(OSError, match="No space left") as caught:
        written(tmp_path)
    assert caught.value.errno == errno.ENOSPC


def test_what_is_no_oserror_within_is_told_in_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(_: object) -> None:
        raise zipfile.LargeZipFile

    monkeypatch.setattr(xlsxwriter.Workbook, "_store_workbook", too_large)
    with pytest.raises(OSError, match="ZIP64"):
        written(tmp_path)


def test_what_went_wrong_first_is_told(tmp_path: Path) -> None:
    def broken() -> Any:
        yield with_findings()
        raise OSError("the store is gone")

    pages = pages_of(tmp_path, material_of())
    pages.material = replace(pages.material, results=broken)
    (tmp_path / workbook.PATH).mkdir(parents=True)
    with pytest.raises(OSError, match="the store is gone"):
        workbook.write(pages, pages.material.results)
