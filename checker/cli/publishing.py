"""The site written from judged rows and put in its place, with what the store knows of their history."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.exits import ExitCode, Quit
from checker.cli.output import say
from checker.report.model import Results, RowResult, summary_of
from checker.report.publish import NotReplaceableError, check_replaceable, publish, recover
from checker.report.render import SiteSettings
from checker.report.screen import summary_lines, table_lines
from checker.report.site import write_site

if TYPE_CHECKING:
    from checker.report.feeds import FeedSource
    from checker.settings import Settings
    from checker.store.store import Store
    from checker.store.stored_sweep import StoredSweep


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
    """Write the site beside `output` and put it in place. Quits when that cannot be done; the old site stands then."""
    shown, feeds = _with_history(store, sweep, results) if store is not None else (results, None)

    def build(directory: Path) -> None:
        write_site(
            directory,
            shown,
            sweep=sweep.info,
            settings=site_settings(settings),
            lang=settings.lang,
            feeds=feeds,
        )

    try:
        publish(output, build, partial=partial)
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


def _with_history(
    store: "Store", sweep: "StoredSweep", results: Results
) -> tuple[Results, "FeedSource | None"]:
    """The results with what stood beside each cell after their sweep; and what the feeds are made of."""
    from checker.store.shown import feed_source, with_history, with_history_then  # noqa: PLC0415 - not without a store
    from checker.store.stored_sweep import State  # noqa: PLC0415 - as above

    newest = store.sweeps.latest(sweep.series, State.FINISHED)
    feeds = feed_source(store, sweep.series)

    def shown() -> Iterator[RowResult]:
        if newest is None or newest.id != sweep.id:
            return with_history_then(store, sweep, results())
        return with_history(store, sweep.series, results())

    own = store.sweeps.get(sweep.id)
    if own is None or (own.ruleset, own.ruleset_version) == (sweep.ruleset, sweep.ruleset_version):
        return shown, feeds
    return lambda: map(_without_since, shown()), feeds


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
        for name in ("title", "publisher", "publisher_url", "contact", "base_url")
    }
    return SiteSettings(**{name: value for name, value in given.items() if value})


def print_table(results: Results, settings: "Settings") -> None:
    """The table and its figures, to stdout."""
    for line in table_lines(results, lang=settings.lang):
        say(line)
    say("")
    for line in summary_lines(summary_of(results()), lang=settings.lang):
        say(line)
