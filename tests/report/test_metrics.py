import os
import re
import stat
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from checker.history.cells import UnreadableCellError
from checker.history.changes import Change, Differences, Kind, SweepHead
from checker.report.figures import LETTERS, FiguresCounter
from checker.report.metrics import (
    KEPT_MAX_BYTES,
    End,
    Metrics,
    Run,
    metrics_text,
    write_failure,
    write_metrics,
)
from checker.report.model import COLUMNS
from checker.report.words import column_words
from checker.verdict import Value
from tests.report.rows import table_6

STARTED = datetime(2026, 10, 1, 0, 0, 5, tzinfo=UTC)
RUN = Run(started=STARTED, ended=STARTED + timedelta(minutes=12, milliseconds=500), end=End.FINISHED)
LATER = STARTED + timedelta(days=1)
FAILURE = Run(started=LATER, ended=LATER + timedelta(seconds=3), end=End.FAILED)
PUBLISHED = STARTED + timedelta(minutes=13)

Labels = frozenset[tuple[str, str]]


def differences(*kinds: Kind, unconfirmed: int = 0) -> Differences:
    changes = tuple(
        Change(
            code="AB",
            region="Stockholm",
            column="https",
            kind=kind,
            before="Ja",
            now="Nej",
            unconfirmed=number < unconfirmed,
        )
        for number, kind in enumerate(kinds)
    )
    head = SweepHead(id="x", started=STARTED, ruleset="2026", ruleset_version="1")
    return Differences(old=None, new=head, changes=changes)


def counted(*rows: Mapping[str, str]) -> FiguresCounter:
    counter = FiguresCounter()
    for row in rows:
        counter.add(row.items())
    return counter


def whole() -> Metrics:
    table = counted(*({column: row.cell(column) for column in COLUMNS} for row in table_6()))
    return Metrics(
        version="0.4.0",
        last_run=RUN,
        last_finished=RUN,
        last_published=PUBLISHED,
        figures=table.figures(),
        differences=differences(Kind.WORSENED, Kind.WORSENED, Kind.IMPROVED, unconfirmed=1),
        notices_pending=2,
        notices_failed=0,
    )


def samples(text: str) -> dict[tuple[str, Labels], float]:
    """Every sample, as Prometheus' own reader has it; no two of the same name and labels."""
    read: dict[tuple[str, Labels], float] = {}
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge"
        assert family.documentation.endswith(".")
        for sample in family.samples:
            key = (sample.name.removeprefix("indikatorkollen_"), frozenset(sample.labels.items()))
            assert sample.name.startswith("indikatorkollen_")
            assert sample.timestamp is None, "the textfile collector refuses time stamps"
            assert key not in read
            read[key] = sample.value
    return read


def value(text: str, name: str, **labels: str) -> float | None:
    return samples(text).get((name, frozenset(labels.items())))


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("info", {"version": "0.4.0"}, 1),
        ("last_sweep_start_timestamp_seconds", {}, STARTED.timestamp()),
        ("last_sweep_end_timestamp_seconds", {}, STARTED.timestamp() + 720.5),
        ("last_sweep_duration_seconds", {}, 720.5),
        ("last_sweep_state", {"state": "finished"}, 1),
        ("last_sweep_state", {"state": "held"}, 0),
        ("last_sweep_state", {"state": "stopped"}, 0),
        ("last_sweep_state", {"state": "failed"}, 0),
        ("last_success_start_timestamp_seconds", {}, STARTED.timestamp()),
        ("last_success_end_timestamp_seconds", {}, STARTED.timestamp() + 720.5),
        ("last_success_duration_seconds", {}, 720.5),
        ("last_publication_timestamp_seconds", {}, PUBLISHED.timestamp()),
        ("rows", {}, 21),
        ("rows_not_measured", {}, 0),
        ("cells", {"column": "starttls", "value": "yes"}, 19),
        ("cells", {"column": "starttls", "value": "partial"}, 0),
        ("cells", {"column": "starttls", "value": "unknown"}, 0),
        ("cells", {"column": "dnssec", "value": "yes"}, 14),
        ("cells", {"column": "mail_ipv6", "value": "yes"}, 7),
        ("cells_with_letter", {"column": "starttls", "letter": "C"}, 9),
        ("cells_with_letter", {"column": "https", "letter": "N"}, 6),
        ("cells_with_letter", {"column": "https", "letter": "ja"}, 2),
        ("cells_with_letter", {"column": "https", "letter": "A"}, 1),
        ("changes", {"kind": "worsened"}, 1),
        ("changes", {"kind": "improved"}, 1),
        ("changes", {"kind": "rules"}, 0),
        ("changes_unconfirmed", {}, 1),
        ("notices", {"state": "pending"}, 2),
        ("notices", {"state": "failed"}, 0),
    ],
)
def test_every_figure(name: str, labels: dict[str, str], expected: float) -> None:
    assert value(metrics_text(whole()), name, **labels) == expected


def test_every_column_adds_up_to_the_rows_and_every_kind_is_there() -> None:
    read = samples(metrics_text(whole()))
    for column in COLUMNS:
        cells = [
            count
            for (name, labels), count in read.items()
            if name == "cells" and ("column", column) in labels
        ]
        assert (len(cells), sum(cells)) == (len(Value), 21)
    assert {dict(labels)["kind"] for name, labels in read if name == "changes"} == set(Kind)


def test_every_letter_of_the_table_is_counted() -> None:
    for column in COLUMNS:
        printed = "".join(column_words("sv")[column].codes)
        for letters in LETTERS.values():
            for letter in letters:
                assert (f"({letter})" in printed) == (letter in LETTERS.get(column, ()))


@pytest.mark.parametrize(
    ("scenario", "row", "not_measured", "value_of_dnssec"),
    [
        ("one measured", {"https": "Ej mätt", "dnssec": "Ja"}, 0, "yes"),
        ("none measured", {"https": "Ej mätt", "dnssec": "Ej mätt"}, 1, "unknown"),
        ("none asked for", {"https": "", "dnssec": ""}, 1, None),
        ("not applicable is an answer", {"dnssec": "–"}, 0, "not_applicable"),
        ("a pair counts by its worse part", {"dnssec": "Ja/Ja (trasig)"}, 0, "broken"),
        ("half a pair is measured", {"dnssec": "Ja/Ej mätt"}, 0, "unknown"),
        ("a whole pair is not", {"dnssec": "Ej mätt/Ej mätt"}, 1, "unknown"),
    ],
)
def test_what_counts_as_not_measured(
    scenario: str, row: dict[str, str], not_measured: int, value_of_dnssec: str | None
) -> None:
    text = metrics_text(Metrics(version="1", figures=counted(row).figures()))
    assert (value(text, "rows"), value(text, "rows_not_measured")) == (1, not_measured)
    for known in Value:
        expected = 1 if known == value_of_dnssec else 0
        assert value(text, "cells", column="dnssec", value=known.value) == expected


def test_a_cell_that_no_column_prints_is_refused() -> None:
    with pytest.raises(UnreadableCellError):
        counted({"https": "Kanske"})


def test_before_the_first_sweep_alarms_for_what_is_too_old_can_go_off() -> None:
    read = samples(metrics_text(Metrics(version="1")))
    assert read == {
        ("info", frozenset({("version", "1")})): 1,
        ("last_success_end_timestamp_seconds", frozenset()): 0,
        ("last_publication_timestamp_seconds", frozenset()): 0,
    }


@pytest.mark.parametrize("end", End)
def test_exactly_one_state_is_set(end: End) -> None:
    run = Run(started=STARTED, ended=STARTED, end=end)
    text = metrics_text(Metrics(version="1", last_run=run))
    assert {state: value(text, "last_sweep_state", state=state) for state in End} == {
        state: float(state is end) for state in End
    }


def test_a_clock_that_went_back_gives_no_negative_duration() -> None:
    run = Run(started=STARTED, ended=STARTED - timedelta(hours=1), end=End.STOPPED)
    assert value(metrics_text(Metrics(version="1", last_run=run)), "last_sweep_duration_seconds") == 0


def test_a_failed_sweep_stands_beside_the_last_success() -> None:
    known = whole()
    failed = Metrics(
        version="0.4.0",
        last_run=FAILURE,
        last_finished=known.last_finished,
        last_published=known.last_published,
        figures=known.figures,
    )
    text = metrics_text(failed)
    assert value(text, "last_sweep_state", state="failed") == 1
    assert value(text, "last_sweep_start_timestamp_seconds") == LATER.timestamp()
    assert value(text, "last_success_start_timestamp_seconds") == STARTED.timestamp()
    assert value(text, "cells", column="starttls", value="yes") == 19


def test_the_file_is_replaced_and_readable_for_all(tmp_path: Path) -> None:
    path = tmp_path / "indikatorkollen.prom"
    path.write_text("older")
    before = path.stat().st_ino
    mask = os.umask(0o077)
    try:
        write_metrics(path, whole())
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert path.stat().st_ino != before
    assert path.read_text(encoding="utf-8") == metrics_text(whole())
    assert path.read_bytes().endswith(b"\n")
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_that_has_the_old_file_open_keeps_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "indikatorkollen.prom"
    write_metrics(path, whole())
    with path.open(encoding="utf-8") as reader:
        write_failure(path, FAILURE, version="0.4.0")
        assert reader.read() == metrics_text(whole())


def test_what_cannot_be_written_leaves_no_file_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_metrics(tmp_path / "nowhere" / "x.prom", whole())
    taken = tmp_path / "x.prom"
    taken.mkdir()
    with pytest.raises(IsADirectoryError):
        write_metrics(taken, whole())
    assert list(tmp_path.iterdir()) == [taken]


def test_without_a_store_the_last_figures_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.prom"
    write_metrics(path, whole())
    write_failure(path, FAILURE, version="0.5.0")
    before, after = samples(metrics_text(whole())), samples(path.read_text(encoding="utf-8"))
    own = {key for key in before | after if key[0].startswith("last_sweep_") or key[0] == "info"}
    assert {key: after[key] for key in after.keys() - own} == {
        key: before[key] for key in before.keys() - own
    }
    text = path.read_text(encoding="utf-8")
    assert value(text, "last_sweep_state", state="failed") == 1
    assert value(text, "last_sweep_state", state="finished") == 0
    assert value(text, "last_sweep_end_timestamp_seconds") == FAILURE.ended.timestamp()
    assert value(text, "info", version="0.5.0") == 1
    assert value(text, "info", version="0.4.0") is None
    write_failure(path, FAILURE, version="0.5.0")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("scenario", "earlier"),
    [
        ("none", None),
        ("empty", b""),
        ("not UTF-8", b"indikatorkollen_rows \xff\n"),
        ("another's", b"node_load1 0.2\n# HELP node_load1 Load.\n"),
        ("half a line", b"indikatorkollen_rows\nindikatorkollen_cells{column="),
        ("larger than any of ours", b"indikatorkollen_rows 21.0\n" * (KEPT_MAX_BYTES // 20)),
    ],
)
def test_an_earlier_file_that_is_no_use_is_left_out(
    tmp_path: Path, scenario: str, earlier: bytes | None
) -> None:
    path = tmp_path / "x.prom"
    if earlier is not None:
        path.write_bytes(earlier)
    write_failure(path, FAILURE, version="1")
    names = {name for name, _ in samples(path.read_text(encoding="utf-8"))}
    assert names == {
        "info",
        "last_sweep_start_timestamp_seconds",
        "last_sweep_end_timestamp_seconds",
        "last_sweep_duration_seconds",
        "last_sweep_state",
    }


@given(version=st.text(st.characters(), max_size=40))
def test_whatever_a_label_holds_the_file_can_be_read(version: str) -> None:
    text = metrics_text(Metrics(version=version))
    lines = text.split("\n")
    assert len(lines) == 3 * 3 + 1
    (sample,) = [line for line in lines if line.startswith("indikatorkollen_info{")]
    label = sample.removeprefix('indikatorkollen_info{version="').removesuffix('"} 1.0')
    unescaped = re.sub(r"\\(.)", lambda escape: {"n": "\n"}.get(escape[1], escape[1]), label, flags=re.DOTALL)
    assert unescaped == version.encode("utf-8", "replace").decode("utf-8")


@pytest.mark.parametrize("version", ['a"b', "a\\b", "a\nb", 'a\\"\n', "å{}", "a,b=c"])
def test_labels_come_back_as_they_were(version: str) -> None:
    assert value(metrics_text(Metrics(version=version)), "info", version=version) == 1


def test_the_same_figures_give_the_same_bytes() -> None:
    rows = [{column: row.cell(column) for column in COLUMNS} for row in table_6()]
    forwards, backwards = counted(*rows).figures(), counted(*reversed(rows)).figures()
    one, two = (metrics_text(Metrics(version="1", figures=figures)) for figures in (forwards, backwards))
    assert one == two
