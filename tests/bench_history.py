"""What keeping every night costs: size, time and memory, on a generated history. A report: nothing here passes or fails.

    python -m tests.bench_history [--nights N] [--rows N] [--store URL] [--measured FILE]

One sweep of the miniature internet is measured, a series of nights is made of it (tests/history/year.py says what of
them is real), and the commands are run on that, each in a process of its own. Writing does not wait for the disk
while the nights are made; everything that is timed afterwards does.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import DatabaseError

from checker.cli import main as checker
from checker.cli.keeping import Keeper
from checker.judging import cells_under
from checker.rulesets import RULESETS
from checker.store.archive import export_sweep
from checker.store.conclusion import conclude
from checker.store.history import rebuild
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from tests.history.year import NEW_RULES, OLD_RULES, Measured, Year, findings_of, read_measured
from tests.lab.apart import door, laboratory, start_options
from tests.lab.demo import RETEST_DELAY_S
from tests.peak_memory import peak_mib

SERIES = "domains"
RUN_WITHIN_S = 3600
MONTH = 30
SEED = 1
TABLES = ("rows", "certificates", "verdicts", "intervals", "changes", "sweeps", "judgements")


def measure(rows: int, directory: Path) -> Path:
    """Sweep so many generated rows into a store, judge them by both rulesets, and give the store's file."""
    os.environ["CHECKER_RETEST_DELAY"] = RETEST_DELAY_S
    output = f"--output={directory / 'site'}"
    with laboratory(f"generated:{rows}") as lab, _silence():
        code = checker(
            ["sweep", str(lab / "domains.csv"), output, "--quiet", *start_options(lab)],
            network_class=door(lab),
        )
        code = code or checker(["rejudge", output, f"--ruleset={OLD_RULES}", "--quiet"])
    if code:
        raise SystemExit(f"the miniature internet could not be measured (exit {code})")
    return directory / "checker.db"


def fill(store: Store, year: Year) -> list[float]:
    """Store the nights, and give the seconds that the end of each took: verdicts, history, brake."""
    seconds = []
    for number in range(year.nights):
        seconds.append(end(store, year, year.begin(store, number), number))
        if number % MONTH == MONTH - 1:
            print(f"  night {number + 1} of {year.nights}", file=sys.stderr, flush=True)
    return seconds


def end(store: Store, year: Year, sweep: StoredSweep, number: int) -> float:
    """Conclude a night that was measured, and note it as published; the seconds that the conclusion took."""
    judged = list(year.judged(number))
    begun = time.perf_counter()
    done = conclude(
        store,
        sweep,
        judged,
        now=sweep.started + timedelta(minutes=20),
        judge=cells_under,
        findings=findings_of(judged),
        letters=lambda _: (),
        brake_share=0.3,
    )
    seconds = time.perf_counter() - begun
    store.sweeps.update(replace(done.sweep, published=sweep.started + timedelta(minutes=21)))
    return seconds


@contextmanager
def without_waiting(address: str) -> Iterator[Store]:
    """A store that does not wait for the disk: a year in minutes, and its contents are the same."""
    with Store(address) as store:
        off = (
            "PRAGMA synchronous = OFF"
            if store.engine.dialect.name == "sqlite"
            else "SET synchronous_commit = off"
        )

        @event.listens_for(store.engine, "connect")
        def _hurry(connection: Any, _: object) -> None:
            cursor = connection.cursor()
            cursor.execute(off)
            connection.commit()
            cursor.close()

        store.engine.dispose()
        yield store


def sizes(store: Store) -> dict[str, int]:
    """Bytes by table with its indexes, and of all; empty where the database cannot tell."""
    if store.engine.dialect.name == "sqlite":
        one = "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name = :t)"
        whole = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    else:
        one = "SELECT pg_total_relation_size(CAST(:t AS text)::regclass)"
        whole = "SELECT pg_database_size(current_database())"
    try:
        with store.engine.connect().execution_options(reads_only=True) as connection:
            found = {
                table: int(connection.execute(text(one), {"t": table}).scalar() or 0) for table in TABLES
            }
            return found | {"all": int(connection.execute(text(whole)).scalar() or 0)}
    except DatabaseError:
        return {}


def commands(sweeps: list[StoredSweep], old_rules: StoredSweep, site: Path) -> dict[str, tuple[str, ...]]:
    """What an operator might type, by what the report calls it."""
    month_ago = sweeps[-1 - min(MONTH, (len(sweeps) - 1) // 2)]
    output = f"--output={site}"
    return {
        "diff, the night before": ("diff",),
        "diff, a month apart": ("diff", month_ago.id),
        "diff, other rules": ("diff", old_rules.id),
        "diff, a year apart": ("diff", sweeps[0].id),
        "rejudge": ("rejudge", f"--ruleset={OLD_RULES}"),
        "render": ("render", output),
        "render, other rules": ("render", f"--ruleset={OLD_RULES}", f"{output}-2017"),
        "render, a month old": ("render", month_ago.id, f"{output}-before"),
        "store list": ("store", "list"),
    }


def start(store: Store, year: Year) -> str:
    """What a sweep does with its store before its first row: begin, and what stood."""
    with Keeper(store, SERIES, year.rows) as keeper:
        keeper.begin(_now(year))
        stood = keeper.stood(NEW_RULES, RULESETS[NEW_RULES].version)
        keeper.stop("a benchmark")
        return f"{sum(bool(stood(row.code)) for row in year.rows)} rows with history"


def resume(store: Store, year: Year) -> str:
    """The same, where a sweep was cut short with all of its rows measured."""
    with Keeper(store, SERIES, year.rows, within=timedelta(hours=12)) as keeper:
        keeper.begin(_now(year))
        return f"{sum(1 for _ in keeper.seen())} rows taken up"


def one_more(store: Store, year: Year) -> str:
    """The end of one more night, waiting for the disk as always."""
    (sweep,) = store.sweeps.all(SERIES, State.RUNNING)
    return f"{end(store, year, sweep, year.nights):.1f} s without making its verdicts up"


def export(store: Store, year: Year) -> str:
    """The newest night's archive."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        done = export_sweep(store, store.sweeps.all(SERIES, State.FINISHED)[-1], Path(directory))
        return f"{done.path.stat().st_size / 1024:.0f} KiB"


def forget(store: Store, year: Year) -> str:
    """One night's observations, the oldest, with the certificates that nothing else refers to."""
    return f"{store.observations.forget(year.sweep(1).started)} observations"


def anew(store: Store, year: Year) -> str:
    """The history of the series from its first night."""
    with store.transaction() as connection:
        return f"{rebuild(store, SERIES, connection, judge=cells_under)} nights"


def _now(year: Year) -> StoredSweep:
    """The sweep that is begun an hour after the first night that comes."""
    sweep = year.sweep(year.nights)
    started = sweep.started + timedelta(hours=1)
    return replace(sweep, id=f"{started:%Y%m%dT%H%M%SZ}", started=started)


STEPS: dict[str, tuple[str, Callable[[Store, Year], str]]] = {
    "resume": ("start, one cut short", resume),
    "more": ("end of one more sweep", one_more),
    "start": ("start of a sweep", start),
    "export": ("archive of one night", export),
    "forget": ("forget one night", forget),
    "anew": ("history made anew", anew),
}


def timed(what: Callable[[], Any]) -> dict[str, Any]:
    """Seconds, and the most memory of this process, of one thing that it does."""
    begun, cpu = time.perf_counter(), time.process_time()
    said = what()
    return {
        "seconds": time.perf_counter() - begun,
        "cpu_s": time.process_time() - cpu,
        "peak_mib": peak_mib(),
        "said": said,
    }


def run_command(arguments: list[str]) -> dict[str, Any]:
    """A command of the checker, in this process."""
    with _silence():
        return timed(lambda: checker([*arguments, "--quiet"]))


def run_step(name: str, address: str, measured: Path, nights: int) -> dict[str, Any]:
    """One of STEPS, in this process."""
    with Store(str(measured), create=False) as base:
        year = _year(read_measured(base), nights)
    with Store(address, create=False) as store:
        return timed(lambda: STEPS[name][1](store, year))


def _year(measured: Measured, nights: int) -> Year:
    month = min(MONTH, (nights - 1) // 2)
    whole = (nights - 1, nights - 2, nights - 1 - month, nights // 2 - 1)
    return Year(measured, nights, whole=whole, seed=SEED)


@contextmanager
def _silence() -> Iterator[None]:
    with open(os.devnull, "w", encoding="utf-8") as nothing, redirect_stdout(nothing):  # noqa: PTH123 - no path
        yield


def _apart(*arguments: str) -> dict[str, Any]:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench_history", *arguments],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        timeout=RUN_WITHIN_S,
    )
    last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return last


def _line(name: str, measured: dict[str, Any]) -> str:
    said = measured["said"]
    told = f"  exit {said}" if isinstance(said, int) and said else f"  {said}" if said else ""
    cost = f"{measured['seconds']:>6.1f} s  {measured['cpu_s']:>6.1f} s CPU  peak {measured['peak_mib']:>4.0f} MiB"
    return f"  {name:<24} {cost}{told}"


def report(address: str, measured: Path, nights: int, work: Path) -> None:
    """Fill a store that is not there yet, or is empty, and print what everything costs."""
    with Store(str(measured), create=False) as base:
        year = _year(read_measured(base), nights)
    with without_waiting(address) as store:
        begun = time.perf_counter()
        ends = [] if store.sweeps.all() else fill(store, year)
        took = time.perf_counter() - begun
        found = sizes(store)
        sweeps = store.sweeps.all(SERIES, State.FINISHED)
        kind = store.engine.dialect.name
    rows = len(year.rows)
    print(f"{kind}: {nights} nights of {rows} rows, made in {took:.0f} s")
    if ends:
        print(
            f"  end of a sweep           {statistics.median(ends):>6.1f} s  the slowest {max(ends):.1f} s"
            f" (night {ends.index(max(ends)) + 1}; from {year.rules_changed + 1} on there were new rules)"
        )
    if found:
        per_row = found["all"] / nights / rows / 1024
        print(
            f"  size                     {found['all'] / 1024**2:.0f} MiB, {per_row:.1f} KiB a row and night"
        )
        by_table = ", ".join(f"{table} {found[table] / 1024**2:.1f}" for table in TABLES)
        print(f"    MiB by table           {by_table}")
    old_rules = sweeps[year.rules_changed - 1]
    os.environ["CHECKER_STORE"] = address  # may hold a password, which no command line takes
    for name, arguments in commands(sweeps, old_rules, work / "site").items():
        print(_line(name, _apart("--command", json.dumps(arguments))), flush=True)
    with without_waiting(address) as store:
        year.begin(store, nights)
    for step, (name, _) in STEPS.items():
        options = (f"--step={step}", f"--store={address}", f"--measured={measured}", f"--nights={nights}")
        print(_line(name, _apart(*options)), flush=True)


def main() -> None:
    """Make the history and print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_history", description=__doc__)
    parser.add_argument("--nights", type=int, default=30, help="nights to make, at least 4 (default 30)")
    parser.add_argument("--rows", type=int, default=600, help="rows a night (default 600)")
    parser.add_argument(
        "--store",
        help="a store that is not there, is empty, or has these nights; default a file that goes away",
    )
    parser.add_argument("--measured", type=Path, help="a store's file with a sweep to make nights of")
    parser.add_argument("--command", type=json.loads, help=argparse.SUPPRESS)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.command:
        print(json.dumps(run_command(given.command)))
    elif given.step:
        print(json.dumps(run_step(given.step, given.store, given.measured, given.nights)))
    else:
        with tempfile.TemporaryDirectory(prefix="bench-") as directory:
            work = Path(directory)
            measured = given.measured or measure(given.rows, work)
            report(given.store or str(work / "history.db"), measured, given.nights, work)


if __name__ == "__main__":
    main()
