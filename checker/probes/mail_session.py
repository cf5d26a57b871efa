"""One SMTP dialogue with one address, as far as the TLS handshake. Never sends mail, never speaks before the banner."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.stream import Limits, Stream
from checker.network.tls_stream import handshake
from checker.observations.dns import IPAddress
from checker.observations.failure import Failure
from checker.observations.mail import MailSession, MailStage, MailState, SmtpReply
from checker.observations.tls import Handshake, TlsOutcome
from checker.probes.mail_dialogue import Dialogue, Stopped
from checker.probes.mail_stop import turned_away
from checker.probes.tls_facts import Opener, broad_hello
from checker.protocols.ca_store import CaStore
from checker.protocols.chain_trust import judge_chain
from checker.protocols.smtp import ReplyParser, command

PORT = 25
CONVERSATION_S = 60.0
"""One whole dialogue (measuring.md: mail 60 s)."""
MAX_BYTES = 131_072
"""Bytes received in one dialogue: banner, EHLO and a certificate chain fit many times over."""

UNRECOGNIZED_NAME = 112
"""The alert of a server that knows no such SNI (RFC 6066 §3). Most senders of mail send none."""
_BROKEN_OFF = frozenset({Failure.RESET, Failure.CLOSED, Failure.TIMEOUT})

_SERVER_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")
"""What may stand as SNI (RFC 6066 §3); MX hosts are hostile data and may be anything a DNS label holds."""


async def hold_session(
    address: IPAddress, host: str, network: Network, *, ca_store: CaStore, providers: tuple[str, ...] = ()
) -> MailSession:
    """Hold one dialogue with `host` at `address` and say what came of it; never raises for the network's trouble.

    Banner, EHLO (HELO after 500/502/504), STARTTLS, the ordinary handshake with SNI = host, QUIT (RFC 5321, RFC
    3207). When that handshake fails, one broad raw hello behind a new connection's STARTTLS, without SNI where that was
    what failed; state `tls` when it gets a whole flight, unless the ordinary handshake had come so far already.
    `providers` are the turns to take besides the address's (`Network.connect`).
    """
    session = await _dialogue(address, host, network, ca_store, providers)
    if session.state is not MailState.HANDSHAKE_FAILED or session.handshake is None:
        return session
    behind = BehindStarttls(network, providers)
    name = None if session.handshake.alert == UNRECOGNIZED_NAME else server_name(host)
    broad = await broad_hello(network, address, PORT, name, opener=behind.at(address))
    if broad.outcome is not TlsOutcome.ESTABLISHED or _died_midway(session.handshake):
        return replace(session, broad=broad, turned_away=behind.turned_away)
    return replace(session, broad=broad, state=MailState.TLS, failure=None)


def _died_midway(seen: Handshake) -> bool:
    """Whether the server chose version and suite with the ordinary handshake, and then broke it off.

    A raw hello goes no further than that, so it shows no session that anybody could have.
    """
    return seen.outcome is TlsOutcome.BROKEN and seen.failure in _BROKEN_OFF


def server_name(host: str) -> str | None:
    """The SNI for a mail host; None when its name could not stand there."""
    return host if _SERVER_NAME.fullmatch(host) else None


class BehindStarttls:
    """Connections to one mail host on which STARTTLS has got its 220, so that the peer awaits a ClientHello.

    `turned_away` is the 4xx with which the host put an end to them: from then on no more are opened.
    """

    def __init__(self, network: Network, providers: tuple[str, ...] = ()) -> None:
        self._network = network
        self._providers = providers
        self.turned_away: SmtpReply | None = None

    def at(self, address: IPAddress) -> Opener:
        """Connections to one of the host's addresses; to be used one after the other. Raise NetworkError."""

        @asynccontextmanager
        async def connection() -> AsyncIterator[Stream]:
            if self.turned_away is not None:
                raise NetworkError(Failure.CLOSED, "the host asked to be left alone")
            async with _connect(self._network, address, self._providers) as stream:
                dialogue = Dialogue(stream, self._network, ReplyParser())
                try:
                    await dialogue.run()
                except Stopped as stopped:
                    self.turned_away = turned_away(dialogue)
                    # This time they would not come so far: nothing is known of their TLS.
                    raise NetworkError(
                        stopped.failure or Failure.CLOSED, "no STARTTLS this time"
                    ) from stopped
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
            dialogue = Dialogue(stream, network, ReplyParser())
            try:
                await dialogue.run()
            except Stopped as stopped:
                unread = dialogue.parser.said if stopped.failure else ""
                return _session(address, dialogue, stopped.state, failure=stopped.failure, unread=unread)
            seen = await _shake_hands(stream, host)
            established = seen.outcome is TlsOutcome.ESTABLISHED
            state = MailState.TLS if established else dialogue.without_tls(seen.failure)
    except NetworkError as error:
        torn = error.failure is Failure.RESET  # it was accepted, and reset before we saw it
        return MailSession(
            address=address,
            state=MailState.REFUSED_US if torn else _not_connected(error.failure),
            stage=MailStage.CONNECT if torn else MailStage.NONE,
            failure=error.failure,
        )
    if seen.chain:
        seen = replace(seen, trust=judge_chain(seen.chain, ca_store, network.clock.now()))
    if established:
        dialogue.stage = MailStage.TLS
    return _session(address, dialogue, state, handshake=seen, failure=seen.failure)


async def _shake_hands(stream: Stream, host: str) -> Handshake:
    seen, session = await handshake(stream, server_name(host))
    if session is not None:
        try:
            await session.write(command("QUIT"))
        except NetworkError:
            return seen
    return seen


def _session(address: IPAddress, dialogue: Dialogue, state: MailState, **more: Any) -> MailSession:
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
