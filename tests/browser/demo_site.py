"""The site of a demonstration: the 21 organisations of the 2017 study and some weeks of nights, with all that a publisher can set.

    python -m tests.browser.demo_site FOLDER

The miniature internet is swept once by the real command and judged by both rulesets; `tests.history.year` makes the nights
before of it, the older half by the rules of 2017. Cells that came and went, that could not be measured, evidence in full:
every page has something to show.
"""

import os
import sys
import tempfile
from pathlib import Path

from checker.cli import main as checker
from checker.store.store import Store
from tests.bench_history import fill
from tests.history.year import OLD_RULES, Year, read_measured
from tests.lab.apart import door, laboratory, start_options
from tests.lab.demo import RETEST_DELAY_S

NIGHTS = 16
SETTINGS = {
    "CHECKER_PUBLISHER": "Provmyndigheten",
    "CHECKER_PUBLISHER_URL": "https://myndigheten.example/",
    "CHECKER_CONTACT": "kollen@myndigheten.example",
    "CHECKER_BASE_URL": "https://kollen.example/",
}
COMMENTS = """code,indicator,finding,comment,author,date,lang
AB,https,,Certifikatet byts i nästa vecka.,Region Stockholm,2026-11-20,sv
AB,https,,The certificate will be replaced next week.,Region Stockholm,2026-11-20,en
M,,,Vi flyttar vår e-post under hösten.,,,sv
"""


def main(folder: Path) -> int:
    """Build it. 0: it stands there."""
    with tempfile.TemporaryDirectory(prefix="indikatorkollen-") as made:
        place = Path(made)
        comments = place / "comments.csv"
        comments.write_text(COMMENTS, encoding="utf-8")
        os.environ.update(SETTINGS, CHECKER_RETEST_DELAY=RETEST_DELAY_S, CHECKER_COMMENTS=str(comments))
        code = _measure(place)
        if code:
            return code
        nights = place / "nights.db"
        with Store(str(place / "measured.db")) as measured, Store(str(nights)) as store:
            fill(store, Year(read_measured(measured), NIGHTS, whole=(NIGHTS - 1,)))
        return checker(["render", f"--output={folder}", f"--store={nights}"])


def _measure(place: Path) -> int:
    """One sweep in a store, judged by the rules of today and of 2017."""
    options = (f"--output={place / 'site'}", f"--store={place / 'measured.db'}", "--quiet")
    with laboratory("table6") as lab:
        sweep = ["sweep", str(lab / "domains.csv"), *options, *start_options(lab)]
        code = checker(sweep, network_class=door(lab))
    return code or checker(["rejudge", *options, f"--ruleset={OLD_RULES}"])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
