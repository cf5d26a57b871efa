"""Tables of other methods: read as printed, stored once, told apart wherever they show."""

from datetime import date
from pathlib import Path

import pytest

from checker.report.model import COLUMNS
from checker.store.baseline import (
    DATE_2017,
    NAME_2017,
    TOOLS_2017,
    BaselineError,
    parse_table,
    put_baseline,
    read_table,
    table_2017,
)
from checker.store.overview import overview
from checker.store.store import Store
from tests.lab.table6 import expected
from tests.report.rows import TABLE_6
from tests.store.archived import over

HEADER = "code,region,domain,mail_domain,starttls,https,dnssec,www_ipv6,mail_ipv6\n"
GOOD = "A,Region A,a.se,,Ja,Ja (F) (N),Nej,Nej,Ja\n"


def put(store: Store, *, name: str = NAME_2017, day: date = DATE_2017) -> bool:
    return put_baseline(store, table_2017(), name=name, day=day, series="domains", software=TOOLS_2017)


def test_the_table_of_2017_is_as_printed() -> None:
    results = table_2017()
    assert {
        result.row.code: {name: result.cell(name) for name in COLUMNS} for result in results
    } == expected()
    assert results == read_table(TABLE_6)
    sormland = next(result.row for result in results if result.row.code == "D")
    assert (sormland.domain, sormland.mail_domain) == ("landstingetsormland.se", "dll.se")


def test_it_is_stored_as_another_method(store: Store) -> None:
    assert put(store)
    (listed,) = overview(store)
    sweep = listed.sweep
    assert (sweep.id, sweep.method, sweep.series) == ("bilaga-a-2017", "bilaga-a-2017", "domains")
    assert sweep.started.date() == date(2017, 12, 13)
    assert (listed.rows, listed.observations, listed.is_forgotten) == (21, 0, False)
    assert listed.rulesets == (("bilaga-a-2017", "printed"),)
    assert sweep.software == TOOLS_2017
    (judgement,) = store.judgements.of_sweep(sweep.id)
    printed = {row.code: dict(row.cells) for row in store.judgements.cells(judgement.id)}
    assert printed == expected()


def test_it_is_stored_once(store: Store) -> None:
    assert put(store)
    assert not put(store)
    assert len(store.sweeps.all()) == 1


def test_it_is_never_the_sweep_before(store: Store) -> None:
    sweep = over(store)
    put(store, name="later", day=date(2030, 1, 1))
    assert store.sweeps.latest("domains") == sweep


def test_a_name_that_is_taken(store: Store) -> None:
    sweep = over(store)
    put(store)
    with pytest.raises(
        BaselineError, match="another sweep or table called bilaga-a-2017; give this one another"
    ):
        put(store, day=date(2017, 12, 14))
    with pytest.raises(BaselineError, match="another --name"):
        put(store, name=sweep.id)
    with pytest.raises(BaselineError, match="cannot name a table"):
        put(store, name="../x")
    assert len(store.sweeps.all()) == 2


def test_empty_cells_were_not_asked_for() -> None:
    (result,) = parse_table((HEADER + "A,,a.se,,,Ja,,,\n").encode(), source="x.csv")
    assert [verdict.indicator for verdict in result.verdicts] == ["https"]
    assert (result.row.region, result.row.web_host, result.row.mail_domain) == ("a.se", "www.a.se", "a.se")


def test_columns_in_any_order_and_others_beside() -> None:
    text = "dnssec,note,https,starttls,www_ipv6,mail_ipv6,domain\nJa,x,Nej (ja),Delvis,–,Ej mätt,a.se\n"
    (result,) = parse_table(text.encode(), source="x.csv")
    assert [result.cell(column) for column in COLUMNS] == ["Delvis", "Nej (ja)", "Ja", "–", "Ej mätt"]


@pytest.mark.parametrize(
    ("scenario", "text", "said"),
    [
        ("empty", "", "x.csv: is empty"),
        ("header only", HEADER, "x.csv: has a header but no rows"),
        (
            "no columns",
            "code,domain\nA,a.se\n",
            "line 1: column starttls, https, dnssec, www_ipv6, mail_ipv6",
        ),
        ("twice", HEADER.replace("code", "https") + GOOD, "line 1: column https stands twice"),
        ("semicolons", HEADER.replace(",", ";"), "line 1: is separated by semicolons"),
        (
            "no cell",
            HEADER + GOOD.replace("Ja (F) (N)", "Ja (X)"),
            "line 2: https: no cell of the table: 'Ja",
        ),
        ("pair of one", HEADER + GOOD.replace("Nej,Nej", "Nej/Nej,Nej"), "line 2: dnssec: "),
        ("pair elsewhere", HEADER + "A,,a.se,b.se,Ja,Ja,Ja/Ja,Nej/Ja,Ja\n", "line 2: www_ipv6: "),
        ("bad name", HEADER + GOOD.replace("a.se", "a..se"), "line 2: domain"),
        ("too few", HEADER + "A,a.se\n", "line 2: has 2 fields but the header 9"),
        ("code twice", HEADER + GOOD + GOOD.replace("A,", "a,", 1), 'code "a" stands twice'),
        ("Latin-1", (HEADER + GOOD.replace("Region A", "Skåne")).encode("latin-1"), "line 2: is not UTF-8"),
    ],
)
def test_what_is_wrong_with_a_table(scenario: str, text: str | bytes, said: str) -> None:
    with pytest.raises(BaselineError) as caught:
        parse_table(text if isinstance(text, bytes) else text.encode(), source="x.csv")
    assert said in str(caught.value), scenario


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="cannot be read: No such file"):
        read_table(tmp_path / "missing.csv")
