"""The place we measure from: what it can and cannot reach, so that our trouble is never written against others."""

from dataclasses import dataclass
from datetime import datetime

from checker.observations.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Vantage:
    """What this vantage point has shown itself able to do, before and during a sweep.

    `ipv4`, `ipv6`: an answer from a root server over that family. `clock_offset_s` is how far the clock stands outside
    the root zone's signatures (0 when inside, negative when behind). `port25_ipv4/6`: YES once an SMTP banner came over that family; NO when
    several hosts were tried and none answered; NOT_TESTED before. `details` are English sentences for `doctor`.
    """

    name: str
    checked_at: datetime
    ipv4: Fact
    ipv6: Fact
    dns_udp: Fact
    dns_tcp: Fact
    clock: Fact
    root_validates: Fact
    port25_ipv4: Fact = Fact.NOT_TESTED
    port25_ipv6: Fact = Fact.NOT_TESTED
    clock_offset_s: int = 0
    details: tuple[str, ...] = ()
