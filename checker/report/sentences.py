"""The summary in words: one figure and its sentence for each column (section 7.1 of the report). Never counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from checker.report.model import ColumnSummary, Summary
from checker.report.words import Lang, column_words, sentence_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One column's figures in words; `str()` is the whole sentence.

    `figure` (n of N, empty when nobody was measured) begins the sentence that `text` ends; `beside` says who is no
    part of it.
    """

    column: str
    label: str
    figure: str
    text: str
    beside: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.figure, self.text, self.beside)))


def sentences(summary: Summary, lang: Lang = "sv") -> tuple[Sentence, ...]:
    """The five sentences, in page order."""
    return tuple(_sentence(column, lang) for column in summary.columns)


def number(figure: int, lang: Lang = "sv") -> str:
    """A count with thousands apart: no-break space in Swedish, comma in English."""
    return f"{figure:,}".replace(",", "\u00a0") if lang == "sv" else f"{figure:,}"


def joined(parts: Sequence[str], lang: Lang = "sv") -> str:
    """A list as it is written in a sentence: commas, and a word before the last."""
    *first, last = parts
    return f"{', '.join(first)} {sentence_words(lang)['joining']['and']} {last}" if first else last


def _sentence(column: ColumnSummary, lang: Lang) -> Sentence:
    words = sentence_words(lang)
    phrases, joining = words[column.column], words["joining"]
    beside = [
        phrases[f"beside_{name}"].format(n=number(count, lang))
        for name, count in column.details
        if count and f"beside_{name}" in phrases
    ]
    if column.not_measured:
        beside.append(joining["not_measured"].format(n=number(column.not_measured, lang)))
    if column.not_applicable:
        beside.append(joining["not_applicable"].format(n=number(column.not_applicable, lang)))
    return Sentence(
        column=column.column,
        label=column_words(lang)[column.column].label,
        figure=_figure(column, lang),
        text=_text(column, lang),
        beside=" ".join(beside),
    )


def _figure(column: ColumnSummary, lang: Lang) -> str:
    if not column.measured:
        return ""
    pattern = sentence_words(lang)["joining"]["figure"]
    return pattern.format(yes=number(column.yes, lang), measured=number(column.measured, lang))


def _text(column: ColumnSummary, lang: Lang) -> str:
    words = sentence_words(lang)
    phrases, joining = words[column.column], words["joining"]
    if not column.measured:
        return joining["not_asked" if column.not_asked else "nobody"]
    parts = [
        phrases[name].format(n=number(count, lang))
        for name, count in column.details
        if count and name in phrases
    ]
    if not parts:
        return f"{phrases['yes']}."
    return f"{phrases['yes']}, {joining['of_those']} {joined(parts, lang)}."
