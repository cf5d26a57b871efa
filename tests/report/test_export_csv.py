import csv
import io

import pytest

from checker.report.export_csv import HEADER, CsvResults
from checker.report.model import RowResult
from tests.report.rows import result_of, row_of, table_6


def written(*results: RowResult) -> str:
    out = io.StringIO(newline="")
    writer = CsvResults(out)
    for result in results:
        writer.add(result)
    return out.getvalue()


def test_table_6_comes_out_row_by_row_in_its_order() -> None:
    text = written(*table_6())
    lines = text.split("\r\n")
    assert lines[0] == "code,region,domain,web_host,mail_domain,starttls,https,dnssec,www_ipv6,mail_ipv6"
    assert lines[1] == "AB,Stockholm,sll.se,www.sll.se,sll.se,Ja (C),Nej (ja),Nej,Ja,Ja"
    assert lines[3].endswith("landstingetsormland.se,www.landstingetsormland.se,dll.se,Ja,Ja,Nej/Nej,Nej,Nej")
    assert len(lines) == 23
    assert lines[22] == ""
    assert text.count("\n") == text.count("\r\n")


@pytest.mark.parametrize("region", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_formulas_are_made_text(region: str) -> None:
    parsed = list(csv.reader(io.StringIO(written(result_of(row_of(region=region))), newline="")))
    assert parsed[1][1] == f"'{region}"


@pytest.mark.parametrize("cell", ["–", "Ej mätt", "Ja (F) (N)"])
def test_printed_codes_stay_as_they_are(cell: str) -> None:
    assert f",{cell}," in written(result_of(https=cell))


def test_quotes_and_commas_survive_and_what_hides_is_made_visible() -> None:
    region = 'Norr, "mellan"\r\noch \u202esöder\t'
    parsed = list(csv.reader(io.StringIO(written(result_of(row_of(region=region))), newline="")))
    assert parsed[1][1] == r'Norr, "mellan"\r\noch \u202esöder\t'


def test_columns_not_asked_for_stay_empty() -> None:
    row = next(csv.DictReader(io.StringIO(written(result_of(dnssec="Ja")), newline="")))
    assert [row[name] for name in HEADER[5:]] == ["", "", "Ja", "", ""]
