"""Notices of a sweep: who is told what, by the settings; and getting them sent."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from checker.cli.exits import ExitCode, Quit
from checker.cli.senders import SecretError, senders
from checker.network.clock import Clock
from checker.notices.contacts import read_contacts
from checker.notices.delivery import Outbox, StoredNotice, deliver
from checker.notices.digest import operator_digest, region_digests
from checker.notices.notice import Notice
from checker.notices.occasion import Occasion
from checker.notices.trouble import failed_notice, held_notice
from checker.store.conclusion import Concluded, Letters

if TYPE_CHECKING:
    from checker.cli.next_steps import Place
    from checker.history.changes import CellRow
    from checker.report.model import Summary
    from checker.settings import Settings
    from checker.store.store import Store

log = logging.getLogger(__name__)


def occasion_of(
    settings: "Settings", *, series: str, sweep_id: str, started: datetime, now: datetime
) -> Occasion:
    """What every notice about one sweep has in common."""
    given = {"title": settings.title} if settings.title else {}
    return Occasion(
        series=series,
        sweep_id=sweep_id,
        started=started,
        created=now,
        lang=settings.lang,
        base_url=settings.base_url or "",
        sender=settings.mail_from or "",
        operators=settings.mail_to,
        webhook=settings.has_webhook,
        **given,
    )


def letters(
    settings: "Settings",
    *,
    now: datetime,
    cells: Callable[[], Iterable["CellRow"]],
    summary: "Summary",
    place: "Place",
) -> Letters:
    """What is told of a sweep that came to its end; `cells` reads its rows. Nothing without receivers."""

    def made(concluded: Concluded) -> tuple[Notice, ...]:
        sweep = concluded.sweep
        occasion = occasion_of(
            settings, series=sweep.series, sweep_id=sweep.id, started=sweep.started, now=now
        )
        if not occasion.sender and not occasion.webhook:
            return ()
        if concluded.braked:
            return held_notice(
                occasion,
                concluded.braked,
                look_command=place.look(sweep),
                publish_command=place.publish(sweep),
                measure_command=place.measure(sweep),
            )
        contacts = read_contacts(cells())
        digest = operator_digest(concluded.differences, occasion, summary=summary, unusable=contacts.unusable)
        regions = region_digests(concluded.differences, cells(), occasion) if settings.notify_regions else ()
        return (*digest, *regions)

    return made


def tell_failure(settings: "Settings", *, series: str, reason: str) -> None:
    """Tell the operator, and nobody else, that there is no sweep tonight; the log has said it already."""
    clock = Clock().wall
    now = clock()
    occasion = occasion_of(
        settings, series=series, sweep_id=f"failed-{now:%Y%m%dT%H%M%SZ}", started=now, now=now
    )
    notices = failed_notice(occasion, reason)
    if notices:
        _run(settings, _Once(notices), clock)


def check_senders(settings: "Settings") -> None:
    """Quit (USAGE) when a secret that notices need cannot be used: better before a sweep than after it."""
    if not settings.sends_mail and not settings.has_webhook:
        return
    try:
        senders(settings, Clock().wall)
    except SecretError as error:
        raise Quit(ExitCode.USAGE, str(error)) from None


def deliver_due(settings: "Settings", store: "Store", clock: Callable[[], datetime]) -> bool:
    """Send what waits in the store; whether anything was tried. Trouble is logged and stays in the store, it spoils no sweep."""
    return (settings.sends_mail or settings.has_webhook) and _run(settings, store.outbox, clock)


class _Once:
    """An outbox for one run, for when there may be no store."""

    def __init__(self, notices: tuple[Notice, ...]) -> None:
        self._notices = notices

    def due(self, now: datetime) -> list[StoredNotice]:
        """All of them."""
        del now
        return [StoredNotice(notice=notice) for notice in self._notices]

    def sent(self, key: str, now: datetime) -> None:
        """Nothing to note."""

    def failed(self, key: str, error: str, next_attempt: datetime | None) -> None:
        """The delivery has logged it."""


def _run(settings: "Settings", outbox: Outbox, clock: Callable[[], datetime]) -> bool:
    """Send what is due; whether anything was."""
    try:
        ways = senders(settings, clock)
    except SecretError as error:
        log.error("notices are not sent: %s", error)  # noqa: TRY400 - told in its own words
        return False
    return bool(asyncio.run(deliver(outbox, ways, now=clock, sleep=asyncio.sleep)))
