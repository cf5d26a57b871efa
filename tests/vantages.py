"""A vantage point that can do everything, but for what a test takes away."""

from datetime import datetime

from checker.observations.fact import Fact
from checker.observations.vantage import Vantage


def vantage(
    checked_at: datetime,
    *,
    name: str = "test",
    ipv4: Fact = Fact.YES,
    ipv6: Fact = Fact.YES,
    port25_ipv4: Fact = Fact.NOT_TESTED,
    port25_ipv6: Fact = Fact.NOT_TESTED,
) -> Vantage:
    """A vantage with both families, DNS, a good clock and a root that validates; port 25 not yet looked at."""
    return Vantage(
        name=name,
        checked_at=checked_at,
        ipv4=ipv4,
        ipv6=ipv6,
        dns_udp=Fact.YES,
        dns_tcp=Fact.YES,
        clock=Fact.YES,
        root_validates=Fact.YES,
        port25_ipv4=port25_ipv4,
        port25_ipv6=port25_ipv6,
    )
