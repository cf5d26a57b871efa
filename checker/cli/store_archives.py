"""`checker store export` and `checker store import`: sweeps to files, and the way back."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.exits import ExitCode, Quit
from checker.cli.output import say
from checker.cli.session import Session
from checker.cli.stored_sweeps import SiteOption
from checker.cli.stores import DEFAULT_OUTPUT, archive_directory, locked, opened, store_setting

if TYPE_CHECKING:
    from checker.store.store import Store
    from checker.store.stored_sweep import StoredSweep

SweepsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="SWEEP…", help="Ids of sweeps, or what they begin with (20261122, 2026-11-22)."),
]
FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="Archives, or directories of them; in any order.")
]
AllSwitch = Annotated[bool, typer.Option("--all", help="Every sweep that is over.")]
ToOption = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="DIR", help="Where to (default: the archive of the settings).", show_default=False
    ),
]
ReplaceSwitch = Annotated[
    bool, typer.Option("--replace", help="Put the archive's sweep in place of one with other contents.")
]
log = logging.getLogger(__name__)


def export(
    session: Session,
    *,
    sweeps: SweepsArgument = None,
    everything: AllSwitch = False,
    to: ToOption = None,
    output: SiteOption = DEFAULT_OUTPUT,
) -> ExitCode:
    r"""Write archives of sweeps that are over, one file each: SWEEP.jsonl.gz; their paths go to stdout.

    An archive that is there already is written anew, unless it holds observations that the store has forgotten. The
    files are readable by their owner only: they have the addresses of contact persons in them.

    \b
    Examples:
      checker store export --all --to /srv/archive
      checker store export 2026-11-22
    """
    from checker.store.archive import export_sweep  # noqa: PLC0415 - start-up

    if bool(sweeps) == everything:
        raise Quit(ExitCode.USAGE, "name the sweeps to export, or --all")
    address = store_setting(session.settings, output)
    directory = to or archive_directory(session.settings, address)
    if directory is None:
        raise Quit(ExitCode.USAGE, "--to: is missing, and the settings name no archive")
    with opened(address) as store:
        for sweep in _chosen(store, sweeps or []):
            exported = export_sweep(store, sweep, directory)
            log.info(
                "%s: %s, %d rows, %d observations",
                sweep.id,
                exported.outcome.value,
                exported.end.rows,
                exported.end.observations,
            )
            say(str(exported.path))
    return ExitCode.DONE


def import_files(
    session: Session,
    *,
    files: FilesArgument,
    replace: ReplaceSwitch = False,
    output: SiteOption = DEFAULT_OUTPUT,
) -> ExitCode:
    r"""Take archives into the store: the way back after a lost database.

    Each is taken as a whole or not at all; sweeps that are there are skipped. Then the history is made anew. A file
    that is damaged leaves the others alone (exit code 4; 2 when none was any good). What was interrupted is gone on with by
    the same command.

    \b
    Examples:
      checker store import output/archive
      checker store import 20261122T020000Z.jsonl.gz --replace
    """
    from checker.store.archive_import import Import, import_archives  # noqa: PLC0415 - start-up

    paths = list(_archives(files))
    failed = 0
    with opened(store_setting(session.settings, output), create=True) as store, locked(store):
        for number, imported in enumerate(
            import_archives(store, paths, rebuild=lambda series: _rebuild(store, series), replace=replace), 1
        ):
            if imported.outcome is Import.FAILED:
                failed += 1
                log.error("%s", imported.why)
            else:
                log.info("%d/%d %s: %s", number, len(paths), imported.path, imported.outcome.value)
    if not failed:
        return ExitCode.DONE
    taken = len(paths) - failed
    code = ExitCode.PARTLY if taken else ExitCode.USAGE
    raise Quit(code, f"{failed} of {len(paths)} archives were not taken; nothing of them is in the store")


def _chosen(store: "Store", names: list[str]) -> "list[StoredSweep]":
    """The sweeps that are named, or all that are over. Quits (USAGE)."""
    from checker.store.errors import StoreError  # noqa: PLC0415 - start-up
    from checker.store.stored_sweep import State  # noqa: PLC0415 - start-up

    if names:
        try:
            return [store.sweeps.named(name) for name in names]
        except StoreError as error:
            raise Quit(ExitCode.USAGE, str(error)) from None
    over = []
    for sweep in store.sweeps.all():
        if sweep.state is State.RUNNING:
            log.info("%s: is under way or was cut short, and is left out", sweep.id)
        else:
            over.append(sweep)
    return over


def _archives(files: list[Path]) -> Iterator[Path]:
    from checker.store.archive import archives_in  # noqa: PLC0415 - start-up

    for path in files:
        if path.is_dir():
            found = archives_in(path)
            if not found:
                raise Quit(ExitCode.USAGE, f"{path}: there are no archives in this directory")
            yield from found
        else:
            yield path


def _rebuild(store: "Store", series: str) -> None:
    from checker.judging import cells_under  # noqa: PLC0415 - start-up
    from checker.store.history import rebuild  # noqa: PLC0415 - start-up

    log.info("the history of %s is made anew", series)
    with store.transaction() as connection:
        sweeps = rebuild(store, series, connection, judge=cells_under)
    log.info("the history of %s follows from %d sweeps", series, sweeps)
