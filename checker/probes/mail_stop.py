"""When a mail host has asked us to leave it alone for now: its first 4xx. Knows the replies, not the connections."""

from typing import Protocol

from checker.observations.mail import SmtpReply

TLS_NOT_AVAILABLE = 454
"""To STARTTLS this speaks of the host's TLS, not of us (RFC 3207 §4)."""


class Replies(Protocol):
    """What a host said at each stage of a dialogue, as far as it came."""

    @property
    def banner(self) -> SmtpReply | None:
        """The greeting."""

    @property
    def ehlo(self) -> SmtpReply | None:
        """The answer to EHLO."""

    @property
    def helo(self) -> SmtpReply | None:
        """The answer to HELO."""

    @property
    def starttls(self) -> SmtpReply | None:
        """The answer to STARTTLS."""


def turned_away(said: Replies) -> SmtpReply | None:
    """The reply by which the host asked us to come back later (RFC 5321 §4.2.1: 4yz), None when there is none."""
    for reply in (said.banner, said.ehlo, said.helo):
        if reply is not None and 400 <= reply.code < 500:
            return reply
    starttls = said.starttls
    temporary = starttls is not None and 400 <= starttls.code < 500 and starttls.code != TLS_NOT_AVAILABLE
    return starttls if temporary else None
