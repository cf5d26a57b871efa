"""Step-by-step recipes for common server software, which remedies of findings refer to. Reads its own files only.

One file a topic, `checker/words/recipes/<topic>.toml`: titles and texts in every language, then the software.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from checker.report.words import LANGS, Lang, finding_texts

_SECTION = frozenset({"title", "text"})
_SOFTWARE = frozenset({"name", "example", "source", *LANGS})
_DOCUMENT = frozenset({"document"})
"""Left out where the source is the program's own manual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareSteps:
    """What to do in one program or with one provider: a text, an example in its own syntax (may be empty), a source.

    `source` is an address; `document` is what it leads to: the name again unless its entry says otherwise.
    """

    name: Mapping[Lang, str]
    text: Mapping[Lang, str]
    example: str
    source: str
    document: Mapping[Lang, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How something is put right, for every common program of its field."""

    topic: str
    title: Mapping[Lang, str]
    text: Mapping[Lang, str]
    software: tuple[SoftwareSteps, ...]


def recipe_topics() -> tuple[str, ...]:
    """Every topic that has a recipe, by name."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def recipe(topic: str) -> Recipe:
    """The recipe of one topic. FileNotFoundError when there is none, ValueError when its file is not as it should be."""
    path = _folder() / f"{topic}.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    _exactly(topic, data, frozenset({"software", *LANGS}))
    for lang in LANGS:
        _exactly(f"{topic}, {lang}", data[lang], _SECTION)
    return Recipe(
        topic=topic,
        title=MappingProxyType({lang: str(data[lang]["title"]).strip() for lang in LANGS}),
        text=MappingProxyType({lang: str(data[lang]["text"]).strip() for lang in LANGS}),
        software=tuple(_software(topic, entry) for entry in data["software"]),
    )


def recipes_of(code: str) -> tuple[Recipe, ...]:
    """The recipes that go with a finding code, in the order of its entry; none for a code without texts."""
    text = finding_texts("en").get(code)
    return tuple(recipe(topic) for topic in text.recipes) if text else ()


def _software(topic: str, entry: Mapping[str, object]) -> SoftwareSteps:
    where = f"{topic}, {entry.get('name')}"
    _exactly(where, entry, _SOFTWARE | (entry.keys() & _DOCUMENT))
    return SoftwareSteps(
        name=_in_every_language(where, entry["name"]),
        text=MappingProxyType({lang: str(entry[lang]).strip() for lang in LANGS}),
        example=str(entry["example"]).strip("\n"),
        source=str(entry["source"]).strip(),
        document=_in_every_language(where, entry.get("document", entry["name"])),
    )


def _in_every_language(where: str, said: object) -> Mapping[Lang, str]:
    """A text that is the same in every language, or a table of one for each."""
    if not isinstance(said, dict):
        return MappingProxyType({lang: str(said).strip() for lang in LANGS})
    _exactly(where, said, frozenset(LANGS))
    return MappingProxyType({lang: str(said[lang]).strip() for lang in LANGS})


def _exactly(where: str, entry: Mapping[str, object], wanted: frozenset[str]) -> None:
    if entry.keys() != wanted:
        wrong = ", ".join(sorted(entry.keys() ^ wanted))
        raise ValueError(f"recipe {where}: missing or not known here: {wrong}")


def _folder() -> Traversable:
    return files("checker") / "words" / "recipes"
