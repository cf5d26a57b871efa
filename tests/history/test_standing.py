from dataclasses import replace

import pytest

from checker.history.cells import UnreadableCellError
from checker.history.changes import Kind
from checker.history.intervals import Interval, Standing
from checker.history.standing import advance, remove
from tests.history.nights import Night, head, line, night, one_night, read_nights, removed, row, told

OTHER_HOST = "www2.a.example"
OLD_RULES, NEW_RULES = "bilaga-a-2017", "2026"


@pytest.mark.parametrize(
    ("scenario", "nights", "lines", "intervals"),
    [
        ("the first measurement", "Ja", ["measured  > Ja"], ["Ja 1-"]),
        ("nothing new", "Ja, Ja, Ja", ["measured  > Ja", "", ""], ["Ja 1-"]),
        ("never measured", "Ej mätt, Ej mätt", ["", ""], []),
        ("measured at last", "Ej mätt, Nej", ["", "measured  > Nej"], ["Nej 2-"]),
        ("never asked for", ", ,", ["", "", ""], []),
        ("not asked for in between", "Ja, , Ja", ["measured  > Ja", "", ""], ["Ja 1-"]),
        ("better at once", "Nej, Ja", ["measured  > Nej", "improved Nej > Ja"], ["Nej 1-2", "Ja 2-"]),
        (
            "worse waits for the next night",
            "Ja, Nej, Nej, Nej",
            ["measured  > Ja", "?worsened Ja > Nej", "worsened Ja > Nej", ""],
            ["Ja 1-2", "Nej 2-"],
        ),
        (
            "worse and measured twice",
            "Ja, Nej!, Nej",
            ["measured  > Ja", "worsened Ja > Nej", ""],
            ["Ja 1-2", "Nej 2-"],
        ),
        (
            "worse for one night",
            "Ja, Nej, Ja",
            ["measured  > Ja", "?worsened Ja > Nej", ""],
            ["Ja 1-", "?Nej 2-3"],
        ),
        (
            "sideways waits as well",
            "Ja (F), Ja (N), Ja (N)",
            ["measured  > Ja (F)", "?changed Ja (F) > Ja (N)", "changed Ja (F) > Ja (N)"],
            ["Ja (F) 1-2", "Ja (N) 2-"],
        ),
        (
            "gone, and back in between",
            "Ja, –, Ja, –, –",
            ["measured  > Ja", "?changed Ja > –", "", "?changed Ja > –", "changed Ja > –"],
            ["Ja 1-4", "?– 2-3", "– 4-"],
        ),
        (
            "worse, and worse in another way",
            "Ja, Nej, Ja (F)",
            ["measured  > Ja", "?worsened Ja > Nej", "worsened Ja > Ja (F)"],
            ["Ja 1-3", "?Nej 2-3", "Ja (F) 3-"],
        ),
        (
            "worse, then sideways",
            "Ja, Nej, –",
            ["measured  > Ja", "?worsened Ja > Nej", "changed Ja > –"],
            ["Ja 1-3", "?Nej 2-3", "– 3-"],
        ),
        (
            "worse, and another thing measured twice",
            "Ja, Nej, Ja (F)!",
            ["measured  > Ja", "?worsened Ja > Nej", "worsened Ja > Ja (F)"],
            ["Ja 1-3", "?Nej 2-3", "Ja (F) 3-"],
        ),
        (
            "worse for one night, then better than ever",
            "Delvis, Nej, Ja",
            ["measured  > Delvis", "?worsened Delvis > Nej", "improved Delvis > Ja"],
            ["Delvis 1-3", "?Nej 2-3", "Ja 3-"],
        ),
        (
            "the same as before after nights that could not tell",
            "Nej, Ej mätt, Ej mätt, Nej",
            ["measured  > Nej", "not_measured Nej > Ej mätt", "", ""],
            ["Nej 1-"],
        ),
        (
            "half of a pair",
            "Ja/Nej, Ja/Ej mätt, Ej mätt/Nej, Ja/Ja",
            ["measured  > Ja/Nej", "not_measured Ja/Nej > Ja/Ej mätt", "", "improved Ja/Nej > Ja/Ja"],
            ["Ja/Nej 1-4", "Ja/Ja 4-"],
        ),
        (
            "blind again after seeing",
            "Ja, Ej mätt, Ja, Ej mätt",
            ["measured  > Ja", "not_measured Ja > Ej mätt", "", "not_measured Ja > Ej mätt"],
            ["Ja 1-"],
        ),
        (
            "another cell after nights that could not tell",
            "Ja, Ej mätt, Nej, Nej",
            ["measured  > Ja", "not_measured Ja > Ej mätt", "?worsened Ja > Nej", "worsened Ja > Nej"],
            ["Ja 1-3", "Nej 3-"],
        ),
        (
            "waiting through a night that could not tell",
            "Ja, Nej, Ej mätt, Nej",
            ["measured  > Ja", "?worsened Ja > Nej", "not_measured Ja > Ej mätt", "worsened Ja > Nej"],
            ["Ja 1-2", "Nej 2-"],
        ),
        (
            "waiting through a night that did not ask",
            "Ja, Nej, , Nej",
            ["measured  > Ja", "?worsened Ja > Nej", "", "worsened Ja > Nej"],
            ["Ja 1-2", "Nej 2-"],
        ),
        (
            "blind is told once, though something pending came in between",
            "Ja, Ej mätt, Nej, Ej mätt, Ja",
            ["measured  > Ja", "not_measured Ja > Ej mätt", "?worsened Ja > Nej", "", ""],
            ["Ja 1-", "?Nej 3-5"],
        ),
        (
            "a flapping server",
            "Ja, Nej, Ja, Nej, Ja",
            ["measured  > Ja", "?worsened Ja > Nej", "", "?worsened Ja > Nej", ""],
            ["Ja 1-", "?Nej 2-3", "?Nej 4-5"],
        ),
    ],
)
def test_night_by_night(scenario: str, nights: str, lines: list[str], intervals: list[str]) -> None:
    story = told(read_nights(nights))
    assert story.lines == lines
    assert story.intervals == intervals


def old(cell: str) -> Night:
    return Night(cell=cell, rules=OLD_RULES)


def new(cell: str, rejudged: str | None = None, *, twice: bool = False) -> Night:
    return Night(cell=cell, rules=NEW_RULES, rejudged=rejudged, twice=twice)


@pytest.mark.parametrize(
    ("scenario", "nights", "lines", "under_new_rules", "intervals"),
    [
        ("the same cell", [old("Ja"), new("Ja", "Ja (F)")], [""], "", ["Ja 1-"]),
        (
            "the rules alone",
            [old("Ja"), new("Ja (F)", "Ja (F)")],
            ["rules Ja > Ja (F)"],
            "Ja (F)",
            ["Ja 1-2", "Ja (F) 2-"],
        ),
        ("the facts are gone", [old("Ja"), new("Nej")], ["rules Ja > Nej"], "", ["Ja 1-2", "Nej 2-"]),
        (
            "the rules can no longer tell",
            [old("Ja"), new("Nej", "Ej mätt")],
            ["rules Ja > Nej"],
            "",
            ["Ja 1-2", "Nej 2-"],
        ),
        (
            "the server alone, worse",
            [old("Ja"), new("Nej", "Ja")],
            ["?worsened Ja > Nej"],
            "Ja",
            ["Ja 1-", "?Nej 2-"],
        ),
        (
            "the server alone, better",
            [old("Nej"), new("Ja", "Nej")],
            ["improved Nej > Ja"],
            "Nej",
            ["Nej 1-2", "Ja 2-"],
        ),
        (
            "both, worse",
            [old("Ja"), new("Nej", "Ja (F)", twice=True)],
            ["worsened Ja > Nej"],
            "Ja (F)",
            ["Ja 1-2", "Nej 2-"],
        ),
        (
            "the rules made it worse than the server made it better",
            [old("Ja"), new("Ja (F)", "Ja (F) (N)")],
            ["improved Ja > Ja (F)"],
            "Ja (F) (N)",
            ["Ja 1-2", "Ja (F) 2-"],
        ),
        (
            "both, sideways",
            [old("Ja"), new("Ja (N)", "Ja (F)", twice=True)],
            ["changed Ja > Ja (N)"],
            "Ja (F)",
            ["Ja 1-2", "Ja (N) 2-"],
        ),
        ("not measured", [old("Ja"), new("Ej mätt", "Ja (F)")], ["not_measured Ja > Ej mätt"], "", ["Ja 1-"]),
        (
            "worse under the new rules, twice",
            [old("Ja"), new("Nej", "Ja"), new("Nej", "Ja")],
            ["?worsened Ja > Nej", "worsened Ja > Nej"],
            "Ja",
            ["Ja 1-2", "Nej 2-"],
        ),
        (
            "pending, and then the rules explain it",
            [old("Ja"), old("Ja (F)"), new("Ja (F)", "Ja (F)")],
            ["?worsened Ja > Ja (F)", "rules Ja > Ja (F)"],
            "Ja (F)",
            ["Ja 1-3", "?Ja (F) 2-3", "Ja (F) 3-"],
        ),
        (
            "pending, and the rules do not explain it",
            [old("Ja"), old("Nej"), new("Nej", "Ja")],
            ["?worsened Ja > Nej", "worsened Ja > Nej"],
            "Ja",
            ["Ja 1-2", "Nej 2-"],
        ),
    ],
)  # fmt: skip - one scenario a line
def test_other_rules_are_never_a_regression(
    scenario: str, nights: list[Night], lines: list[str], under_new_rules: str, intervals: list[str]
) -> None:
    story = told(nights)
    assert story.lines[1:] == lines
    last = story.changes[-1]
    assert ("" if last is None else last.under_new_rules) == under_new_rules
    assert story.intervals == intervals


def test_a_cell_that_stays_is_known_under_the_rules_of_its_last_measurement() -> None:
    story = told([old("Ja"), new("Ja")])
    assert story.standing.confirmed is not None
    assert story.standing.confirmed.ruleset == NEW_RULES
    assert story.standing.confirmed.last_measured == night(2)


def test_another_version_of_the_rules_counts_as_other_rules() -> None:
    standing = told([Night(cell="Ja")]).standing
    newer = head(2, version="2026.2")
    step = advance(standing, row=row(https="Nej"), column="https", head=newer, rejudged=lambda _: None)
    assert line(step.change) == "rules Ja > Nej"


def test_the_rules_are_asked_of_the_confirmed_observation_and_only_when_needed() -> None:
    asked: list[Interval] = []

    def rejudged(interval: Interval) -> str:
        asked.append(interval)
        return "Ja"

    standing = told([old("Ja"), old("Nej")]).standing
    for cell, rules in [("Ja", NEW_RULES), ("Nej", OLD_RULES), ("Ej mätt", NEW_RULES), ("", NEW_RULES)]:
        advance(standing, row=row(https=cell), column="https", head=head(3, rules), rejudged=rejudged)
    assert asked == []
    advance(standing, row=row(https="Nej"), column="https", head=head(3, NEW_RULES), rejudged=rejudged)
    assert asked == [standing.confirmed]


@pytest.mark.parametrize(
    ("scenario", "cells", "lines", "intervals"),
    [
        ("worse there", ["Ja", "Nej"], ["entry Ja > Nej"], ["Ja 1-2", "Nej 2-"]),
        ("the same there", ["Ja", "Ja"], [""], ["Ja 1-2", "Ja 2-"]),
        ("could not tell", ["Ja", "Ej mätt"], ["entry Ja > Ej mätt"], ["Ja 1-2"]),
        (
            "could not tell at first",
            ["Ja", "Ej mätt", "Nej"],
            ["entry Ja > Ej mätt", "measured  > Nej"],
            ["Ja 1-2", "Nej 3-"],
        ),
        ("not asked for", ["Ja", ""], [""], ["Ja 1-"]),
    ],
)
def test_other_hosts_are_never_a_regression(
    scenario: str, cells: list[str], lines: list[str], intervals: list[str]
) -> None:
    first, *rest = cells
    story = told([Night(cell=first), *(Night(cell=cell, host=OTHER_HOST) for cell in rest)])
    assert story.lines[1:] == lines
    assert story.intervals == intervals
    assert not any(step.compared for step in story.steps[:2])


def test_other_hosts_end_what_was_pending() -> None:
    story = told([Night(cell="Ja"), Night(cell="Nej"), Night(cell="Nej", host=OTHER_HOST)])
    assert story.lines[2] == "entry Ja > Nej"
    assert story.intervals == ["Ja 1-3", "?Nej 2-3", "Nej 3-"]


@pytest.mark.parametrize(
    ("cell", "expected", "stands"),
    [("Nej", "new  > Nej", 1), ("Ej mätt", "new  > Ej mätt", 0), ("", "", 0)],
)
def test_a_row_that_is_new_in_the_series(cell: str, expected: str, stands: int) -> None:
    step = one_night(Standing(), 5, Night(cell=cell), known=False)
    assert line(step.change) == expected
    assert len(step.standing.intervals) == stands
    assert not step.compared


@pytest.mark.parametrize(
    ("scenario", "nights", "change", "intervals"),
    [
        ("what stood", "Ja", "removed Ja > ", ["Ja 1-3"]),
        ("what was pending", "Ja, Nej", "removed Ja > ", ["Ja 1-3", "?Nej 2-3"]),
    ],
)
def test_a_row_that_is_gone(scenario: str, nights: str, change: str, intervals: list[str]) -> None:
    story = told(read_nights(nights))
    story.add(removed(story, 3))
    assert story.lines[-1] == change
    assert story.intervals == intervals
    assert story.standing == Standing()


@pytest.mark.parametrize(("cell", "expected"), [("Ej mätt", "removed Ej mätt > "), ("", "")])
def test_a_row_that_is_gone_and_was_never_measured(cell: str, expected: str) -> None:
    step = remove(Standing(), row=row(https=cell), column="https", head=head(3))
    assert line(step.change) == expected
    assert step.closed == ()


def test_a_change_says_since_when_and_how_old_the_other_is() -> None:
    story = told(read_nights("Ja, Ja, Nej, Ej mätt, Nej"))
    waiting, confirmed = story.changes[2], story.changes[4]
    assert waiting is not None
    assert confirmed is not None
    assert (waiting.before_at, waiting.since) == (night(2), night(3))
    assert (confirmed.before_at, confirmed.since) == (night(2), night(3))
    assert (confirmed.code, confirmed.region, confirmed.column) == ("A", "Region A", "https")


def test_the_first_night_that_could_not_tell_is_noted_until_one_can() -> None:
    story = told(read_nights("Ja, Ej mätt, Ej mätt"))
    assert story.standing.confirmed is not None
    assert story.standing.confirmed.not_measured_since == night(2)
    assert story.standing.confirmed.last_measured == night(1)
    assert story.steps[2].standing is story.steps[1].standing
    back = one_night(story.standing, 4, Night(cell="Ja")).standing.confirmed
    assert back is not None
    assert (back.not_measured_since, back.last_measured, back.since) == (None, night(4), night(1))


@pytest.mark.parametrize(
    ("nights", "cell"),
    [("", "Ej mätt"), ("", ""), ("Ja", ""), ("Ja, Nej", ""), ("Ja, Nej, Ej mätt", "Ej mätt")],
)
def test_where_nothing_moves_the_same_stands(nights: str, cell: str) -> None:
    standing = told(read_nights(nights)).standing
    step = one_night(standing, 9, Night(cell=cell))
    assert step.standing is standing
    assert (step.closed, step.change, step.compared) == ((), None, False)


def test_what_is_confirmed_under_other_rules_came_as_it_is_told() -> None:
    story = told([old("Ja"), old("Nej"), new("Nej", "–")])
    assert story.lines[1:] == ["?worsened Ja > Nej", "changed Ja > Nej"]
    assert story.standing.confirmed is not None
    assert story.standing.confirmed.came is Kind.CHANGED
    assert story.standing.confirmed.since == night(2)


def test_what_is_pending_is_marked_as_such() -> None:
    pending = told(read_nights("Ja, Nej")).standing.pending
    assert pending is not None
    assert pending.unconfirmed
    stands = told(read_nights("Ja, Nej, Nej")).standing
    assert stands.confirmed == replace(pending, unconfirmed=False, last_measured=night(3))
    assert stands.pending is None


@pytest.mark.parametrize(
    ("scenario", "nights", "number"),
    [
        ("the same sweep again", "Ja, Ja", 2),
        ("an older sweep", "Ja, Ja", 1.5),
        ("older than what is pending", "Ja, Ja, Nej", 2.5),
        ("older than a night that could not tell", "Ja, Ja, Ej mätt", 2.5),
    ],
)
def test_a_sweep_that_is_not_newer_is_refused(scenario: str, nights: str, number: float) -> None:
    story = told(read_nights(nights))
    for cell in ("Ja", "Ej mätt"):
        with pytest.raises(ValueError, match="not newer"):
            one_night(story.standing, number, Night(cell=cell))
    with pytest.raises(ValueError, match="not newer"):
        removed(story, number)


def test_another_method_is_no_part_of_the_history() -> None:
    with pytest.raises(ValueError, match="another method"):
        advance(
            Standing(),
            row=row(https="Ja"),
            column="https",
            head=head(1, method="MSB 2017"),
            rejudged=lambda _: None,
        )


@pytest.mark.parametrize("standing", [Standing(), told(read_nights("Ja")).standing])
def test_a_cell_that_nobody_prints_is_refused(standing: Standing) -> None:
    with pytest.raises(UnreadableCellError):
        one_night(standing, 9, Night(cell="Ja (X)"))
