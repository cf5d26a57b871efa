"""`make demo`: replays the 2017 study against the miniature internet and compares it with Table 6, cell by cell.

The servers run in a process of their own, as they would anywhere; the checker is the very command that sweeps the
Internet, with the laboratory's door in place of the network's. No Internet, no root.
"""

import argparse
import csv
import json
import os
import sys
import time
from pathlib import Path

from checker.cli import main as checker
from tests.lab.apart import door, laboratory, start_options

TABLE6 = Path(__file__).with_name("table6-2017.csv")
COLUMNS = ("starttls", "https", "dnssec", "www_ipv6", "mail_ipv6")
RETEST_DELAY_S = "0.3"
"""Long enough to be a second attempt, short enough to watch."""


def sweep(lab: Path, output: Path, ruleset: str) -> tuple[int, float]:
    """One `checker sweep` of the laboratory: exit code and seconds. It is kept in the laboratory, beside nothing real."""
    os.environ["CHECKER_RETEST_DELAY"] = RETEST_DELAY_S
    started = time.perf_counter()
    code = checker(
        [
            "sweep",
            str(lab / "domains.csv"),
            *start_options(lab),
            f"--ruleset={ruleset}",
            f"--output={output}",
            f"--store={lab / 'checker.db'}",
        ],
        network_class=door(lab),
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


def _compare_rulesets(lab: Path, of_2017: Path, output: Path) -> int:
    code, seconds = sweep(lab, output, "2026")
    if code:
        return code
    before, now = cells(of_2017 / "results.csv"), cells(output / "results.csv")
    changed = differences(now, before)
    print(f"\nThe same servers under the ruleset 2026 ({seconds:.1f} s): {len(changed)} cells differ.")
    for region, column in changed:
        print(f"  {region:<3} {column:<9} {before[region][column]} → {now[region][column]}")
        for message in reasons(findings(of_2017, region, column), findings(output, region, column)):
            print(f"        {message}")
    return 0


def main() -> int:
    """Sweep, compare with Table 6 as printed, then show what the ruleset 2026 would say. 0: all cells equal."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("output/demo"), help="where the site goes")
    parser.add_argument(
        "--only-2017", action="store_true", help="leave the comparison with the ruleset 2026 out"
    )
    options = parser.parse_args()
    with laboratory("table6") as lab:
        code, seconds = sweep(lab, options.output, "bilaga-a-2017")
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
        return (
            0 if options.only_2017 else _compare_rulesets(lab, options.output, Path(f"{options.output}-2026"))
        )


if __name__ == "__main__":
    sys.exit(main())
