"""`make demo`: replays the 2017 study against the miniature internet, compares it with Table 6, and shows it as a site.

Three sweeps are made: one of some time before, when a few servers behaved otherwise, that of the study, and one of some
time after. The site shows the study's; the others are in its history. The servers run in a process of their own, as they
would anywhere; the checker is the very command that sweeps the Internet, with the laboratory's door in place of the
network's. No Internet, no root.
"""

import argparse
import csv
import functools
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from checker.cli import main as checker
from checker.network.clock import Clock
from tests.lab.apart import door, laboratory, start_options

TABLE6 = Path(__file__).with_name("table6-2017.csv")
COLUMNS = ("starttls", "https", "dnssec", "www_ipv6", "mail_ipv6")
RETEST_DELAY_S = "0.3"
"""Long enough to be a second attempt, short enough to watch."""
EARLIER, STUDY, LATER = timedelta(days=8), timedelta(days=1), timedelta()
"""How long ago each sweep began, by its own account."""
PUBLISHER = {
    "CHECKER_BASE_URL": "https://indikatorer.example/",
    "CHECKER_PUBLISHER": "Exempelmyndigheten",
    "CHECKER_CONTACT": "indikatorer@myndighet.example",
    "CHECKER_SECURITY_CONTACTS": "mailto:cert@myndighet.example",
}
"""Who publishes the site, as settings: all that they bring is there to be seen."""


@dataclass(frozen=True, slots=True)
class BackdatedClock(Clock):
    """Validity goes by the real time, "started" and "finished" by another one."""

    begins: datetime = field(kw_only=True)

    def wall(self) -> datetime:
        """When the sweep says that it began."""
        return self.begins


def sweep(
    lab: Path, output: Path, ruleset: str, *, store: Path | None = None, ago: timedelta = LATER
) -> tuple[int, float]:
    """One `checker sweep` of the laboratory: exit code and seconds. Without `store` it is kept in the laboratory."""
    os.environ["CHECKER_RETEST_DELAY"] = RETEST_DELAY_S
    started = time.perf_counter()
    begins = datetime.now(UTC).replace(microsecond=0) - ago
    code = checker(
        [
            "sweep",
            str(lab / "domains.csv"),
            *start_options(lab),
            f"--ruleset={ruleset}",
            f"--output={output}",
            f"--store={store or lab / 'checker.db'}",
        ],
        network_class=functools.partial(door(lab), clock=BackdatedClock(begins=begins)),
    )
    return code, time.perf_counter() - started


def cells(path: Path) -> dict[str, dict[str, str]]:
    """The five cells of every row of a results file, by code."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: {column: row[column] for column in COLUMNS} for row in csv.DictReader(file)}


def differences(ours: dict[str, dict[str, str]], theirs: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    """The (code, column) pairs in which two tables differ."""
    return [
        (code, column) for code in theirs for column in COLUMNS if ours[code][column] != theirs[code][column]
    ]


def findings(output: Path, code: str, column: str) -> dict[str, str]:
    """What stands behind one cell in results.json, by message: its severity."""
    results = json.loads((output / "results.json").read_text(encoding="utf-8"))["results"]
    found = next(row for row in results if row["code"] == code)["indicators"][column]["findings"]
    return {finding["message"]: finding["severity"] for finding in found}


def reasons(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """The messages that came, or became graver; notes apart."""
    return [
        message for message, severity in now.items() if severity != "note" and before.get(message) != severity
    ]


def render(store: Path, sweep_id: str, output: Path, *arguments: str) -> int:
    """One `checker render` of a stored sweep; the exit code."""
    return checker(["render", sweep_id, f"--store={store}", f"--output={output}", *arguments])


def sweep_id(output: Path) -> str:
    """The sweep that a site shows."""
    shown: str = json.loads((output / "results.json").read_text(encoding="utf-8"))["sweep"]["id"]
    return shown


def _compare_rulesets(store: Path, of_2017: Path, output: Path) -> int:
    code = render(store, sweep_id(of_2017), output, "--ruleset=2026")
    if code:
        return code
    before, now = cells(of_2017 / "results.csv"), cells(output / "results.csv")
    changed = differences(now, before)
    print(
        f"\nWhat was seen, judged by the ruleset 2026: {len(changed)} cells differ. The page: {output / 'index.html'}"
    )
    for region, column in changed:
        print(f"  {region:<3} {column:<9} {before[region][column]} → {now[region][column]}")
        for message in reasons(findings(of_2017, region, column), findings(output, region, column)):
            print(f"        {message}")
    return 0


def _replay(output: Path, store: Path) -> tuple[int, float]:
    """The three sweeps, the site showing the study's; exit code, and the seconds that its sweep took."""
    taken = 0.0
    study = ""
    for scenario, ago in (("table6-earlier", EARLIER), ("table6", STUDY), ("table6-later", LATER)):
        print(f"\n{scenario}: a sweep of {ago.days} days ago, by its own account", flush=True)
        with laboratory(scenario) as lab:
            code, seconds = sweep(lab, output, "bilaga-a-2017", store=store, ago=ago)
        if code:
            return code, taken
        if scenario == "table6":
            taken, study = seconds, sweep_id(output)
    return render(store, study, output), taken


def main() -> int:
    """Replay, compare with Table 6 as printed, then show what the ruleset 2026 would say. 0: all cells equal."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("output/demo"), help="where the site goes")
    parser.add_argument(
        "--only-2017", action="store_true", help="leave the comparison with the ruleset 2026 out"
    )
    options = parser.parse_args()
    os.environ.update({name: value for name, value in PUBLISHER.items() if name not in os.environ})
    with tempfile.TemporaryDirectory(prefix="checker-demo-") as directory:
        store = Path(directory) / "checker.db"
        code, seconds = _replay(options.output, store)
        if code:
            return code
        ours, printed = cells(options.output / "results.csv"), cells(TABLE6)
        wrong = differences(ours, printed)
        for region, column in wrong:
            print(
                f"  {region:<3} {column:<9} printed {printed[region][column]!r}, measured {ours[region][column]!r}"
            )
        total = len(printed) * len(COLUMNS)
        print(
            f"\nTable 6 of the 2017 study: {total - len(wrong)} of {total} cells equal, sweep {seconds:.1f} s."
        )
        print(f"The page: {options.output / 'index.html'}")
        sys.stdout.flush()
        if wrong:
            return 1
        if options.only_2017:
            return 0
        return _compare_rulesets(store, options.output, Path(f"{options.output}-2026"))


if __name__ == "__main__":
    sys.exit(main())
