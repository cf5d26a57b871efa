"""What a root server's DNSKEY reply says about us: is our clock right, and do our anchors fit? Pure.

The clock and the keys are told apart: a clock that is off makes every signature look bad.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from checker.dns.algorithms import SKEW_S
from checker.dns.reasons import Reason
from checker.dns.records import find
from checker.dns.rrsig import rrsig_of
from checker.dns.trust import Trusted, trust_zone
from checker.observations.dns import Message, RRset
from checker.observations.fact import Fact

ROOT = "."
_SERIAL = 1 << 32
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RootTrust:
    """The clock held against the root's signatures, and the root's keys against the anchors.

    `offset_s` is 0 inside the signatures' validity (300 s of skew allowed), else how far after (positive) or before
    (negative) it the clock stands. `details` are English sentences.
    """

    clock: Fact
    offset_s: int
    validates: Fact
    details: tuple[str, ...]


def judge_root(reply: Message | None, anchors: tuple[RRset, ...], now: datetime) -> RootTrust:
    """Judge the reply to ". DNSKEY"; NOT_TESTED where there is none, no signature in it, or no anchor for the root.

    Source: RFC 4034 §3.1.5 (serial arithmetic), RFC 4035 §5.
    """
    dnskeys = find(reply.answer, ROOT, "DNSKEY") if reply else None
    if reply is None or dnskeys is None:
        detail = "No root server gave its DNSKEY records: neither the clock nor the trust anchors could be checked."
        return RootTrust(clock=Fact.NOT_TESTED, offset_s=0, validates=Fact.NOT_TESTED, details=(detail,))
    offset_s = _offset_s(dnskeys, now)
    validates, keys = _validates(reply, anchors, _moved(now, offset_s or 0))
    clock = Fact.NOT_TESTED if offset_s is None else Fact.of(offset_s == 0)
    return RootTrust(
        clock=clock, offset_s=offset_s or 0, validates=validates, details=(_clock_words(offset_s, now), keys)
    )


def _offset_s(dnskeys: RRset, now: datetime) -> int | None:
    """How far the clock stands from the nearest signature's validity; None without a signature."""
    moment = int(now.timestamp())
    offsets = []
    for wire in dnskeys.signatures:
        rrsig = rrsig_of(wire)
        if rrsig is not None:
            late, early = _ahead(moment, rrsig.expiration), _ahead(rrsig.inception, moment)
            offsets.append(late if late > SKEW_S else -early if early > SKEW_S else 0)
    return min(offsets, key=abs, default=None)


def _ahead(a: int, b: int) -> int:
    """Seconds from b to a, where both count modulo 2**32 (RFC 1982)."""
    return (a - b + _SERIAL // 2) % _SERIAL - _SERIAL // 2


def _moved(now: datetime, offset_s: int) -> datetime:
    """The moment nearest to `now` at which the signatures hold."""
    return datetime.fromtimestamp(now.timestamp() - offset_s, UTC)


def _validates(reply: Message, anchors: tuple[RRset, ...], now: datetime) -> tuple[Fact, str]:
    at_root = [anchor for anchor in anchors if anchor.name == ROOT]
    if not at_root:
        return (
            Fact.NOT_TESTED,
            "No trust anchor is set for the root: only zones below an anchor can be secure.",
        )
    reasons = []
    for anchor in at_root:
        trusted = trust_zone(reply, ROOT, anchor, now)
        if isinstance(trusted, Trusted):
            return Fact.YES, "The root zone's keys validate from the trust anchors."
        assert isinstance(trusted, Reason)
        reasons.append(trusted.words())
    return Fact.NO, f"The root zone's keys do not validate from the trust anchors ({'; '.join(reasons)})."


def _clock_words(offset_s: int | None, now: datetime) -> str:
    if offset_s is None:
        return "The root zone's keys carry no signature: the clock could not be checked."
    shown = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    if offset_s == 0:
        return f"The clock ({shown}) lies within the root zone's signatures."
    way = "ahead" if offset_s > 0 else "behind"
    return f"The clock ({shown}) is at least {_span(abs(offset_s))} {way}, by the root zone's signatures."


def _span(seconds: int) -> str:
    """The two largest units, as "9 days 4 hours"."""
    parts = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return " ".join(parts[:2]) or "a minute"
