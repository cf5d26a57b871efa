import struct
from datetime import UTC, datetime, timedelta

import pytest

from checker.observations.dns import Message, RRset
from checker.observations.fact import Fact
from checker.probes.root_trust import judge_root

START = datetime(2026, 7, 1, tzinfo=UTC)
END = datetime(2026, 7, 22, tzinfo=UTC)
DAY = timedelta(days=1)


def signature(start: datetime, end: datetime) -> bytes:
    times = (int(moment.timestamp()) % 2**32 for moment in (end, start))
    return struct.pack("!HBBIIIH", 48, 8, 0, 172800, *times, 20326) + b"\0" + b"\1" * 64


def reply(*signatures: bytes) -> Message:
    keys = RRset(
        name=".", type="DNSKEY", ttl=1, rdata=(b"\1\1\3\x08\1\3" + b"\2" * 64,), signatures=signatures
    )
    return Message(
        rcode="NOERROR", authoritative=True, answer=(keys,), authority=(), additional=(), edns=True
    )


@pytest.mark.parametrize(
    ("scenario", "now", "clock", "offset_s"),
    [
        ("inside", START + DAY, Fact.YES, 0),
        ("at the end", END, Fact.YES, 0),
        ("within the skew", END + timedelta(seconds=300), Fact.YES, 0),
        ("just past the skew", END + timedelta(seconds=301), Fact.NO, 301),
        ("a day late", END + DAY, Fact.NO, 86_400),
        ("within the skew before", START - timedelta(seconds=300), Fact.YES, 0),
        ("a day early", START - DAY, Fact.NO, -86_400),
        ("the epoch, as of a machine without a battery", datetime(1970, 1, 1, tzinfo=UTC), Fact.NO, None),
    ],
)
def test_the_clock_by_the_signatures(scenario: str, now: datetime, clock: Fact, offset_s: int | None) -> None:
    root = judge_root(reply(signature(START, END)), (), now)
    assert root.clock is clock, scenario
    assert root.offset_s == (offset_s if offset_s is not None else int((now - START).total_seconds()))


def test_of_several_signatures_the_nearest_counts() -> None:
    both = reply(signature(START, END), signature(END + 10 * DAY, END + 20 * DAY))
    assert judge_root(both, (), END + DAY).offset_s == 86_400
    assert judge_root(both, (), END + 8 * DAY).offset_s == -2 * 86_400
    assert judge_root(both, (), END + 11 * DAY).clock is Fact.YES


def test_serial_numbers_run_over_in_2106() -> None:
    turn = datetime.fromtimestamp(2**32, UTC)
    over = reply(signature(turn - DAY, turn + DAY))
    assert judge_root(over, (), turn + timedelta(hours=1)).clock is Fact.YES
    assert judge_root(over, (), turn + 2 * DAY).offset_s == 86_400


@pytest.mark.parametrize(
    ("scenario", "message", "words"),
    [
        ("no reply", None, "No root server gave its DNSKEY records"),
        ("no signature", reply(), "carry no signature"),
    ],
)
def test_without_signatures_the_clock_is_not_tested(
    scenario: str, message: Message | None, words: str
) -> None:
    root = judge_root(message, (), START)
    assert (root.clock, root.offset_s, root.validates) == (Fact.NOT_TESTED, 0, Fact.NOT_TESTED), scenario
    assert words in root.details[0]


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (DAY + timedelta(hours=3, minutes=5), "at least 1 day 3 hours ahead"),
        (timedelta(minutes=12), "at least 12 minutes ahead"),
    ],
)
def test_how_far_off_in_words(off: timedelta, words: str) -> None:
    assert words in judge_root(reply(signature(START, END)), (), END + off).details[0]
