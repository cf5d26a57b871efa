"""The pages of the indicators: what each asks, its codes, how it stands over time, and every finding with what to do."""

from collections.abc import Iterator
from dataclasses import dataclass

from checker.report.code_screen import severities, without_values
from checker.report.model import COLUMNS
from checker.report.recipes import recipe
from checker.report.sentences import sentences
from checker.report.words import Lang, column_words, explain_words, finding_texts, labels
from checker.site.cells import legend
from checker.site.organisation_findings import recipe_markup
from checker.site.pages import Pages
from checker.site.places import AREAS, PAGE, RECIPES, TLS, TLS_AREAS, indicator_path
from checker.site.proportions import proportions
from checker.site.sources import SourcePart, source_parts
from checker.site.tiles import tile_maps

PATH = "indikator/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a finding is worth: `severity` is "" when nothing is said of it; `ruleset` is "" when all agree."""

    ruleset: str
    severity: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One finding code in words, its placeholders in angle brackets. `recipes` are (topic, title)."""

    code: str
    worth: tuple[Worth, ...]
    text: str
    why: str
    remedy: str
    recipes: tuple[tuple[str, str], ...]
    sources: tuple[SourcePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The findings of one word file under their heading; with `page` they are explained there."""

    name: str
    heading: str
    findings: tuple[Explained, ...]
    page: str = ""


def write(pages: Pages) -> None:
    """Write the list of the five, a page for each, and beside each one with its recipes."""
    _ = pages.gettext
    lang, material = pages.lang, pages.material
    asked = tuple(column for column in COLUMNS if column in material.sweep.columns)
    maps = {found.column: found for found in tile_maps(material.results(), lang, asked)}
    told = {sentence.column: sentence for sentence in sentences(pages.summary, lang)}
    pages.write("indicators", PATH, title=_("The five indicators"), sentences=told)
    for column in COLUMNS:
        label = column_words(lang)[column].label
        path = indicator_path(column)
        areas = tuple(_area(name, lang) for name in AREAS[column])
        elsewhere = tuple(_elsewhere(column, lang))
        pages.write(
            "indicator",
            path,
            title=label,
            column=column,
            words=column_words(lang)[column],
            sentence=told[column],
            legend=legend(column, lang),
            chart=proportions(pages.past, column, material.study, lang),
            map=maps.get(column),
            areas=areas,
            elsewhere=elsewhere,
        )
        topics = (
            topic
            for area in (*areas, *elsewhere)
            for finding in area.findings
            for topic, _title in finding.recipes
        )
        pages.write(
            "recipes",
            f"{path}{RECIPES}",
            title=_("%(column)s: step by step") % {"column": label},
            recipes=[recipe_markup(topic, lang) for topic in dict.fromkeys(topics)],
        )
    pages.write(
        "tls_findings",
        f"{indicator_path('https')}{TLS}",
        title=_("HTTPS: findings in TLS and certificates"),
        areas=tuple(_area(name, lang) for name in TLS_AREAS),
    )


def _area(name: str, lang: Lang, page: str = "", beginning: str = "") -> Area:
    codes = (code for code, text in finding_texts(lang).items() if text.area == name)
    return Area(
        name=name,
        heading=explain_words(lang)["areas"][name],
        findings=tuple(_explained(code, lang) for code in codes if code.startswith(beginning)),
        page=page,
    )


def _elsewhere(column: str, lang: Lang) -> Iterator[Area]:
    """What a column may find that is explained on another page: what it shares with another, and the TLS of websites."""
    match column:
        case "https":
            for name in TLS_AREAS:
                yield _area(name, lang, f"{TLS}{PAGE}")
        case "www_ipv6":
            yield _area("https", lang, f"../https/{PAGE}", "web_")
        case "mail_ipv6":
            yield _area("starttls", lang, f"../starttls/{PAGE}", "mail_")


def _explained(code: str, lang: Lang) -> Explained:
    text = finding_texts(lang)[code]
    return Explained(
        code=code,
        worth=tuple(_worth(code, lang)),
        text=without_values(text.text, lang),
        why=without_values(text.why, lang),
        remedy=without_values(text.remedy, lang),
        recipes=tuple((topic, recipe(topic).title[lang]) for topic in finding_texts("en")[code].recipes),
        sources=source_parts(code, lang),
    )


def _worth(code: str, lang: Lang) -> Iterator[Worth]:
    """Its severity, said once when every ruleset agrees."""
    found, words = severities(code), labels(lang)
    nothing = explain_words(lang)["labels"]["unreported"]
    if len(set(found.values())) == 1:
        found = {"": next(iter(found.values()))}
    for ruleset, severity in found.items():
        yield Worth(ruleset=ruleset, severity=severity or "", word=words[severity] if severity else nothing)
