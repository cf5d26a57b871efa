import csv
from pathlib import Path

from checker.site import study
from tests.report.rows import TABLE_6, table_6
from tests.site.time_pages import languages, page


def test_the_table_stands_as_it_was_printed(tmp_path: Path) -> None:
    for pages in languages(tmp_path, None, study=tuple(table_6())):
        study.write(pages)
    with TABLE_6.open(encoding="utf-8", newline="") as source:
        printed = list(csv.DictReader(source))
    for folder in ("2017", "en/2017"):
        lines = (tmp_path / folder / "index.html").read_text(encoding="utf-8").splitlines()
        rows = [line for line in lines if line.startswith("<tr id=")]
        assert len(rows) == len(printed) == 21
        for line, row in zip(rows, printed, strict=True):
            assert f"id={row['code']}>" in line
            assert row["dnssec"] in line
            assert line.count("<td") == 5


def test_it_is_marked_as_another_method(tmp_path: Path) -> None:
    for pages in languages(tmp_path, None, study=tuple(table_6())):
        study.write(pages)
    assert "annan metod" in page(tmp_path, "2017").text
    assert "another method" in page(tmp_path, "en/2017").text


def test_another_list_has_no_such_page(tmp_path: Path) -> None:
    study.write(languages(tmp_path, None)[0])
    assert not (tmp_path / "2017").exists()
