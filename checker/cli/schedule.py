"""`checker schedule`: a sweep every night until stopped, and when the next ones are due."""

import functools
import gc
import logging
import math
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from checker.cli.domains import PathArgument, rows_of
from checker.cli.exits import Busy, ExitCode, Held, Quit
from checker.cli.session import Session, ending
from checker.cli.stores import DEFAULT_OUTPUT
from checker.cli.sweep import OutputOption, sweep_once

if TYPE_CHECKING:
    from checker.schedule.fire_times import FireTimes
    from checker.schedule.night import Sweeping, Work
    from checker.settings import Settings

NextOption = Annotated[
    int,
    typer.Option(
        "--next", metavar="N", min=0, max=1000, help="Print the next N times and end.", show_default=False
    ),
]
BEAT_S = 10.0
"""How often at most somebody is told that all is well."""
log = logging.getLogger(__name__)


def schedule(
    session: Session,
    *,
    path: PathArgument = Path("domains.csv"),
    output: OutputOption = DEFAULT_OUTPUT,
    count: NextOption = 0,
) -> ExitCode:
    r"""Sweep every night until stopped.

    The time is a cron expression on the clocks of a time zone. A time of day that the change to summer time skips is due
    when the skipped hour is over; one that the change back repeats is due once. What was missed while this did not run
    is caught up by one sweep at the start (with --no-store every start sweeps). Never two sweeps at a time: while somebody
    else sweeps with the same store, this waits. A sweep that fails is tried once more (sweep_retry_delay, 600 s), and goes
    on where it was. domains.csv and settings are read anew for every sweep; cron and timezone at the start only.

    SIGTERM and Ctrl-C end it: 0 between sweeps, 4 when a sweep was interrupted.

    \b
    Examples:
      checker schedule
      checker schedule mine.csv --output output/mine --cron "30 4 * * mon-fri"
      checker schedule --next 3
    """
    from checker.schedule.cron import parse_cron  # noqa: PLC0415 - start-up
    from checker.schedule.fire_times import FireTimes  # noqa: PLC0415 - start-up

    settings = session.settings
    if settings.now is not None:
        raise Quit(ExitCode.USAGE, "--now is for replays, and a schedule goes by the real clock")
    times = FireTimes(parse_cron(settings.cron), _zone(settings.timezone))
    if count:
        _print_next(times, count)
        return ExitCode.DONE
    rows_of(path)
    return _run(settings, times, _work(session, path, output))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        raise Quit(ExitCode.FAILED, f"this machine has no time zone {name}; install tzdata") from None


def _print_next(times: "FireTimes", count: int) -> None:
    from checker.cli.output import say  # noqa: PLC0415 - start-up

    moment = datetime.now(UTC)
    for _ in range(count):
        moment = times.after(moment)
        say(times.local(moment))


def _run(settings: "Settings", times: "FireTimes", work: "Work") -> ExitCode:
    """Put the scheduler together and run it until a signal ends it."""
    from checker.schedule.forked import Forked  # noqa: PLC0415 - start-up
    from checker.schedule.night import Nights  # noqa: PLC0415 - start-up
    from checker.schedule.scheduler import NightlyScheduler  # noqa: PLC0415 - start-up
    from checker.schedule.service_manager import ServiceManager  # noqa: PLC0415 - start-up
    from checker.schedule.watch import Watch  # noqa: PLC0415 - start-up

    gc.enable()  # see checker.cli.app.run: this one stays for years
    manager = ServiceManager(os.environ.get("NOTIFY_SOCKET", ""))
    alive = _heart(settings.heartbeat)

    last_beat_s = -math.inf

    def beat() -> None:
        nonlocal last_beat_s
        now_s = time.monotonic()
        if watch.told():
            if last_beat_s < math.inf:
                manager.tell(STOPPING="1", STATUS="ending")
            last_beat_s = math.inf
        elif now_s - last_beat_s >= BEAT_S:
            last_beat_s = now_s
            manager.tell(WATCHDOG="1")
            alive()

    def announce(moment: datetime) -> None:
        log.info("next sweep: %s", times.local(moment))
        manager.tell(STATUS=f"next sweep: {times.local(moment)}")

    def clock() -> datetime:
        return datetime.now(UTC)

    with Watch(beat) as watch:
        nights = Nights(
            work,
            times=times,
            forked=Forked(watch),
            waits=watch,
            clock=clock,
            show=lambda words: manager.tell(STATUS=words),
            retry_after_s=settings.sweep_retry_delay,
        )
        manager.tell(READY="1", STATUS="starting")
        NightlyScheduler(nights, times, waits=watch, clock=clock, announce=announce).run()
        beat()  # the signal may have ended the last wait
    log.info("ended%s", ", with a sweep interrupted" if nights.interrupted else "")
    return ExitCode.PARTLY if nights.interrupted else ExitCode.DONE


def _heart(path: Path | None) -> Callable[[], None]:
    """Something that touches the file, and warns once when it cannot."""
    failed: list[OSError] = []

    def touch() -> None:
        if path is None:
            return
        try:
            path.touch()
        except OSError as error:
            if not failed:
                log.warning("heartbeat %s: cannot be written: %s", path, error.strerror)
            failed.append(error)
        else:
            failed.clear()

    return touch


def _work(session: Session, path: Path, output: Path) -> "Work":
    from checker.schedule.night import Work  # noqa: PLC0415 - start-up

    return Work(
        sweep=functools.partial(_sweep, session, path, output),
        last_started=functools.partial(_last_started, session, path, output),
        tell_failure=functools.partial(_tell_failure, session, path),
    )


def _sweep(session: Session, path: Path, output: Path) -> "Sweeping":
    """One sweep as `checker sweep` makes it, with today's settings; in a process of its own."""
    from checker.schedule.night import Outcome, Sweeping  # noqa: PLC0415 - start-up

    busy: list[str] = []
    said: list[str] = []
    held: list[str] = []

    def body() -> ExitCode:
        try:
            return sweep_once(session.renewed(), path=path, output=output)
        except Busy as other:
            busy.append(other.message)
            return other.code
        except Quit as quitting:
            (held if isinstance(quitting, Held) else said).append(quitting.message)
            raise

    code = ending(body, verbose=log.isEnabledFor(logging.DEBUG))
    if busy:
        return Sweeping(outcome=Outcome.BUSY, message=busy[0])
    if code in (ExitCode.DONE, ExitCode.FINDINGS):
        return Sweeping(outcome=Outcome.MADE)
    outcome = Outcome.WRONG if code == ExitCode.USAGE else Outcome.PASSING
    message = "; ".join(held + said) or f"exit code {int(code)}, the log says more"
    return Sweeping(outcome=outcome, message=message, told=bool(held))


def _last_started(session: Session, path: Path, output: Path) -> datetime | None:
    """When the newest sweep of this list began that came to an end; in a process of its own.

    None also when that one is not on the site yet: the next run publishes it.
    """
    from checker.cli.stores import opened, series_of, store_setting  # noqa: PLC0415 - start-up
    from checker.store.stored_sweep import State  # noqa: PLC0415 - start-up

    try:
        settings = session.renewed().settings
        if settings.no_store:
            return None
        with opened(store_setting(settings, output)) as store:
            last = store.sweeps.latest(series_of(path), State.FINISHED, State.HELD)
    except Quit as trouble:  # the sweep that follows tells it as its own
        log.info("no earlier sweep to go by: %s", trouble.message)
        return None
    if last is None or (last.state is State.FINISHED and last.published is None):
        return None
    return last.started


def _tell_failure(session: Session, path: Path, reason: str) -> None:
    """Write to the operator; in a process of its own."""
    from checker.cli.stores import series_of  # noqa: PLC0415 - start-up
    from checker.cli.telling import tell_failure  # noqa: PLC0415 - start-up

    def body() -> ExitCode:
        try:
            settings = session.renewed().settings
        except Quit:  # they may be the very trouble
            settings = session.settings
        tell_failure(settings, series=series_of(path), reason=reason)
        return ExitCode.DONE

    ending(body, verbose=log.isEnabledFor(logging.DEBUG))
