"""The site written from judged rows and put in its place, with what the store knows of their history."""

from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.exits import ExitCode, Quit
from checker.cli.output import say
from checker.report.model import Results, Summary, SummaryCounter
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
    if newest is None or newest.id != sweep.id:
        return lambda: with_history_then(store, sweep, results()), feeds
    return lambda: with_history(store, sweep.series, results()), feeds


def site_settings(settings: "Settings") -> SiteSettings:
    """What the publisher says of itself."""
    given = {
        name: getattr(settings, name)
        for name in ("title", "publisher", "publisher_url", "contact", "base_url")
    }
    return SiteSettings(**{name: value for name, value in given.items() if value})


def print_table(results: Results, settings: "Settings") -> Summary:
    """The table and its figures, to stdout."""
    counter = SummaryCounter()
    for result in results():
        counter.add(result)
    for line in table_lines(results, lang=settings.lang):
        say(line)
    say("")
    summary = counter.summary()
    for line in summary_lines(summary, lang=settings.lang):
        say(line)
    return summary
