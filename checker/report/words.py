"""The words of findings and cells. Never trusts a value that a server sent.

Findings have theirs in `checker/words/<lang>/*.toml`; cells, summary and labels in `checker/words/<lang>/table/`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from checker.report.dates import moment_in_words
from checker.verdict import Finding, Verdict

Lang = Literal["sv", "en"]
LANGS: tuple[Lang, ...] = ("sv", "en")

VALUE_LIMIT = 200
"""Characters of one value inside a text; long enough to recognise it by."""
SUBJECT_LIMIT = 260
"""Room for any DNS name (253 characters) with a port."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_PLAIN = re.compile(r"[ -~¡-¬®-ʯ–—…]*")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHORT_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingText:
    """The texts of one finding code: what was seen, why it matters, what to do about it.

    `area` is the file that has them. The topics of `recipes` stand in English only, and so does a `source` (where it is
    specified) that says the same in every language; `source_of` finds it.
    """

    text: str
    why: str
    remedy: str
    source: str = ""
    recipes: tuple[str, ...] = ()
    area: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnWords:
    """The words of one column: its heading, the question it answers, what it is asked of, and every printed code."""

    label: str
    question: str
    why: str
    codes: Mapping[str, str]


def visible(text: str, limit: int = VALUE_LIMIT) -> str:
    r"""Foreign text made safe to show: one line, nothing hidden, at most `limit` characters, cut with `…`.

    Control and format characters (escape sequences, bidirectional overrides, zero-width characters), line breaks,
    surrogates and unassigned characters become escapes such as `\n`, `\x1b` or `\u202e`.
    """
    cut = text[: limit + 1]
    shown = cut if _PLAIN.fullmatch(cut) else "".join(map(_visible_character, cut))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN_CATEGORIES:
        return character
    number = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _folder(lang: Lang) -> Traversable:
    return files("checker") / "words" / lang


def _table_words(lang: Lang, name: str) -> dict[str, dict[str, object]]:
    return tomllib.loads((_folder(lang) / "table" / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=len(LANGS))
def finding_texts(lang: Lang) -> Mapping[str, FindingText]:
    """Every finding code's texts in one language; ValueError when two files claim the same code."""
    texts: dict[str, FindingText] = {}
    for source in sorted(_folder(lang).iterdir(), key=lambda entry: entry.name):
        if not source.name.endswith(".toml"):
            continue
        for code, entry in tomllib.loads(source.read_text(encoding="utf-8")).items():
            if code in texts:
                raise ValueError(f"{lang}/{source.name}: {code} has texts in another file already")
            texts[code] = _finding_text(source.name.removesuffix(".toml"), entry)
    return texts


def _finding_text(area: str, entry: Mapping[str, object]) -> FindingText:
    topics = entry.get("recipes", [])
    if not isinstance(topics, list):
        raise TypeError(f"{area}: recipes is a list of topics")
    texts = {name: str(text).strip() for name, text in entry.items() if name != "recipes"}
    return FindingText(area=area, recipes=tuple(map(str, topics)), **texts)


@lru_cache(maxsize=len(LANGS))
def column_words(lang: Lang) -> Mapping[str, ColumnWords]:
    """The words of the five columns in one language, in page order."""
    return {
        name: ColumnWords(
            label=str(entry["label"]),
            question=str(entry["question"]),
            why=str(entry["why"]),
            codes={code: str(text) for code, text in _table(entry["codes"]).items()},
        )
        for name, entry in _table_words(lang, "cells").items()
    }


@lru_cache(maxsize=len(LANGS))
def sentence_words(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """The phrases that summaries are put together of, by section."""
    return {
        section: {name: str(text) for name, text in entry.items()}
        for section, entry in _table_words(lang, "summary").items()
    }


@lru_cache(maxsize=len(LANGS))
def labels(lang: Lang) -> Mapping[str, str]:
    """Short words used on screen and page: severities, headings of fields."""
    return {name: str(text) for name, text in _table_words(lang, "labels")["labels"].items()}


def _table(entry: object) -> dict[str, object]:
    if not isinstance(entry, dict):
        raise TypeError("a table of printed codes was expected")
    return entry


@lru_cache(maxsize=len(LANGS))
def closed_words(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """Words for values of closed vocabularies: `values` of a `detail`, `reasons` for the code behind a finding."""
    return {
        section: {name: str(text) for name, text in entry.items()}
        for section, entry in _table_words(lang, "values").items()
    }


@lru_cache(maxsize=len(LANGS))
def chain_words(lang: Lang) -> Mapping[str, str]:
    """The phrases that an authentication chain is told in."""
    return {name: str(text) for name, text in _table_words(lang, "chain")["chain"].items()}


@lru_cache(maxsize=len(LANGS))
def details_words(lang: Lang) -> Mapping[str, str]:
    """The words that the evidence behind web and mail columns is told in."""
    return {name: str(text) for name, text in _table_words(lang, "details")["details"].items()}


@lru_cache(maxsize=len(LANGS))
def explain_words(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """What codes are explained in: `labels` of the parts, `areas` of the finding codes in the order of a list, `placeholders`."""
    return {
        section: {name: str(text) for name, text in entry.items()}
        for section, entry in _table_words(lang, "explain").items()
    }


@lru_cache(maxsize=len(LANGS))
def notice_words(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """The phrases of mails about what has changed, by section."""
    return {
        section: {name: str(text) for name, text in entry.items()}
        for section, entry in _table_words(lang, "notices").items()
    }


@lru_cache(maxsize=len(LANGS))
def feed_words(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """What the Atom feeds say, by section."""
    return {
        section: {name: str(text) for name, text in entry.items()}
        for section, entry in _table_words(lang, "feeds").items()
    }


def placeholders(text: str) -> frozenset[str]:
    """The names that a text wants filled in."""
    return frozenset(_PLACEHOLDER.findall(text))


def message(finding: Finding, lang: Lang = "sv") -> str:
    """What was found, in one language. A code without text shows as itself, an unknown placeholder stays."""
    text = finding_texts(lang).get(finding.code)
    return fill(text.text, finding, lang) if text else finding.code


def remedy(finding: Finding, lang: Lang = "sv") -> str:
    """What to do about it; empty when nothing needs doing."""
    text = finding_texts(lang).get(finding.code)
    return fill(text.remedy, finding, lang) if text else ""


def source_of(code: str, lang: Lang = "sv") -> tuple[str, Lang]:
    """Where a code is specified, and the language that this is said in: English unless the language has its own."""
    own = finding_texts(lang)[code].source
    return (own, lang) if own else (finding_texts("en")[code].source, "en")


def fill(text: str, finding: Finding, lang: Lang = "sv") -> str:
    """Put the finding's subject and values into a text; each value made visible and short, never parsed again.

    A `detail` or `reason` out of a closed vocabulary is said in the language's own words, and so is a moment.
    """
    words = closed_words(lang)
    closed = {"detail": words["values"], "reason": words["reasons"]}
    values = {
        name: visible(moment_in_words(closed.get(name, {}).get(value, value), lang))
        for name, value in finding.params
    }
    values["subject"] = visible(finding.subject, SUBJECT_LIMIT)
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def spelled_out(verdict: Verdict | None, lang: Lang = "sv") -> str:
    """What a cell says, as a sentence; a pair one sentence for each domain."""
    if verdict is None:
        return labels(lang)["not_asked"]
    words = column_words(lang).get(verdict.indicator)
    codes: Mapping[str, str] = words.codes if words else {}
    if not verdict.parts:
        return codes.get(verdict.cell, verdict.cell)
    printed = verdict.cell.split("/")
    return " ".join(
        f"{visible(part.subject, SUBJECT_LIMIT)}: {codes.get(code, code)}"
        for part, code in zip(verdict.parts, printed, strict=True)
    )
