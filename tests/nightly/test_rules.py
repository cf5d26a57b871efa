"""Stored under one ruleset, judged again under the other: as if it had been measured with it. Rules are nobody's fault."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from checker.history.changes import Kind
from checker.rulesets import RULESETS
from checker.verdict import Verdict
from tests.lab.generated import generate
from tests.lab.scenario import Certificate, Http, Organisation, Tls, Web
from tests.lab.table6 import TABLE6
from tests.nightly.conftest import empty_place
from tests.nightly.night_lab import Nights, served
from tests.nightly.two_nights import GOOD, plain
from tests.notices.smtp_sink import SmtpSink

OLD, NEW = "bilaga-a-2017", "2026"
FIRST_ID, SECOND_ID = "20260101T021500Z", "20260102T021500Z"
SCENARIOS: dict[str, tuple[Organisation, ...]] = {"table6": TABLE6, "generated": generate(40, seed=1)}
Captured = pytest.CaptureFixture[str]
Judged = dict[str, list[tuple[str, str, list[tuple[str, str]]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One laboratory, swept under the old rules on the first night and under the new ones on the second."""

    nights: Nights

    def judged(self, sweep_id: str, ruleset: str) -> Judged:
        """Every row's columns: the cell, and the findings by code and subject."""
        with self.nights.opened_store() as store:
            judgement = store.judgements.find(sweep_id, ruleset, RULESETS[ruleset].version)
            assert judgement is not None
            return {
                result.row.code: [_told(verdict) for verdict in result.verdicts]
                for _, result in store.judgements.results(judgement.id)
            }


def _told(verdict: Verdict) -> tuple[str, str, list[tuple[str, str]]]:
    found = sorted((finding.code, finding.subject) for finding in verdict.findings)
    return verdict.indicator, verdict.cell, found


@pytest.fixture(scope="module", params=SCENARIOS)
def measured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    place = tmp_path_factory.mktemp("place")
    with pytest.MonkeyPatch.context() as patch:
        nights = empty_place(place, patch)
        with served(*SCENARIOS[request.param], directory=place / "lab") as lab:
            assert nights.sweep(lab, 1, "--quiet", "--ruleset", OLD) == 0
            assert nights.sweep(lab, 2, "--quiet", "--ruleset", NEW) == 0
        yield Measured(nights=nights)


@pytest.mark.parametrize(
    ("sweep_id", "ruleset", "measured_id"), [(FIRST_ID, NEW, SECOND_ID), (SECOND_ID, OLD, FIRST_ID)]
)
def test_judged_again_is_as_measured_with_it(
    measured: Measured, capsys: Captured, sweep_id: str, ruleset: str, measured_id: str
) -> None:
    before = measured.nights.files()
    assert measured.nights.checker("rejudge", sweep_id, "--ruleset", ruleset) == 0
    assert measured.judged(sweep_id, ruleset) == measured.judged(measured_id, ruleset)
    assert measured.judged(sweep_id, OLD) != measured.judged(sweep_id, NEW)
    said = capsys.readouterr().out
    assert "Läses annorlunda med nya regler" in said
    assert "Försämrat" not in said
    assert measured.nights.files() == before


def test_what_the_rules_changed_is_called_so(measured: Measured, capsys: Captured) -> None:
    assert measured.nights.checker("diff", "--json") == 0
    found = json.loads(capsys.readouterr().out)["changes"]
    assert {change["kind"] for change in found} == {Kind.RULES}
    differing = [
        (code, column)
        for code, cells in measured.judged(SECOND_ID, NEW).items()
        for (column, now, _), (_, before, _) in zip(cells, measured.judged(FIRST_ID, OLD)[code], strict=True)
        if now != before
    ]
    assert sorted((change["code"], change["column"]) for change in found) == sorted(differing)
    assert all(change["under_new_rules"] == change["now"] for change in found)
    feed = measured.nights.files()["andringar/atom.xml"].decode()
    assert "change/rules" in feed
    assert "change/worsened" not in feed


def test_the_site_can_show_the_other_rules(measured: Measured, tmp_path: Path, capsys: Captured) -> None:
    nights = replace(measured.nights)
    other = tmp_path / "other"
    store = ("--store", str(nights.store))
    assert nights.render(other, FIRST_ID, *store, "--ruleset", NEW) == 0
    written = json.loads((other / "results.json").read_text(encoding="utf-8"))
    assert (written["sweep"]["id"], written["sweep"]["ruleset"]) == (FIRST_ID, NEW)
    cells = {row["code"]: [one["cell"] for one in row["indicators"].values()] for row in written["results"]}
    assert cells == {
        code: [cell for _, cell, _ in verdicts] for code, verdicts in measured.judged(SECOND_ID, NEW).items()
    }
    assert capsys.readouterr().out == ""


def changes(nights: Nights, capsys: Captured, *named: str) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert nights.checker("diff", *named, "--json") == 0
    return {change["code"]: change for change in json.loads(capsys.readouterr().out)["changes"]}


def test_what_was_measured_is_told_apart_from_what_the_rules_changed(
    nights: Nights, mailbox: SmtpSink, tmp_path: Path, capsys: Captured
) -> None:
    old_tls = Web(tls=Tls.INTERMEDIATE)
    first = (
        plain("RULES", web=old_tls),
        plain("WORSE", web=GOOD),
        plain("BETTER", web=replace(old_tls, http=Http.CONTENT)),
        plain("SAME"),
    )
    second = (
        plain("RULES", web=old_tls),
        plain("WORSE", web=replace(GOOD, certificate=Certificate.EXPIRED)),
        plain("BETTER", web=old_tls),
        plain("SAME"),
    )
    only = ("--quiet", "--only", "https")
    with served(*first, directory=tmp_path / "first") as lab:
        assert nights.sweep(lab, 1, *only, "--ruleset", OLD) == 0
    with served(*second, directory=tmp_path / "second") as lab:
        assert nights.sweep(lab, 2, *only, "--ruleset", NEW, "--fail-on", "worse") == 0
        found = changes(nights, capsys)
        told = {
            code: (one["kind"], one["before"], one["under_new_rules"], one["now"], one["unconfirmed"])
            for code, one in found.items()
        }
        assert told == {
            "RULES": (Kind.RULES, "Ja", "Ja (F)", "Ja (F)", False),
            "WORSE": (Kind.WORSENED, "Ja", "Ja", "Ja (F)", True),
            "BETTER": (Kind.IMPROVED, "Ja (N)", "Ja (F) (N)", "Ja (F)", False),
        }
        assert len(mailbox.messages) == 1
        assert nights.sweep(lab, 3, *only, "--ruleset", NEW, "--fail-on", "worse") == 1
        assert len(mailbox.messages) == 2
    again = changes(nights, capsys, FIRST_ID, "LAST")
    assert (again["WORSE"]["since"], again["WORSE"]["unconfirmed"]) == ("2026-01-02T02:15:00Z", False)
    assert again["RULES"]["kind"] == Kind.RULES
