"""Which files a site's catalogue names, as datasets: the same data in several formats are one. Data alone."""

from dataclasses import dataclass

from checker.report.feeds import feed_path
from checker.report.words import LANGS, Lang
from checker.site.files import history_csv, workbook
from checker.site.material import Material
from checker.site.pages import N_
from checker.site.places import prefix

SCHEMA = "results.schema.json"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the site: its path, its media type (IANA), what it is, the language of its words and its schema's path.

    `title` and `text` are English, for the catalogues.
    """

    path: str
    media: str
    title: str
    text: str
    lang: Lang | None = None
    schema: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Data that several files tell alike. `of_all_time`: they begin with the first sweep, not with the newest."""

    name: str
    title: str
    text: str
    keywords: tuple[str, ...]
    files: tuple[File, ...]
    of_all_time: bool = False


def datasets(material: Material) -> tuple[Dataset, ...]:
    """The results, and with a past their history."""
    keywords = (
        "STARTTLS",
        "HTTPS",
        "DNSSEC",
        "IPv6",
        N_("e-mail"),
        N_("encryption"),
        N_("internet standards"),
    )
    results = Dataset(
        name="dataset",
        title=N_("STARTTLS, HTTPS, DNSSEC and IPv6 of public organisations"),
        text=N_(
            "For each organisation: whether mail can be delivered encrypted, whether the website is encrypted, whether the"
            " domain is signed, and whether both are reached over IPv6; measured from the outside, with the reasons. Each"
            " organisation also has a file of its own with all the evidence (organisation/CODE/resultat.json) and a small"
            " picture of its answers (organisation/CODE/badge.svg)."
        ),
        keywords=keywords,
        files=_results(),
    )
    past = _past(material)
    if not past:
        return (results,)
    history = Dataset(
        name="history",
        title=N_("History of STARTTLS, HTTPS, DNSSEC and IPv6 of public organisations"),
        text=N_("Since when each answer has stood, and what has changed."),
        keywords=keywords,
        files=past,
        of_all_time=True,
    )
    return (results, history)


def _results() -> tuple[File, ...]:
    sheets = tuple(
        File(
            path=prefix(lang) + workbook.PATH,
            media=_SHEET,
            title=N_("The table as a spreadsheet"),
            text=N_("The table, the faults and warnings behind it, and what the codes mean."),
            lang=lang,
        )
        for lang in LANGS
    )
    return (
        File(
            path="results.csv",
            media="text/csv",
            title=N_("The table"),
            text=N_("One line for each organisation with the five printed codes; UTF-8, RFC 4180."),
        ),
        File(
            path="results.json",
            media="application/json",
            title=N_("The table with the findings behind it"),
            text=N_("Every answer taken apart, the findings behind it, and what the sweep could measure."),
            schema=SCHEMA,
        ),
        *sheets,
    )


def _past(material: Material) -> tuple[File, ...]:
    found = []
    if material.past is not None:
        found.append(
            File(
                path=history_csv.PATH,
                media="text/csv",
                title=N_("Since when each answer has stood"),
                text=N_("One line for each time that an answer has stood; UTF-8, RFC 4180."),
            )
        )
    if material.feeds is not None:
        found.extend(
            File(
                path=feed_path(lang),
                media="application/atom+xml",
                title=N_("Changes as a feed"),
                text=N_("The newest changes of all organisations; each has a feed of its own besides."),
                lang=lang,
            )
            for lang in LANGS
        )
    return tuple(found)
