"""The site written from judged rows and put in its place, with what the store knows of their history."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.exits import ExitCode, Quit
from checker.cli.output import say
from checker.comments import Comment, CommentsError, read_comments
from checker.domain_names import quoted
from checker.observations.row import Row, is_code
from checker.report.model import Results, RowResult, as_they_are, summary_of
from checker.report.publish import NotReplaceableError, check_replaceable, publish, recover
from checker.report.screen import summary_lines, table_lines
from checker.report.site_settings import AccessibilityStatement, SiteSettings
from checker.site.assets import logo_problems
from checker.site.build import build
from checker.site.material import Material

if TYPE_CHECKING:
    from checker.settings import Settings
    from checker.store.store import Store
    from checker.store.stored_sweep import StoredSweep

log = logging.getLogger(__name__)


def check_output(output: Path, *, partial: bool, clean_up: bool = True) -> None:
    """Clean up after runs that were killed, and quit (USAGE) when nothing could be published there.

    Without `clean_up` nothing is touched: for whoever does not know yet that no other program publishes there.
    """
    try:
        if clean_up:
            recover(output)
        check_replaceable(output, partial=partial)
    except NotReplaceableError as error:
        raise Quit(ExitCode.USAGE, f"--output: {error}") from None


def publish_site(
    output: Path,
    results: Results,
    sweep: "StoredSweep",
    settings: "Settings",
    *,
    partial: bool,
    store: "Store | None",
) -> None:
    """Write the site beside `output` and put it in place. Quits when that cannot be done; the old site stands then.

    `results` have their details in full without a store; with one those are read from what it keeps.
    """
    material = Material(
        results=results,
        pending=as_they_are(results),
        sweep=sweep.info,
        settings=site_settings(settings),
        lang=settings.lang,
        comments=read_site_files(settings),
        standing=output if output.is_dir() else None,
    )
    rows = [result.row for result in results()]
    if store is not None:
        _check_codes(rows, sweep)
        material = _with_history(material, store, sweep)
    codes = {row.code for row in rows}
    material = replace(material, study=_study(codes))
    _warn_of_strangers(material.comments, codes)

    try:
        publish(output, lambda directory: build(directory, material), partial=partial)
    except NotReplaceableError as error:
        raise Quit(ExitCode.USAGE, f"--output: {error}") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        kept = (
            "; put that right and run again: what was measured is kept, and published then" if store else ""
        )
        raise Quit(
            ExitCode.FAILED, f"{output} could not be written ({why}); an earlier site stands as it was{kept}"
        ) from None


def _check_codes(rows: Iterable[Row], sweep: "StoredSweep") -> None:
    """Quit (FAILED) when a row has a code that an earlier version took and no page can have."""
    for row in rows:
        if not is_code(row.code):
            raise Quit(
                ExitCode.FAILED,
                f"the row {quoted(row.region)} of the sweep {sweep.id} has the code"
                f" {quoted(row.code)}, and no page of its own can be called that: give it another code in the"
                " list of domains and sweep again; an earlier site stands as it was",
            )


def _with_history(material: Material, store: "Store", sweep: "StoredSweep") -> Material:
    """The site's material with what stood beside each cell after its sweep, what came before, and what feeds are made of."""
    from checker.cli.stored_results import pending_rows  # noqa: PLC0415 - not without a store
    from checker.store.past import past_of  # noqa: PLC0415 - as above
    from checker.store.shown import feed_source, with_history, with_history_then  # noqa: PLC0415 - as above
    from checker.store.stored_sweep import State  # noqa: PLC0415 - as above

    newest = store.sweeps.latest(sweep.series, State.FINISHED)
    own = store.sweeps.get(sweep.id)
    other_rules = own is not None and (own.ruleset, own.ruleset_version) != (
        sweep.ruleset,
        sweep.ruleset_version,
    )

    def shown(results: Results) -> Iterator[RowResult]:
        if newest is None or newest.id != sweep.id:
            found = with_history_then(store, sweep, results())
        else:
            found = with_history(store, sweep.series, results())
        return map(_without_since, found) if other_rules else found

    return replace(
        material,
        results=lambda: shown(material.results),
        pending=lambda: pending_rows(store, sweep, shown(material.results)),
        past=past_of(store, own or sweep),
        feeds=feed_source(store, sweep.series),
    )


def _study(codes: set[str]) -> tuple[RowResult, ...]:
    """The table of 2017, when the list is the one that it is about: the same codes."""
    from checker.store.baseline import table_2017  # noqa: PLC0415 - start-up

    study = table_2017()
    return study if codes == {result.row.code for result in study} else ()


def _warn_of_strangers(comments: Mapping[str, tuple[Comment, ...]], codes: set[str]) -> None:
    """Tell of comments on codes that the list does not have: probably misspelt."""
    for code in sorted(comments.keys() - codes):
        log.warning("comments: the list has no row with the code %s", quoted(code))


def _without_since(result: RowResult) -> RowResult:
    """A row by other rules than the history's: the same letters may have had other reasons then.

    What stands for a cell that could not be measured stays.
    """
    others = tuple(known for known in result.standing if known.cell != result.cell(known.column))
    return replace(result, standing=others)


def site_settings(settings: "Settings") -> SiteSettings:
    """What the publisher says of itself."""
    given = {
        name: getattr(settings, name)
        for name in (
            "title",
            "publisher",
            "publisher_url",
            "publisher_type",
            "contact",
            "base_url",
            "security_policy",
        )
    }
    return SiteSettings(
        **{name: value for name, value in given.items() if value},
        logo=str(settings.logo or ""),
        security_contacts=settings.security_contacts,
        accessibility=AccessibilityStatement(
            assessed=settings.accessibility_assessed.isoformat() if settings.accessibility_assessed else "",
            method=settings.accessibility_method,
            shortcomings=settings.accessibility_shortcomings,
        ),
    )


def read_site_files(settings: "Settings") -> Mapping[str, tuple[Comment, ...]]:
    """The comments beside findings, by code; the logo is looked at besides. Quits (USAGE) with all that is wrong."""
    problems = list(logo_problems(settings.logo)) if settings.logo else []
    comments: Mapping[str, tuple[Comment, ...]] = {}
    if settings.comments is not None:
        try:
            comments = read_comments(settings.comments)
        except CommentsError as error:
            problems.append(str(error))
    if problems:
        raise Quit(ExitCode.USAGE, "\n".join(problems))
    return comments


def print_table(results: Results, settings: "Settings") -> None:
    """The table and its figures, to stdout."""
    for line in table_lines(results, lang=settings.lang):
        say(line)
    say("")
    for line in summary_lines(summary_of(results()), lang=settings.lang):
        say(line)
