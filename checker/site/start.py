"""The start page: the figures, the table, what has changed, the maps, the legend, and when and from where it was measured."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from checker.observations.fact import Fact
from checker.observations.vantage import Vantage
from checker.report.model import COLUMNS, ColumnSummary
from checker.report.sentences import Sentence, joined, sentences
from checker.site.cells import legend
from checker.site.changes import Night, first_lines, nights
from checker.site.pages import Pages
from checker.site.start_table import start_table
from checker.site.tiles import counties, tile_maps

RECENT_DAYS = 30
RECENT_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One proportion: its sentence, and how long its bar is, in percent."""

    sentence: Sentence
    column: ColumnSummary

    @property
    def length(self) -> float:
        """Percent of those measured."""
        return round(100 * self.column.yes / self.column.measured, 1) if self.column.measured else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """What has changed in the last days: how many changes, and the newest of them."""

    count: int
    nights: tuple[Night, ...]
    shown: int


def write(pages: Pages) -> None:
    """Write the start page of one language. Reads the rows twice at most."""
    lang, material = pages.lang, pages.material
    asked = tuple(column for column in COLUMNS if column in material.sweep.columns)
    table = start_table(material.results(), lang)
    has_counties = counties() <= {row.code for row in table.rows}
    pages.write(
        "start",
        "",
        title=material.settings.title,
        table=table,
        summary=pages.summary,
        figures=tuple(
            Figure(sentence=sentence, column=pages.summary.column(sentence.column))
            for sentence in sentences(pages.summary, lang)
        ),
        maps=tile_maps(material.results(), lang, asked) if has_counties else (),
        recent=_recent(pages),
        recent_days=RECENT_DAYS,
        legend={column: legend(column, lang) for column in COLUMNS},
        vantage_means=vantage_means(material.sweep.vantage, pages),
    )


def _recent(pages: Pages) -> Recent | None:
    """None without a past, and for a first sweep: there is nothing to have changed from."""
    past, shown = pages.past, pages.material.sweep.started
    if past is None or not past.sweeps or shown <= past.sweeps[0].started:
        return None
    found = tuple(nights(pages, past, after=shown - timedelta(days=RECENT_DAYS), until=shown))
    count = sum(len(night.lines) for night in found)
    return Recent(count=count, nights=first_lines(iter(found), RECENT_LINES), shown=min(count, RECENT_LINES))


def vantage_means(vantage: Vantage, pages: Pages) -> str:
    """What the place measured from had and lacked, in one or two sentences."""
    _: Callable[[str], str] = pages.gettext
    means = {
        "IPv4": vantage.ipv4,
        "IPv6": vantage.ipv6,
        _("outgoing mail (port 25)"): _either_port25(vantage),
    }
    said: list[str] = []
    for pattern, fact in ((_("It had {means}."), Fact.YES), (_("It lacked {means}."), Fact.NO)):
        names = [name for name, known in means.items() if known is fact]
        if names:
            said.append(pattern.format(means=joined(names, pages.lang)))
    return " ".join(said)


def _either_port25(vantage: Vantage) -> Fact:
    families = {vantage.port25_ipv4, vantage.port25_ipv6}
    return next((fact for fact in (Fact.YES, Fact.NO) if fact in families), Fact.NOT_TESTED)
