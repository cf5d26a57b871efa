"""What printed codes and finding codes mean, as plain text for a terminal. Returns lines and never prints."""

import textwrap
from collections.abc import Iterable, Iterator

from checker.report.recipes import Recipe, recipes_of
from checker.report.words import Lang, column_words, explain_words, finding_texts, labels, source_of
from checker.rulesets import RULESETS

WIDTH = 80
PAIR = "X/Y"
"""How the list of codes writes a cell of two domains."""
PAIR_COLUMN = "dnssec"
"""The one column that has such cells."""


def all_codes() -> tuple[str, ...]:
    """Every code that can be explained: the printed ones of every column, then the findings by area."""
    printed = dict.fromkeys(code for words in column_words("en").values() for code in words.codes)
    return (*printed, *(code for codes in _by_area("en").values() for code in codes))


def code_lines(code: str, *, lang: Lang = "sv", width: int = WIDTH) -> tuple[str, ...]:
    """What a printed code (in every column that has it), a pair such as `Nej/Ja` or a finding code means; else empty."""
    if code in finding_texts(lang):
        return tuple(_finding(code, lang, width))
    return tuple(_pair(code, lang, width) if is_pair(code) else _printed(code, lang, width))


def is_pair(code: str) -> bool:
    """Whether this is a cell of two domains, such as `Nej/Ja`."""
    halves, codes = code.split("/"), column_words("en")[PAIR_COLUMN].codes
    return len(halves) == len(("web", "mail")) and all(half in codes for half in halves)


def list_lines(*, lang: Lang = "sv", width: int = WIDTH) -> Iterator[str]:
    """Every code, one line each: the printed ones by column, the findings by area."""
    words = explain_words(lang)
    yield words["labels"]["printed"]
    columns = column_words(lang).values()
    room = max(len(code) for column in columns for code in column.codes)
    for column in columns:
        yield f"  {column.label}"
        yield from _listed(column.codes.items(), room, width)
    yield ""
    yield words["labels"]["findings"]
    texts = finding_texts(lang)
    for area, codes in _by_area(lang).items():
        yield f"  {words['areas'][area]}"
        told = [(code, without_values(texts[code].text, lang)) for code in codes]
        yield from _listed(told, max(map(len, codes)), width)


def without_values(text: str, lang: Lang) -> str:
    """A text with words in angle brackets for its placeholders: it is about the code, not about one finding."""
    return text.format_map({name: f"<{word}>" for name, word in explain_words(lang)["placeholders"].items()})


def severities(code: str) -> dict[str, str | None]:
    """What a finding code is worth under each ruleset; None where the ruleset says nothing of it."""
    return {
        name: severity.value if (severity := ruleset.severities.get(code)) else None
        for name, ruleset in RULESETS.items()
    }


def _by_area(lang: Lang) -> dict[str, list[str]]:
    areas: dict[str, list[str]] = {area: [] for area in explain_words(lang)["areas"]}
    for code, text in finding_texts(lang).items():
        areas[text.area].append(code)
    return areas


def _listed(codes: Iterable[tuple[str, str]], room: int, width: int) -> Iterator[str]:
    for code, text in codes:
        line = f"    {code:<{room}}  {text}"
        yield line if len(line) <= width else f"{line[: width - 1].rstrip()}…"


def _printed(code: str, lang: Lang, width: int) -> Iterator[str]:
    for words in column_words(lang).values():
        if meaning := words.codes.get(code):
            yield f"{words.label}: {code}"
            yield from _wrapped(meaning, width, "  ")
            yield from _wrapped(words.why, width, "  ")


def _pair(code: str, lang: Lang, width: int) -> Iterator[str]:
    """The cell of two domains, and what each half says."""
    words = column_words(lang)[PAIR_COLUMN]
    yield f"{words.label}: {code}"
    yield from _wrapped(words.codes[PAIR], width, "  ")
    for half in dict.fromkeys(code.split("/")):
        yield from _wrapped(f"{half}: {words.codes[half]}", width, "  ")
    yield from _wrapped(words.why, width, "  ")


def _finding(code: str, lang: Lang, width: int) -> Iterator[str]:
    text, words = finding_texts(lang)[code], explain_words(lang)["labels"]
    yield code
    yield from _wrapped(_worth(code, lang), width, "  ")
    yield ""
    yield from _wrapped(without_values(text.text, lang), width, "")
    if text.why:
        yield ""
        yield from _wrapped(f"{words['why']}: {without_values(text.why, lang)}", width, "")
    if text.remedy:
        yield ""
        yield from _wrapped(f"{words['remedy']}: {without_values(text.remedy, lang)}", width, "")
    for recipe in recipes_of(code):
        yield ""
        yield from _recipe(recipe, lang, width)
    yield ""
    yield from _wrapped(f"{words['source']}: {source_of(code, lang)[0]}", width, "")


def _worth(code: str, lang: Lang) -> str:
    """Its severity, said once when every ruleset agrees."""
    words, nothing = labels(lang), explain_words(lang)["labels"]["unreported"]
    worth = {name: words[value] if value else nothing for name, value in severities(code).items()}
    if len(set(worth.values())) == 1:
        return next(iter(worth.values()))
    return ", ".join(f"{severity} ({words['ruleset'].lower()} {name})" for name, severity in worth.items())


def _recipe(recipe: Recipe, lang: Lang, width: int) -> Iterator[str]:
    words = explain_words(lang)["labels"]
    yield from _wrapped(f"{words['recipe']}: {recipe.title[lang]}", width, "")
    yield from _wrapped(recipe.text[lang], width, "  ")
    for software in recipe.software:
        yield ""
        yield f"  {software.name[lang]}"
        yield from _wrapped(software.text[lang], width, "    ")
        # as it is to be typed: never wrapped
        yield from (f"      {line}".rstrip() for line in software.example.splitlines())
        yield f"    {words['source']}: {software.source}"


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, 20),
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )
