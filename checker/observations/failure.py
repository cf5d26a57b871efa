"""The closed vocabulary of trouble: why something could not be had from the network."""

from enum import StrEnum


class Failure(StrEnum):
    """One word for one kind of trouble; the value is stable and is stored."""

    TIMEOUT = "timeout"
    """Nobody answered within the wait, or the whole conversation took longer than its total."""
    REFUSED = "refused"
    """The connection was refused (RST to our SYN, or ICMP port unreachable)."""
    UNREACHABLE = "unreachable"
    """No route to the host or network; whether it is theirs or ours the vantage tells."""
    RESET = "reset"
    """The peer tore an accepted connection down."""
    CLOSED = "closed"
    """The peer closed an accepted connection before it had said what it owed."""
    TOO_MUCH = "too_much"
    """The peer sent more than the byte limit of the conversation."""
    MALFORMED = "malformed"
    """The peer's bytes do not parse as the protocol that was spoken."""
    NOT_ALLOWED = "not_allowed"
    """A special-purpose destination that the address policy refuses to visit."""
    EXCLUDED = "excluded"
    """A destination that the operator's settings say is never to be probed."""
    UNRESOLVABLE = "unresolvable"
    """The name could not be resolved: servers silent, lame or refusing. Never means absent."""
    ROW_DEADLINE = "row_deadline"
    """The row's time was up before this was finished."""
    LOCAL = "local"
    """Our own trouble: out of sockets, interface down, not permitted."""


OUR_OWN = frozenset({Failure.NOT_ALLOWED, Failure.EXCLUDED, Failure.ROW_DEADLINE, Failure.LOCAL})
"""Failures that say nothing about the peer."""

MAY_PASS = frozenset(
    {Failure.TIMEOUT, Failure.RESET, Failure.CLOSED, Failure.UNRESOLVABLE, Failure.UNREACHABLE}
)
"""Failures worth a second attempt later in the same sweep."""

NOBODY_MET = frozenset({Failure.TIMEOUT, Failure.UNREACHABLE, Failure.REFUSED})
"""Failures to connect that a network between us and the peer can bring about too: one that drops, forbids or rejects."""
