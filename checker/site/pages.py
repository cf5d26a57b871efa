"""Writes pages from templates, with what all pages of one language share. Knows no page by name."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from checker.history.past import Past
from checker.report.model import Summary, SweepInfo
from checker.report.words import LANGS, Lang, column_words
from checker.site.assets import logo_name
from checker.site.environment import environment
from checker.site.language import translations
from checker.site.material import Material
from checker.site.places import PAGE, Place, prefix, sweep_slugs


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated later
    """Mark a text for the catalogues."""
    return text


_NAVIGATION = (
    ("", N_("Results")),
    ("andringar/", N_("Changes")),
    ("svep/", N_("Sweeps")),
    ("data/", N_("Data")),
    ("metod/", N_("Method")),
    ("om/", N_("About")),
)
_FOOTER = (
    ("indikator/", N_("The five indicators")),
    ("organisation/", N_("All organisations")),
    ("2017/", N_("The study of 2017")),
    ("tillganglighet/", N_("Accessibility")),
)
_LANGUAGE_NAMES: dict[Lang, str] = {"sv": "Svenska", "en": "English"}


class Pages:
    """The pages of one language on their way to disk. `made` are the folders written so far, for the site map."""

    def __init__(self, directory: Path, lang: Lang, material: Material, summary: Summary) -> None:
        self.directory, self.lang, self.material, self.summary = directory, lang, material, summary
        self.made: list[str] = []
        self._environment = environment(lang)
        self._environment.globals.update(
            site=material.settings,
            columns=column_words(lang),
            has_past=material.past is not None,
            has_study=bool(material.study),
            has_feeds=material.feeds is not None,
            later=_later(material),
            own_rules=_own_rules(material),
            slugs=self.slugs,
            logo=logo_name(material.settings),
            navigation=self._named(_NAVIGATION),
            footer_links=self._named(_FOOTER),
            language_names=_LANGUAGE_NAMES,
        )

    @property
    def folder(self) -> str:
        """The folder of the start page below the site's top."""
        return prefix(self.lang)

    @property
    def gettext(self) -> Callable[[str], str]:
        """A text of the page's own in this language."""
        return translations(self.lang).gettext

    @property
    def ngettext(self) -> Callable[[str, str, int], str]:
        """A text that depends on a number: singular, plural, the number."""
        return translations(self.lang).ngettext

    def _named(self, places: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """The links of this site among these: path and text."""
        missing = set()
        if self.material.past is None:
            missing |= {"andringar/", "svep/"}
        if not self.material.study:
            missing |= {"2017/"}
        return tuple((path, self.gettext(text)) for path, text in places if path not in missing)

    @property
    def past(self) -> Past | None:
        """What is known of earlier sweeps."""
        return self.material.past

    @cached_property
    def slugs(self) -> dict[str, str]:
        """Sweep id → the name of its page's folder."""
        return sweep_slugs(self.material.past.sweeps) if self.material.past else {}

    def write(self, template: str, path: str, *, title: str, **values: object) -> None:
        """Write one page: the template's name without `.html`, the page's folder below the start page, and what it shows.

        Templates are given besides: `place`, `root` and `top` (the ways to the start page's folder and to the site's), `title`,
        `others` (the other languages and the way to the page there), and what `__init__` sets.
        """
        place = Place(self.lang, path)
        folder = self.directory / place.folder
        folder.mkdir(parents=True, exist_ok=True)
        page = self._environment.get_template(f"{template}.html").generate(
            place=place,
            root=place.root,
            top=place.top,
            title=title,
            others={other: place.in_language(other) for other in LANGS if other != self.lang},
            sweep=self.material.sweep,
            **values,
        )
        with (folder / PAGE).open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(page)
        self.made.append(path)


def _later(material: Material) -> SweepInfo | None:
    """The newest sweep, when the site shows an older one."""
    newest = material.past.sweeps[-1] if material.past and material.past.sweeps else None
    return newest if newest and newest.started > material.sweep.started else None


def _own_rules(material: Material) -> SweepInfo | None:
    """The sweep as it was judged in its time, when the site shows it by other rules."""
    shown = material.sweep
    own = (
        next((sweep for sweep in material.past.sweeps if sweep.id == shown.id), None)
        if material.past
        else None
    )
    rules = (shown.ruleset, shown.ruleset_version)
    return own if own and (own.ruleset, own.ruleset_version) != rules else None
