"""One SMTP dialogue on one connection, from the banner to the 220 of STARTTLS. Never speaks before it is asked to."""

import asyncio
from dataclasses import dataclass
from typing import NoReturn

from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.stream import Stream
from checker.observations.failure import Failure
from checker.observations.mail import MailStage, MailState, SmtpReply
from checker.probes.mail_stop import turned_away
from checker.protocols.smtp import ReplyError, ReplyParser, command, ehlo_keywords

REPLY_WAITS = 3
"""A whole reply may take this many ordinary waits, be it that its lines trickle: 30 s by default (measuring.md)."""
FAIR_WAITS = 2
"""Ordinary waits that STARTTLS and TLS must have had before the conversation's end is held against a server."""
NOT_IMPLEMENTED = frozenset({500, 502, 504})
"""Replies to EHLO that HELO answers (RFC 5321 §3.2)."""


class Stopped(Exception):  # noqa: N818 - not an error: the dialogue has come to its end
    """The dialogue ended before STARTTLS got its 220, in this state."""

    def __init__(self, state: MailState, failure: Failure | None = None) -> None:
        self.state = state
        self.failure = failure


@dataclass(slots=True)
class Dialogue:
    """One connection up to STARTTLS's 220, collecting what was said."""

    stream: Stream
    network: Network
    parser: ReplyParser
    stage: MailStage = MailStage.CONNECT
    banner: SmtpReply | None = None
    ehlo: SmtpReply | None = None
    helo: SmtpReply | None = None
    starttls: SmtpReply | None = None
    discarded_bytes: int = 0
    _hurried: bool = False

    async def run(self) -> None:
        """Hold the dialogue; returns after the 220 to STARTTLS, else raises Stopped."""
        try:
            await self._until_offer()
        except NetworkError as error:
            raise Stopped(_cut_off(error.failure), error.failure) from error
        self._hurried = self.stream.left_s < FAIR_WAITS * self.network.wait_s
        try:
            self.starttls = await self._ask(command("STARTTLS"))
        except NetworkError as error:
            raise Stopped(self.without_tls(error.failure), error.failure) from error
        if self.starttls.code // 100 != 2:  # RFC 3207 §4 says 220; senders take any 2yz and try TLS
            await self._quit()
            raise Stopped(MailState.REFUSED_US if turned_away(self) else MailState.HANDSHAKE_FAILED)
        # RFC 3207 §4.2, CVE-2011-0411: what came before TLS stood must not count as said inside it.
        self.discarded_bytes = len(self.parser.take_leftover())
        self.stage = MailStage.STARTTLS

    def without_tls(self, failure: Failure | None) -> MailState:
        """The state after STARTTLS was offered and no session came of it: handshake_failed (notation.md).

        Unless it was our own trouble, or our own clock that left a slow server no time for it.
        """
        if failure is Failure.LOCAL:
            return MailState.NOT_PROBED
        out_of_time = self._hurried and failure is Failure.TIMEOUT and not self.stream.left_s
        return MailState.TIMEOUT if out_of_time else MailState.HANDSHAKE_FAILED

    async def _until_offer(self) -> None:
        self.banner = await self._reply(wait_s=REPLY_WAITS * self.network.wait_s)
        self.stage = MailStage.BANNER
        if self.banner.code != 220:
            await self._refused()
        name = self.network.identity.ehlo_name
        self.ehlo = await self._ask(command("EHLO", name))
        if self.ehlo.code in NOT_IMPLEMENTED:
            self.helo = await self._ask(command("HELO", name))
        answer = self.helo or self.ehlo
        if answer.code != 250:
            await self._refused()
        self.stage = MailStage.EHLO
        if answer is self.helo or "starttls" not in ehlo_keywords(answer):
            await self._quit()
            raise Stopped(MailState.NOT_OFFERED)

    async def _ask(self, line: bytes) -> SmtpReply:
        self.parser.take_leftover()  # what came before the question is no answer to it
        await self.stream.write(line)
        return await self._reply(wait_s=self.network.wait_s)

    async def _reply(self, *, wait_s: float) -> SmtpReply:
        """One whole reply, each part of it within `wait_s` and all of it within REPLY_WAITS ordinary waits."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + REPLY_WAITS * self.network.wait_s
        while True:
            data = await self.stream.read(wait_s=min(wait_s, max(0.0, ends_at - loop.time())))
            if not data:
                raise NetworkError(Failure.CLOSED, "closed before a complete reply")
            try:
                reply = self.parser.feed(data)
            except ReplyError as error:
                raise NetworkError(error.failure, error.detail) from error
            if reply is not None:
                return reply

    async def _refused(self) -> NoReturn:
        await self._quit()
        raise Stopped(MailState.REFUSED_US)

    async def _quit(self) -> None:
        """Say QUIT and wait for nothing; a peer that is gone already is no news."""
        try:
            await self.stream.write(command("QUIT"))
        except NetworkError:
            return


def _cut_off(failure: Failure) -> MailState:
    """The state of a dialogue that broke off: silence is `timeout`, hanging up or talking nonsense refuses us."""
    if failure is Failure.LOCAL:
        return MailState.NOT_PROBED
    return MailState.TIMEOUT if failure is Failure.TIMEOUT else MailState.REFUSED_US
