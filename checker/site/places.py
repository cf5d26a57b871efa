"""Where pages stand and how they link to each other. Pure.

Swedish at the top, English below `en/`, with the same path names. Links inside the site are relative and name
`index.html`: the site works below any address, and opened as a file.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from checker.observations.row import is_code
from checker.report.dates import stockholm_day
from checker.report.model import SweepInfo
from checker.report.words import Lang

PAGE = "index.html"

RECIPES = "atgarder/"
"""The folder of a column's recipes, below its page."""

SHARED_AREA = "common"
"""The word file whose findings any column may have."""

TLS = "tls/"
"""The folder of what is found in the TLS of websites, below the page of HTTPS: too much for one page."""

AREAS = {
    "starttls": ("starttls", SHARED_AREA),
    "https": ("https", "bare_domain", SHARED_AREA),
    "dnssec": ("dnssec", SHARED_AREA),
    "www_ipv6": ("www_ipv6", SHARED_AREA),
    "mail_ipv6": ("mail_ipv6", SHARED_AREA),
}
"""The word files whose findings are explained in full on a column's page, in the order of the page."""
TLS_AREAS = ("tls", "certificate")
"""The word files of that folder."""


@dataclass(frozen=True, slots=True)
class Place:
    """One page in one language: `path` is its folder below the start page of the language, "" or "organisation/AB/"."""

    lang: Lang
    path: str

    @property
    def folder(self) -> str:
        """Its folder below the site's top."""
        return f"{prefix(self.lang)}{self.path}"

    @property
    def root(self) -> str:
        """From the page to the folder of its language's start page, "" or ending with a slash."""
        return "../" * self.path.count("/")

    @property
    def top(self) -> str:
        """From the page to the site's top, "" or ending with a slash."""
        return "../" * self.folder.count("/")

    def in_language(self, lang: Lang) -> str:
        """From the page to the same page in another language."""
        return f"{self.top}{prefix(lang)}{self.path}{PAGE}"


def prefix(lang: Lang) -> str:
    """The folder of a language's start page below the site's top."""
    return "" if lang == "sv" else f"{lang}/"


def organisation_path(code: str) -> str:
    """The folder of one organisation's page. Raises ValueError for what is no code: it must not lead elsewhere."""
    if not is_code(code):
        raise ValueError(f"no folder is called {code[:64]!a}")
    return f"organisation/{code}/"


def indicator_path(column: str) -> str:
    """The folder of one indicator's page."""
    return f"indikator/{column}/"


def sweep_path(slug: str) -> str:
    """The folder of one sweep's page."""
    return f"svep/{slug}/"


def sweep_slugs(sweeps: Iterable[SweepInfo]) -> dict[str, str]:
    """Sweep id → the name of its folder: the day in Stockholm, with a number from the second sweep of a day on.

    The sweeps come oldest first: what came before keeps its name.
    """
    slugs: dict[str, str] = {}
    taken: dict[str, int] = {}
    for sweep in sweeps:
        day = stockholm_day(sweep.started)
        taken[day] = taken.get(day, 0) + 1
        slugs[sweep.id] = day if taken[day] == 1 else f"{day}-{taken[day]}"
    return slugs
