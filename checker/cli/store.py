"""`checker store`: the commands about what is kept, and the list of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.exits import ExitCode
from checker.cli.output import say, say_json
from checker.cli.session import Session, stored
from checker.cli.store_archives import export, import_files
from checker.cli.store_upkeep import baseline, check, forget
from checker.cli.stored_sweeps import SiteOption
from checker.cli.stores import DEFAULT_OUTPUT, opened, store_setting

if TYPE_CHECKING:
    from checker.store.overview import Listed

JsonSwitch = Annotated[bool, typer.Option("--json", help="Print one JSON array.")]

_HEADINGS = ("SWEEP", "LIST", "STATE", "STARTED", "ROWS", "RULES", "PUBLISHED", "OBSERVATIONS")


def list_sweeps(
    session: Session, *, as_json: JsonSwitch = False, output: SiteOption = DEFAULT_OUTPUT
) -> ExitCode:
    """List the sweeps of the store, oldest first.

    A table that was measured by another method says so. "forgotten": the verdicts are there, but what was seen is
    only in the archive; checker store import brings it back.
    """
    from checker.store.overview import overview  # noqa: PLC0415 - start-up

    with opened(store_setting(session.settings, output)) as store:
        listed = overview(store)
    if as_json:
        say_json([_object(one) for one in listed])
    else:
        for line in _table([_HEADINGS, *(_cells(one) for one in listed)]):
            say(line)
    return ExitCode.DONE


store_app = typer.Typer(
    name="store",
    help="What is kept: list it, archive it, take it back, forget it, look it over.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
store_app.command("list")(stored(list_sweeps))
store_app.command("export")(stored(export))
store_app.command("import")(stored(import_files))
store_app.command("baseline")(stored(baseline))
store_app.command("forget")(stored(forget))
store_app.command("check")(stored(check))


def _cells(listed: "Listed") -> tuple[str, ...]:
    sweep = listed.sweep
    state = f"other method ({sweep.method})" if sweep.method else sweep.state.value
    return (
        sweep.id,
        sweep.series,
        state,
        _time(sweep.started),
        str(listed.rows),
        ", ".join(" ".join(rules) for rules in listed.rulesets) or "–",
        _time(sweep.published),
        _observations(listed),
    )


def _observations(listed: "Listed") -> str:
    if listed.is_forgotten:
        return "forgotten"
    return "none" if not listed.observations else f"{listed.observations}"


def _object(listed: "Listed") -> dict[str, Any]:
    sweep = listed.sweep
    return {
        "id": sweep.id,
        "series": sweep.series,
        "method": sweep.method,
        "state": sweep.state.value,
        "why": sweep.why,
        "started": _time(sweep.started),
        "finished": _time(sweep.finished) if sweep.finished else None,
        "published": _time(sweep.published) if sweep.published else None,
        "rows": listed.rows,
        "seen": listed.seen,
        "observations": listed.observations,
        "rulesets": [{"name": name, "version": version} for name, version in listed.rulesets],
    }


def _time(moment: datetime | None) -> str:
    return "–" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _table(lines: list[tuple[str, ...]]) -> Iterator[str]:
    from checker.domain_names import printable  # noqa: PLC0415 - start-up

    shown = [[printable(cell) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for line in shown:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
