"""Getting what waits in the outbox sent: a few attempts now, later runs after that, at last given up.

One notice at a time. Never makes a notice, and never forgets one: each attempt's outcome is told to the outbox at once.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from checker.notices.not_sent import Cause, NotSentError
from checker.notices.notice import Channel, Notice

PAUSES_S = (0.0, 5.0, 30.0)
"""Before each attempt in one run."""
FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(hours=24)
"""The age at which a failed attempt is the last; a nightly run thus tries each notice on two nights."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNotice:
    """A notice in the outbox, and how many earlier runs failed to send it."""

    notice: Notice
    failed_runs: int = 0


class Outbox(Protocol):
    """The store's side. Each call is done (committed) when it returns."""

    def due(self, now: datetime) -> list[StoredNotice]:
        """What is to be tried now, in the order in which it was put there."""

    def sent(self, key: str, now: datetime) -> None:
        """Note that a notice was taken by its receiver; it is never due again."""

    def failed(self, key: str, error: str, next_attempt: datetime | None) -> None:
        """Note one more run that failed; due again at `next_attempt`, never when that is None (given up)."""


Sender = Callable[[Notice], Awaitable[None]]
"""Sends one notice; raises NotSentError."""


class Status(StrEnum):
    """What became of a notice in one run."""

    SENT = "sent"
    PUT_OFF = "put_off"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One notice after one run; `error` is the last attempt's."""

    notice: Notice
    status: Status
    error: str = ""


def next_attempt(created: datetime, now: datetime, failed_runs: int) -> datetime | None:
    """When to try again after a run that failed: 15 minutes later, then twice as long each time, up to 6 hours.

    None when the notice is a day old. `failed_runs` counts the runs before this one.
    """
    if now - created >= GIVEN_UP_AFTER:
        return None
    return now + min(FIRST_PAUSE * (1 << min(failed_runs, 10)), LONGEST_PAUSE)


async def deliver(
    outbox: Outbox,
    senders: Mapping[Channel, Sender],
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]],
) -> tuple[Outcome, ...]:
    """Try everything that is due. Trouble that concerns a whole channel closes that channel for this run.

    A notice whose sending was cut off (killed) stays due: it may be sent twice, with the same Message-ID.
    """
    closed: dict[Channel, NotSentError] = {}
    outcomes = []
    for stored in outbox.due(now()):
        channel = stored.notice.channel
        sender = senders.get(channel)
        if not sender:
            error: NotSentError | None = NotSentError(Cause.SETTINGS, f"no {channel} is configured any more")
        else:
            error = closed.get(channel) or await _attempts(stored.notice, sender, sleep)
        if error and error.concerns_all:
            closed[channel] = error
        outcomes.append(_settle(outbox, stored, error, now()))
    return tuple(outcomes)


async def _attempts(
    notice: Notice, sender: Sender, sleep: Callable[[float], Awaitable[None]]
) -> NotSentError | None:
    """The last attempt's error, None when one of them got through."""
    last = None
    for pause_s in PAUSES_S:
        if pause_s:
            await sleep(pause_s)
        try:
            await sender(notice)
        except NotSentError as error:
            last = error
            if error.cause in {Cause.REFUSED, Cause.SETTINGS}:
                break
        else:
            return None
    return last


def _settle(outbox: Outbox, stored: StoredNotice, error: NotSentError | None, now: datetime) -> Outcome:
    notice = stored.notice
    what = f"{notice.kind} by {notice.channel}"
    if not error:
        outbox.sent(notice.key, now)
        log.info("notice sent: %s", what)
        return Outcome(notice=notice, status=Status.SENT)
    again = None if error.permanent else next_attempt(notice.created, now, stored.failed_runs)
    outbox.failed(notice.key, error.reason, again)
    if again:
        log.warning("notice not sent, will be tried again: %s: %s", what, error.reason)
        return Outcome(notice=notice, status=Status.PUT_OFF, error=error.reason)
    log.error("notice given up: %s: %s", what, error.reason)
    return Outcome(notice=notice, status=Status.GIVEN_UP, error=error.reason)
