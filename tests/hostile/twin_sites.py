"""A site swept twice from servers that say hostile phrases, or the same phrases tamed: everything that the checker then tells.

    python -m tests.hostile.twin_sites FOLDER

builds the hostile one for somebody to open in a browser.
"""

import csv
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hostile.phrases import HOSTILE, PAYLOADS, Voice, field, paragraph
from tests.hostile.phrasing_servers import PhrasingInternet, domain_of
from tests.lab.plan import mail_name, web_name
from tests.lab.scenario import Organisation
from tests.nightly.night_lab import Lab, Nights, serving

OPERATOR = "operator@kollen.example"
BASE = "https://kollen.example/tabell/"
SETTINGS = ("title", "publisher", "contact", "vantage", "accessibility_method")
"""Settings that are words of the publisher's."""
SPEAKS_IN_SETTINGS = "MARKUP"


class PhrasingNights(Nights):
    """Nights whose list says the phrases too."""

    say: Voice

    def write_list(self, organisations: Sequence[Organisation], name: str = "domains.csv") -> Path:
        path = self.place / name
        with path.open("w", encoding="utf-8", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow(("code", "region", "domain", "web_host", "mail_domain", "group", "contact"))
            for one in organisations:
                code = one.code
                group, contact = (field(self.say(code, place)) for place in ("group", "contact"))
                region = field(self.say(code, "region"))
                recipient = f"{contact[:60]} post@{domain_of(code)}"
                rows.writerow((code, region, one.domain, web_name(one), mail_name(one), group, recipient))
        return path


@dataclass(kw_only=True)
class Published:
    """One place where two nights have been: its site, and what was said on the way is in `nights`."""

    nights: PhrasingNights
    labs: list[Lab]

    @property
    def site(self) -> Path:
        return self.nights.site


@contextmanager
def published(place: Path, say: Voice, more: str = "") -> Iterator[Published]:
    """Sweep twice, as `checker sweep` does, with settings of our own (`more` lines of them); the second lab runs for the block.

    The current directory must be `place`.
    """
    _write_settings(place, say, more)
    nights = PhrasingNights(place=place)
    nights.say = say
    with serving(PhrasingInternet(say, later=False), directory=place / "lab1") as lab:
        assert nights.sweep(lab, 1, "--no-retest", "--verbose") == 0
    with serving(PhrasingInternet(say, later=True), directory=place / "lab2") as later:
        assert nights.sweep(later, 2, "--verbose", "--brake=1") == 0
        yield Published(nights=nights, labs=[lab, later])


def _write_settings(place: Path, say: Voice, more: str) -> None:
    words: dict[str, Any] = {
        name: "".join(filter(str.isprintable, say(SPEAKS_IN_SETTINGS, name.replace("_", ""))))
        for name in SETTINGS
    }
    words["contact"] = f"{words['contact'].replace(' ', '')}@kollen.example"
    words["accessibility_shortcomings"] = [words["accessibility_method"], words["title"]]
    words |= {
        "base_url": BASE,
        "comments": "comments.csv",
        "retest_delay": 0,
        "mail_spacing": 0,
        "lang": "sv",
    }
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in words.items()]
    (place / "checker.toml").write_text("\n".join([*lines, more, ""]), encoding="utf-8")
    with (place / "comments.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("code", "indicator", "finding", "comment", "author", "lang"))
        for code in PAYLOADS:
            comment, author = (paragraph(say(code, place)) for place in ("comment", "author"))
            rows.writerow((code, "", "", comment, author, "sv"))
            rows.writerow((code, "https", "", comment, author, "en"))
            rows.writerow((code, "starttls", "starttls_not_offered", comment, author, "sv"))


def main(folder: Path) -> int:
    """Build the hostile site and leave it there."""
    for name in [name for name in os.environ if name.startswith("CHECKER_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="indikatorkollen-") as made:
        os.chdir(made)
        with published(Path(made), HOSTILE) as done:
            shutil.copytree(done.site, folder)
        os.chdir("/")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
