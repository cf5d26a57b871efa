"""Findings as an organisation's page shows them: what was seen, why it matters, what to do, and where that is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from markupsafe import Markup

from checker.report.model import worst_first
from checker.report.recipes import recipe
from checker.report.words import Lang, fill, finding_texts, labels, message, remedy
from checker.site.environment import environment
from checker.site.organisation_comments import CommentText
from checker.site.places import AREAS, PAGE, RECIPES, SHARED_AREA, TLS, TLS_AREAS, indicator_path
from checker.site.sources import SourcePart, source_parts
from checker.verdict import Finding, Severity

_PAGES_OF = {
    area: (column, "") for column, areas in AREAS.items() for area in areas if area != SHARED_AREA
} | dict.fromkeys(TLS_AREAS, ("https", TLS))
"""Where the codes of a word file are explained: the column and the folder below its page. Others: wherever they are found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareText:
    """What to do in one program. `document` is what the address `source` leads to."""

    name: str
    text: str
    example: str
    source: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeText:
    """A recipe in one language."""

    topic: str
    title: str
    text: str
    software: tuple[SoftwareText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeLink:
    """A recipe that goes with a finding: in full the first time on a page, else where it stands.

    `whole` is its markup; else `href` leads to it, from the folder of the start page unless it begins with "#".
    """

    topic: str
    title: str
    href: str = ""
    whole: Markup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCard:
    """All findings of one code in one column. `anchor` is its id on the page; `whys` and `remedies` say each thing once.

    `explained` is where the code is explained, from the folder of the start page.
    """

    anchor: str
    code: str
    severity: str
    severity_word: str
    explained: str
    messages: tuple[str, ...]
    whys: tuple[str, ...]
    remedies: tuple[str, ...]
    sources: tuple[SourcePart, ...]
    recipes: tuple[RecipeLink, ...]
    comments: tuple[CommentText, ...]


class FindingCards:
    """Makes the cards of one page: a recipe that several findings need is shown in full under the first."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._shown: set[str] = set()

    def of(
        self, column: str, findings: tuple[Finding, ...], comments: Mapping[str, tuple[CommentText, ...]]
    ) -> tuple[FindingCard, ...]:
        """The cards of one column, the worst first; `comments` are those on a finding, by its code."""
        alike: dict[tuple[str, Severity], list[Finding]] = {}
        for finding in worst_first(findings):
            alike.setdefault((finding.code, finding.severity), []).append(finding)
        seen: set[str] = set()
        cards = []
        for (code, _), several in alike.items():
            said = () if code in seen else comments.get(code, ())
            cards.append(self._card(column, several, said, again=code in seen))
            seen.add(code)
        return tuple(cards)

    def _card(
        self, column: str, findings: Sequence[Finding], comments: tuple[CommentText, ...], *, again: bool
    ) -> FindingCard:
        lang, code, severity = self._lang, findings[0].code, findings[0].severity
        text = finding_texts(lang).get(code)
        pages = _PAGES_OF.get(text.area if text else "", (column, ""))
        why = text.why if text else ""
        return FindingCard(
            anchor=f"{column}-{code}-{severity.value}" if again else f"{column}-{code}",
            code=code,
            severity=severity.value,
            severity_word=labels(lang)[severity.value],
            explained=f"{indicator_path(pages[0])}{pages[1]}{PAGE}#{code}",
            messages=_once(message(finding, lang) for finding in findings),
            whys=_once(fill(why, finding, lang) for finding in findings) if why else (),
            remedies=_once(remedy(finding, lang) for finding in findings),
            sources=source_parts(code, lang) if text else (),
            recipes=tuple(self._recipe(topic, severity, pages[0]) for topic in _topics(code)),
            comments=comments,
        )

    def _recipe(self, topic: str, severity: Severity, column: str) -> RecipeLink:
        title = recipe(topic).title[self._lang]
        if topic in self._shown:
            return RecipeLink(topic=topic, title=title, href=f"#recipe-{topic}")
        if severity is Severity.NOTE:
            page = f"{indicator_path(column)}{RECIPES}{PAGE}"
            return RecipeLink(topic=topic, title=title, href=f"{page}#recipe-{topic}")
        self._shown.add(topic)
        return RecipeLink(topic=topic, title=title, whole=recipe_markup(topic, self._lang))


@lru_cache(maxsize=256)
def recipe_markup(topic: str, lang: Lang) -> Markup:
    """One recipe as markup, put together once: hundreds of pages have it."""
    macros: Any = environment(lang).get_template("macros/recipe.html").module
    return cast("Markup", macros.recipe_details(_recipe_text(topic, lang)))


def _recipe_text(topic: str, lang: Lang) -> RecipeText:
    found = recipe(topic)
    return RecipeText(
        topic=topic,
        title=found.title[lang],
        text=found.text[lang],
        software=tuple(
            SoftwareText(
                name=one.name[lang],
                text=one.text[lang],
                example=one.example,
                source=one.source,
                document=one.document[lang],
            )
            for one in found.software
        ),
    )


def _topics(code: str) -> tuple[str, ...]:
    """The topics stand in the English texts only."""
    text = finding_texts("en").get(code)
    return text.recipes if text else ()


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text once, in order, the empty ones left out."""
    return tuple(dict.fromkeys(filter(None, texts)))
