"""Delivery: attempts and pauses within a run, what is put off, what is given up, and one run after the other."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from checker.notices.delivery import Outcome, Status, deliver, next_attempt
from checker.notices.not_sent import Cause, NotSentError
from checker.notices.notice import Channel, Notice, NoticeKind
from tests.notices.changes import CREATED
from tests.notices.outbox import MemoryOutbox

OK = None


def notice(key: str, channel: Channel = Channel.MAIL) -> Notice:
    return Notice(
        key=key,
        channel=channel,
        kind=NoticeKind.REGION,
        sweep_id="s",
        created=CREATED,
        lang="sv",
        recipient=key,
    )


class World:
    """A clock that sleeping moves, and a sender that answers as the script says."""

    def __init__(self, script: dict[str, Sequence[Cause | None]] | None = None) -> None:
        self.time = CREATED
        self.slept: list[float] = []
        self.tried: list[str] = []
        self._script = defaultdict(list, {key: list(causes) for key, causes in (script or {}).items()})

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)

    async def send(self, notice: Notice) -> None:
        self.tried.append(notice.key)
        causes = self._script[notice.key]
        cause = causes.pop(0) if causes else OK
        if cause:
            raise NotSentError(cause, f"{cause.name} {notice.key}")

    async def run(self, outbox: MemoryOutbox) -> tuple[Outcome, ...]:
        senders = {Channel.MAIL: self.send, Channel.WEBHOOK: self.send}
        return await deliver(outbox, senders, now=self.now, sleep=self.sleep)


async def test_at_once() -> None:
    outbox, world = MemoryOutbox(notice("a"), notice("b")), World()
    outcomes = await world.run(outbox)
    assert [outcome.status for outcome in outcomes] == [Status.SENT, Status.SENT]
    assert (world.tried, world.slept) == (["a", "b"], [])
    assert outbox.done == {"a": CREATED, "b": CREATED}
    assert await world.run(outbox) == ()


async def test_at_the_third_attempt_after_growing_pauses() -> None:
    outbox, world = MemoryOutbox(notice("a")), World({"a": [Cause.PUT_OFF, Cause.UNREACHABLE, OK]})
    (outcome,) = await world.run(outbox)
    assert outcome.status is Status.SENT
    assert world.slept == [5, 30]


async def test_refused_is_given_up_at_once_and_the_next_is_sent() -> None:
    outbox, world = MemoryOutbox(notice("a"), notice("b")), World({"a": [Cause.REFUSED]})
    first, second = await world.run(outbox)
    assert (first.status, second.status) == (Status.GIVEN_UP, Status.SENT)
    assert (outbox.given_up, world.slept) == (["a"], [])


async def test_one_receiver_that_is_busy_holds_nobody_else_up() -> None:
    outbox, world = MemoryOutbox(notice("a"), notice("b")), World({"a": [Cause.PUT_OFF] * 3})
    first, second = await world.run(outbox)
    assert (first.status, second.status) == (Status.PUT_OFF, Status.SENT)
    assert [stored.notice.key for stored in outbox.due(world.now() + timedelta(minutes=15))] == ["a"]
    assert not outbox.due(world.now() + timedelta(minutes=14))


async def test_a_server_that_is_away_is_tried_for_one_notice_only() -> None:
    outbox = MemoryOutbox(notice("a"), notice("b"), notice("w", Channel.WEBHOOK))
    world = World({"a": [Cause.UNREACHABLE] * 3})
    outcomes = await world.run(outbox)
    assert [outcome.status for outcome in outcomes] == [Status.PUT_OFF, Status.PUT_OFF, Status.SENT]
    assert world.tried == ["a", "a", "a", "w"]
    assert outcomes[1].error == "UNREACHABLE a"


async def test_wrong_settings_are_not_tried_again_in_the_same_run() -> None:
    outbox, world = MemoryOutbox(notice("a"), notice("b")), World({"a": [Cause.SETTINGS]})
    outcomes = await world.run(outbox)
    assert {outcome.status for outcome in outcomes} == {Status.PUT_OFF}
    assert (world.tried, world.slept) == (["a"], [])
    world.time += timedelta(hours=1)
    assert {outcome.status for outcome in await world.run(outbox)} == {Status.SENT}


async def test_a_channel_that_is_no_longer_configured() -> None:
    outbox, world = MemoryOutbox(notice("a"), notice("w", Channel.WEBHOOK)), World()
    outcomes = await deliver(outbox, {Channel.MAIL: world.send}, now=world.now, sleep=world.sleep)
    assert [outcome.status for outcome in outcomes] == [Status.SENT, Status.PUT_OFF]
    assert outcomes[1].error == "no webhook is configured any more"


async def test_nightly_runs_try_on_two_nights_and_then_give_up() -> None:
    outbox, world = MemoryOutbox(notice("a")), World({"a": [Cause.UNREACHABLE] * 99})
    statuses = []
    for _ in range(3):
        statuses += [outcome.status for outcome in await world.run(outbox)]
        world.time = CREATED + timedelta(hours=24)
    assert statuses == [Status.PUT_OFF, Status.GIVEN_UP]
    assert world.tried == ["a"] * 6


async def test_frequent_runs_wait_longer_and_longer_for_a_day() -> None:
    outbox, world = MemoryOutbox(notice("a")), World({"a": [Cause.UNREACHABLE] * 999})
    runs = []
    for _ in range(32 * 4):
        if await world.run(outbox):
            runs.append(world.time)
        world.time += timedelta(minutes=15)
    hours = [(b - a) / timedelta(hours=1) for a, b in pairwise(runs)]
    assert hours == sorted(hours)
    assert 6 < max(hours) < 6.5
    assert len(runs) < 12
    assert outbox.given_up == ["a"]


@pytest.mark.parametrize(
    ("age_h", "failed_runs", "pause_h"),
    [
        (0, 0, 0.25),
        (0.25, 1, 0.5),
        (1, 2, 1),
        (2, 3, 2),
        (3, 4, 4),
        (5, 5, 6),
        (9, 99, 6),
        (24, 0, None),
        (48, 3, None),
    ],
)
def test_next_attempt(age_h: float, failed_runs: int, pause_h: float | None) -> None:
    now = CREATED + timedelta(hours=age_h)
    expected = None if pause_h is None else now + timedelta(hours=pause_h)
    assert next_attempt(CREATED, now, failed_runs) == expected


async def test_the_log_tells_kind_and_reason_but_no_receiver(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="checker")
    outbox = MemoryOutbox(notice("anna@dalarna.example"), notice("bo@dalarna.example"))
    world = World({"anna@dalarna.example": [Cause.REFUSED]})
    await world.run(outbox)
    assert "notice given up: region by mail" in caplog.text
    assert "notice sent: region by mail" in caplog.text
    assert "bo@" not in caplog.text
