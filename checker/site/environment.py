"""The Jinja environment of the pages in one language. Knows no page."""

from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache, partial
from types import CodeType

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup

from checker.report.dates import machine_time, shown_date, shown_time
from checker.report.sentences import number
from checker.report.templates import template_environment
from checker.report.words import LANGS, Lang, labels, visible
from checker.site.language import translations


class _CompiledOnce(jinja2.BytecodeCache):
    """Compiled templates in memory: the languages differ in words only, and compiling takes longer than a small site."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template that was compiled for another language."""
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _CompiledOnce()
CODES: Lang = "sv"
"""The language of the printed codes."""
_MOMENTS = 1024
"""Moments whose words are kept: those of sweeps come again on every page."""


@lru_cache(maxsize=len(LANGS))
def environment(lang: Lang) -> jinja2.Environment:
    """Templates with this language's words; `date`, `time`, `number` write as it does, `machine_time` by RFC 3339.

    `in_swedish` is for the tags of elements that hold a printed code: those are Swedish on every page.
    """
    found = template_environment()
    found.bytecode_cache = _COMPILED
    found.add_extension("jinja2.ext.i18n")
    words = translations(lang)
    found.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    found.policies["ext.i18n.trimmed"] = True
    found.filters.update(
        date=lru_cache(maxsize=_MOMENTS)(partial(_date, lang)),
        time=lru_cache(maxsize=_MOMENTS)(partial(_time, lang)),
        number=lambda figure: number(figure, lang),
        machine_time=lru_cache(maxsize=_MOMENTS)(machine_time),
        visible=visible,
    )
    found.globals.update(lang=lang, labels=labels(lang), _=_translated(words.gettext))
    found.globals["in_swedish"] = Markup("" if lang == CODES else f' lang="{CODES}"')  # noqa: S704 - no foreign text
    return found


def _translated(gettext: Callable[[str], str]) -> Callable[..., Markup]:
    """What templates know as `_`: as the extension's own, but each text is looked up once. Pages have it a hundred times."""

    @cache
    def known(text: str) -> Markup:
        return Markup(gettext(text))  # noqa: S704 - the catalogues are ours

    def translated(text: str, **values: object) -> Markup:
        return known(text) % values if values or "%" in text else known(text)

    return translated


def _date(lang: Lang, moment: datetime) -> str:
    return shown_date(moment, lang)


def _time(lang: Lang, moment: datetime) -> str:
    return shown_time(moment, lang)
