"""What probes ask of a resolver: one name and type, CNAMEs followed, without validation."""

from typing import Protocol

from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.failure import Failure


class Lookups(Protocol):
    """Anything that resolves names as a resolver that does not validate would."""

    async def lookup(self, name: str, rdtype: str) -> Lookup:
        """Resolve `name` (A-labels, trailing dot optional) and `rdtype` ("A", "AAAA", "MX").

        Never raises for the network's or the servers' trouble: that is outcome FAILED with its Failure.
        """
        ...


def failed(name: str, rdtype: str, aliases: tuple[str, ...], detail: str) -> Lookup:
    """A lookup that nobody answered usably; `detail` are English words on why."""
    return Lookup(
        name=name,
        type=rdtype,
        outcome=LookupOutcome.FAILED,
        aliases=aliases,
        failure=Failure.UNRESOLVABLE,
        detail=detail,
    )
