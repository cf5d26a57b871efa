"""`checker diff`: what changed between two stored sweeps. Never measures and writes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.exits import ExitCode, Quit
from checker.cli.session import Session
from checker.cli.stored_sweeps import LAST, SeriesOption, SiteOption
from checker.cli.stores import DEFAULT_OUTPUT

if TYPE_CHECKING:
    from checker.history.changes import CellRow, Differences, SweepHead
    from checker.history.compare import Findings
    from checker.history.intervals import Interval
    from checker.report.model import RowResult
    from checker.report.words import Lang
    from checker.rulesets import Ruleset
    from checker.store.store import Store
    from checker.store.stored_sweep import StoredSweep
    from checker.verdict import Finding

OldArgument = Annotated[
    str, typer.Argument(metavar="OLD", help="A sweep's id, or the beginning of one.", show_default=False)
]
NewArgument = Annotated[
    str, typer.Argument(metavar="NEW", help="As OLD; LAST is the newest.", show_default=False)
]


def diff(
    session: Session,
    *,
    old: OldArgument = "",
    new: NewArgument = LAST,
    output: SiteOption = DEFAULT_OUTPUT,
    series: SeriesOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> ExitCode:
    r"""Say what changed between two sweeps: worse, otherwise, better, not measured, and what the rules changed.

    Without OLD the sweep before NEW is compared. Under other rules the old observations are judged by the new ones
    first, so that no organisation is blamed for the rules. "Ej mätt" hides no earlier verdict: that one is compared,
    with its age. A sweep's id is the time it began in UTC; its beginning will do (20261122).

    \b
    Examples:
      checker diff
      checker diff 20261001 LAST
      checker diff bilaga-a-2017 --json
    """
    from checker.cli.output import say, say_json  # noqa: PLC0415 - start-up
    from checker.cli.stored_sweeps import chosen_series, chosen_sweep  # noqa: PLC0415 - start-up
    from checker.cli.stores import opened, store_setting  # noqa: PLC0415 - start-up
    from checker.store.stored_sweep import State  # noqa: PLC0415 - start-up

    with opened(store_setting(session.settings, output)) as store:
        chosen = chosen_series(store, series, new, old)
        newer = chosen_sweep(store, chosen, new)
        if old:
            older = chosen_sweep(store, chosen, old)
        else:
            before = store.sweeps.latest(chosen, State.FINISHED, before=newer.started)
            if before is None:
                raise Quit(
                    ExitCode.USAGE, f"there is no sweep of {chosen} before {newer.id} to compare it with"
                )
            older = before
        found = compared(store, older, newer)
    if as_json:
        say_json(_object(found))
    else:
        for line in difference_lines(found, session.settings.lang):
            say(line)
    return ExitCode.DONE


def compared(store: "Store", older: "StoredSweep", newer: "StoredSweep") -> "Differences":
    """The differences between two sweeps, by what the store knows of them and of what stood then.

    A table that another method made cannot be judged again: the newer sweep is judged by that table's rules instead.
    """
    from checker.cli.stored_sweeps import own_judgement  # noqa: PLC0415 - start-up
    from checker.history.compare import differences  # noqa: PLC0415 - start-up
    from checker.judging import cells_under  # noqa: PLC0415 - start-up
    from checker.rulesets import RULESETS  # noqa: PLC0415 - start-up
    from checker.store.history import stored_findings  # noqa: PLC0415 - start-up
    from checker.store.shown import known_then  # noqa: PLC0415 - start-up

    then, now = own_judgement(store, older), own_judgement(store, newer)
    new_head, new_rows = newer.head, store.judgements.cells(now.id)
    findings = stored_findings(store, now)
    if older.method and not newer.method and older.ruleset in RULESETS:
        rules = RULESETS[older.ruleset]
        new_head = replace(new_head, ruleset=rules.name, ruleset_version=rules.version)
        new_rows = _under(store, newer, new_head, new_rows)
        findings = _findings_under(store, newer, rules, findings)
    stood_then = store.intervals.standing_at(older.series, older.started)
    stood_now = store.intervals.standing_at(newer.series, newer.started)

    def standing_before(code: str, column: str) -> "Interval | None":
        interval = stood_then.get((code, column))
        return known_then(store, older, interval) if interval is not None else None

    def standing_now(code: str, column: str) -> "Interval | None":
        interval = stood_now.get((code, column))
        if interval is None or interval.last_measured <= newer.started:
            return interval
        known = store.judgements.last_measured(newer.series, code, column, until=newer.started)
        lost = store.judgements.first_asked(newer.series, code, column, after=known or interval.since)
        return replace(interval, not_measured_since=lost)

    def rejudged(code: str) -> Mapping[str, str] | None:
        evidence = store.observations.of_row(older.id, code)
        return cells_under(older.to_be_judged(evidence), new_head) if evidence is not None else None

    return differences(
        older.head,
        store.judgements.cells(then.id),
        new_head,
        new_rows,
        standing_before=standing_before,
        standing_now=standing_now,
        rejudged=rejudged,
        findings=findings,
    )


def _under(
    store: "Store", sweep: "StoredSweep", head: "SweepHead", rows: "Iterator[CellRow]"
) -> "Iterator[CellRow]":
    """The table of a sweep as the rules of `head` read it; rows whose observation is gone keep their cells."""
    from checker.judging import cells_under  # noqa: PLC0415 - start-up

    for row in rows:
        evidence = store.observations.of_row(sweep.id, row.code)
        cells = cells_under(sweep.to_be_judged(evidence), head) if evidence is not None else None
        yield replace(row, cells=tuple(cells.items())) if cells else row


def _findings_under(store: "Store", sweep: "StoredSweep", rules: "Ruleset", stored: "Findings") -> "Findings":
    """What these rules find at (code, column), as `_under` reads the cells; remembers the last row asked for."""
    from checker.judging import judged_again  # noqa: PLC0415 - start-up

    @lru_cache(maxsize=1)
    def again(code: str) -> "RowResult | None":
        evidence = store.observations.of_row(sweep.id, code)
        return judged_again(sweep.to_be_judged(evidence), rules) if evidence is not None else None

    def findings(code: str, column: str) -> "tuple[Finding, ...]":
        result = again(code)
        if result is None:
            return stored(code, column)
        verdict = result.verdict(column)
        return verdict.findings if verdict else ()

    return findings


def difference_lines(found: "Differences", lang: "Lang") -> Iterator[str]:
    """The changes by kind and organisation, for a terminal; last those that were seen once only."""
    from checker.history.changes import Kind  # noqa: PLC0415 - start-up
    from checker.notices.wording import change_lines, counts  # noqa: PLC0415 - start-up
    from checker.report.words import notice_words, visible  # noqa: PLC0415 - start-up

    words = notice_words(lang)
    assert found.old is not None
    yield f"{_named(found.old, words)} → {_named(found.new, words)}"
    for head in (found.old, found.new):
        if head.method:
            yield words["diff"]["other_method"].format(name=visible(head.method))
    if not found.changes:
        yield words["diff"]["nothing"]
        return
    confirmed = tuple(change for change in found.changes if not change.unconfirmed)
    waiting = tuple(change for change in found.changes if change.unconfirmed)
    if confirmed:
        yield counts(confirmed, lang)
    sections = {kind.value: tuple(one for one in confirmed if one.kind is kind) for kind in Kind}
    for heading, changes in {**sections, "unconfirmed": waiting}.items():
        if changes:
            yield ""
            yield words["headings"][heading]
            yield from change_lines(changes, lang)


def _named(head: "SweepHead", words: "Mapping[str, Mapping[str, str]]") -> str:
    how = words["diff"]["method"] if head.method else f"{head.ruleset} {head.ruleset_version}"
    return f"{head.id} ({how})"


def _object(found: "Differences") -> dict[str, Any]:
    from checker.observations import codec  # noqa: PLC0415 - start-up

    encoded: dict[str, Any] = codec.encode(found)
    return encoded | {"compared": dict(found.compared)}
