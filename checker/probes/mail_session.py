"""One SMTP dialogue with one address, as far as the TLS handshake. Never sends mail, never speaks before the banner."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.stream import Limits, Stream
from checker.network.tls_stream import handshake
from checker.observations.dns import IPAddress
from checker.observations.failure import Failure
from checker.observations.mail import MailSession, MailStage, MailState, SmtpReply
from checker.observations.tls import Handshake, TlsOutcome
from checker.probes.tls_facts import Opener, broad_hello
from checker.protocols.ca_store import CaStore
from checker.protocols.chain_trust import judge_chain
from checker.protocols.smtp import ReplyError, ReplyParser, command, ehlo_keywords

PORT = 25
BANNER_WAITS = 3
"""The banner may take this many ordinary waits: 30 s by default (measuring.md)."""
CONVERSATION_S = 60.0
"""One whole dialogue (measuring.md: mail 60 s)."""
MAX_BYTES = 131_072
"""Bytes received in one dialogue: banner, EHLO and a certificate chain fit many times over."""
NOT_IMPLEMENTED = frozenset({500, 502, 504})
"""Replies to EHLO that HELO answers (RFC 5321 §3.2)."""

_SERVER_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")
"""What may stand as SNI (RFC 6066 §3); MX hosts are hostile data and may be anything a DNS label holds."""


class _Stopped(Exception):  # noqa: N818 - not an error: the dialogue has come to its end
    """The dialogue ended before STARTTLS got its 220, in this state."""

    def __init__(self, state: MailState, failure: Failure | None = None) -> None:
        self.state = state
        self.failure = failure


@dataclass(slots=True)
class _Dialogue:
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

    async def run(self) -> None:
        """Hold the dialogue; returns after the 220 to STARTTLS, else raises _Stopped."""
        try:
            await self._until_offer()
        except NetworkError as error:
            raise _Stopped(_cut_off(error.failure), error.failure) from error
        try:
            self.starttls = await self._ask(command("STARTTLS"))
        except NetworkError as error:
            # Offered, and then no TLS session: handshake_failed by notation.md.
            raise _Stopped(MailState.HANDSHAKE_FAILED, error.failure) from error
        if self.starttls.code != 220:
            await self._quit()
            gone = self.starttls.code == 421
            raise _Stopped(MailState.REFUSED_US if gone else MailState.HANDSHAKE_FAILED)
        # RFC 3207 §4.2, CVE-2011-0411: what came before TLS stood must not count as said inside it.
        self.discarded_bytes = len(self.parser.take_leftover())
        self.stage = MailStage.STARTTLS

    async def _until_offer(self) -> None:
        self.banner = await self._reply(wait_s=BANNER_WAITS * self.network.wait_s)
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
            raise _Stopped(MailState.NOT_OFFERED)

    async def _ask(self, line: bytes) -> SmtpReply:
        self.parser.take_leftover()  # what came before the question is no answer to it
        await self.stream.write(line)
        return await self._reply()

    async def _reply(self, wait_s: float | None = None) -> SmtpReply:
        while True:
            data = await self.stream.read(wait_s=wait_s)
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
        raise _Stopped(MailState.REFUSED_US)

    async def _quit(self) -> None:
        """Say QUIT and wait for nothing; a peer that is gone already is no news."""
        try:
            await self.stream.write(command("QUIT"))
        except NetworkError:
            return


async def hold_session(
    address: IPAddress, host: str, network: Network, *, ca_store: CaStore, providers: tuple[str, ...] = ()
) -> MailSession:
    """Hold one dialogue with `host` at `address` and say what came of it; never raises for the network's trouble.

    Banner, EHLO (HELO after 500/502/504), STARTTLS, the ordinary handshake with SNI = host, QUIT (RFC 5321, RFC
    3207). When that handshake fails, one broad raw hello behind a new connection's STARTTLS; state `tls` when it
    gets a ServerHello. `providers` are the turns to take besides the address's (`Network.connect`).
    """
    session = await _dialogue(address, host, network, ca_store, providers)
    if session.state is not MailState.HANDSHAKE_FAILED or session.handshake is None:
        return session
    opener = behind_starttls(network, address, providers)
    broad = await broad_hello(network, address, PORT, server_name(host), opener=opener)
    hello = broad.outcome is TlsOutcome.ESTABLISHED
    if not hello:
        return replace(session, broad=broad)
    return replace(session, broad=broad, state=MailState.TLS, failure=None)


def server_name(host: str) -> str | None:
    """The SNI for a mail host; None when its name could not stand there."""
    return host if _SERVER_NAME.fullmatch(host) else None


def behind_starttls(network: Network, address: IPAddress, providers: tuple[str, ...] = ()) -> Opener:
    """Connections on which STARTTLS has got its 220, so that the peer awaits a ClientHello."""

    @asynccontextmanager
    async def connection() -> AsyncIterator[Stream]:
        async with _connect(network, address, providers) as stream:
            try:
                await _Dialogue(stream, network, ReplyParser()).run()
            except _Stopped as stopped:
                # This time they would not come so far: nothing is known of their TLS.
                raise NetworkError(stopped.failure or Failure.CLOSED, "no STARTTLS this time") from stopped
            yield stream

    return connection


def _connect(
    network: Network, address: IPAddress, providers: tuple[str, ...]
) -> AbstractAsyncContextManager[Stream]:
    limits = Limits(wait_s=network.wait_s, total_s=CONVERSATION_S, max_bytes=MAX_BYTES)
    return network.connect(address, PORT, limits=limits, providers=providers)


async def _dialogue(
    address: IPAddress, host: str, network: Network, ca_store: CaStore, providers: tuple[str, ...]
) -> MailSession:
    try:
        async with _connect(network, address, providers) as stream:
            dialogue = _Dialogue(stream, network, ReplyParser())
            try:
                await dialogue.run()
            except _Stopped as stopped:
                return _session(address, dialogue, stopped.state, failure=stopped.failure)
            seen = await _shake_hands(stream, host)
    except NetworkError as error:
        return MailSession(
            address=address,
            state=_not_connected(error.failure),
            stage=MailStage.NONE,
            failure=error.failure,
        )
    if seen.chain:
        seen = replace(seen, trust=judge_chain(seen.chain, ca_store, network.clock.now()))
    if seen.outcome is TlsOutcome.ESTABLISHED:
        dialogue.stage = MailStage.TLS
        return _session(address, dialogue, MailState.TLS, handshake=seen)
    return _session(address, dialogue, MailState.HANDSHAKE_FAILED, handshake=seen, failure=seen.failure)


async def _shake_hands(stream: Stream, host: str) -> Handshake:
    seen, session = await handshake(stream, server_name(host))
    if session is not None:
        try:
            await session.write(command("QUIT"))
        except NetworkError:
            return seen
    return seen


def _session(address: IPAddress, dialogue: _Dialogue, state: MailState, **more: Any) -> MailSession:
    return MailSession(
        address=address,
        state=state,
        stage=dialogue.stage,
        banner=dialogue.banner,
        ehlo=dialogue.ehlo,
        helo=dialogue.helo,
        starttls=dialogue.starttls,
        discarded_bytes=dialogue.discarded_bytes,
        **more,
    )


def _not_connected(failure: Failure) -> MailState:
    match failure:
        case Failure.REFUSED:
            return MailState.CONNECTION_REFUSED
        case Failure.NOT_ALLOWED | Failure.EXCLUDED | Failure.LOCAL:
            return MailState.NOT_PROBED
        case _:
            return MailState.TIMEOUT


def _cut_off(failure: Failure) -> MailState:
    """The state of a dialogue that broke off: silence is `timeout`, hanging up or talking nonsense refuses us."""
    return MailState.TIMEOUT if failure is Failure.TIMEOUT else MailState.REFUSED_US
