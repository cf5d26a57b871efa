"""What a site is made of. Data alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checker.comments import Comment
from checker.history.past import Past
from checker.report.feeds import FeedSource
from checker.report.model import PendingRows, Results, RowResult, SweepInfo
from checker.report.site_settings import SiteSettings
from checker.report.words import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a site is made of.

    `results` reads the rows, with their details or not, `pending` those that can be had with all the details that there are. `lang` is the
    language of the messages in results.json. `past` is None without a store. `study` is the table of 2017, empty where
    the list is another. `comments` are those of each code. `standing` is the site that is replaced, from which pages that
    never change may be taken over.
    """

    results: Results
    pending: PendingRows
    sweep: SweepInfo
    settings: SiteSettings
    lang: Lang = "sv"
    past: Past | None = None
    feeds: FeedSource | None = None
    study: tuple[RowResult, ...] = ()
    comments: Mapping[str, tuple[Comment, ...]] = field(default_factory=dict)
    standing: Path | None = None
