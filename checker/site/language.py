"""The words of pages in one language: English stands in the templates, Swedish in gettext catalogues. Never guesses.

The catalogues are `checker/words/<lang>/site/*.po`, one for each template, read as one.
"""

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from checker.report.words import LANGS, Lang

SOURCE: Lang = "en"
"""The language that the templates are written in."""


@lru_cache(maxsize=len(LANGS))
def translations(lang: Lang) -> NullTranslations:
    """Every catalogue of a language together; of the source language none are needed. Raises ValueError.

    Two catalogues may share a text when they translate it in the same way.
    """
    if lang == SOURCE:
        return NullTranslations()
    whole = Catalog(locale=lang)
    for source in sorted(
        (files("checker") / "words" / lang / "site").iterdir(), key=lambda entry: entry.name
    ):
        if not source.name.endswith(".po"):
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=lang, abort_invalid=True)
        for message in catalogue:
            if not message.id:
                continue
            there = whole.get(message.id, message.context)
            if there is not None and there.string != message.string:
                raise ValueError(
                    f"{lang}/{source.name}: {message.id!a} is translated otherwise in another file"
                )
            whole.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)
