"""One question to one server address: UDP with EDNS, and the steps down for servers that cannot.

Never decides what an answer means; failures on the way are facts for resolving, never grounds for bogus.
"""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

import dns.name
import dns.rdatatype

from checker.dns.query import EDNS_PAYLOAD_BYTES, SMALL_PAYLOAD_BYTES, answers, is_truncated, write_query
from checker.dns.records import MalformedMessageError, canonical_text, parse_message, type_text
from checker.dns.remembered import Remembered
from checker.dns.tcp import DNS_PORT, ask_over_tcp
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.observations.dns import IPAddress, Message, NameServer, Reply
from checker.observations.fact import Fact
from checker.observations.failure import Failure

UDP_SHARE_OF_WAIT = 4
"""A datagram is waited for a quarter of the network's wait: it is sent more than once."""
SILENT_FOR_S = 30.0
"""How long an address that answered nothing at all is left alone."""
WITHOUT_EDNS_FOR_S = 45.0
"""How long an address is asked without EDNS: it may have been lost datagrams, and a second attempt must find out."""
REMEMBERED_SERVERS = 8192
_NO_TCP = frozenset({Failure.TIMEOUT, Failure.REFUSED, Failure.RESET, Failure.CLOSED, Failure.MALFORMED})
EDNS_TROUBLE = frozenset({"FORMERR", "NOTIMP", "BADVERS"})
_UNKNOWN_IPV4_S, _UNKNOWN_IPV6_S = 0.05, 0.06
_SMOOTHING = 0.3


@dataclass(slots=True)
class ServerState:
    """What was learnt of one address: smoothed round trip in seconds, and what it can and cannot do."""

    round_trip_s: float
    has_edns: bool = False
    without_edns_until: float = 0.0
    over_tcp: bool = False
    tcp: Fact = Fact.NOT_TESTED
    tcp_turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Exchange:
    """Asks questions and remembers per address how it likes to be asked; bounded in size."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._states: Remembered[IPAddress, ServerState] = Remembered(REMEMBERED_SERVERS)
        # by the zone's labels: names themselves are slow to hash
        self._silent_until: Remembered[tuple[IPAddress, tuple[bytes, ...]], float] = Remembered(
            REMEMBERED_SERVERS
        )
        self._udp_wait_s = network.wait_s / UDP_SHARE_OF_WAIT

    def ordered(self, servers: Iterable[NameServer], zone: dns.name.Name) -> list[NameServer]:
        """The servers by smoothed round-trip time, those lately silent about the zone last."""
        return sorted(servers, key=lambda server: self._cost(server.address, zone))

    def _cost(self, address: IPAddress, zone: dns.name.Name) -> tuple[bool, float]:
        return self._is_silent(address, zone), self._state(address).round_trip_s

    def _is_silent(self, address: IPAddress, zone: dns.name.Name) -> bool:
        return (self._silent_until.get((address, zone.labels)) or 0.0) > asyncio.get_running_loop().time()

    def takes_bundles(self, address: IPAddress, zone: dns.name.Name) -> bool:
        """Whether the address is known to answer plain datagrams with EDNS: several may be sent to it at once."""
        state = self._state(address)
        able = state.has_edns and not state.over_tcp and not self._is_silent(address, zone)
        return able and asyncio.get_running_loop().time() >= state.without_edns_until

    async def ask(
        self,
        server: NameServer,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        *,
        zone: dns.name.Name,
        thorough: bool = True,
    ) -> Reply:
        """Ask one question that the server should answer for `zone`; never raises for the network's trouble.

        Thorough: a second datagram, a smaller payload, TCP, and at last without EDNS. Otherwise one datagram (and TCP
        when it is truncated). The reply's `failure` is the first trouble met. An address that stayed silent to a
        thorough question is left alone for a while, for that zone only: it may serve other zones well.
        """
        state = self._state(server.address)
        loop = asyncio.get_running_loop()
        question = canonical_text(name), type_text(rdtype)
        if self._is_silent(server.address, zone):
            return _reply(server, question, None, Failure.TIMEOUT)
        first: NetworkError | None = None
        for transport, payload in self._attempts(state, thorough=thorough):
            started = loop.time()
            try:
                message = await self._attempt(server, name, rdtype, transport, payload)
            except NetworkError as error:
                first = first or error
                if error.failure in (
                    Failure.UNREACHABLE,
                    Failure.NOT_ALLOWED,
                    Failure.EXCLUDED,
                    Failure.LOCAL,
                ):
                    break
                continue
            except asyncio.CancelledError:
                # Another server was faster: this one takes at least so long, and is asked after that one from now on.
                state.round_trip_s = max(state.round_trip_s, loop.time() - started)
                raise
            state.round_trip_s += _SMOOTHING * (loop.time() - started - state.round_trip_s)
            plain = payload == 0
            if message.rcode in EDNS_TROUBLE and not plain:
                # RFC 6891 §7: perhaps it does not know EDNS; the question is asked again without
                again = await self._without_edns(server, name, rdtype)
                plain = again is not None
                message = again or message
            state.has_edns = state.has_edns or message.edns
            # One name that it is silent about tells nothing of the other zones that it serves (RFC 6891 §6.2.2).
            if plain and not state.has_edns and loop.time() >= state.without_edns_until:
                state.without_edns_until = loop.time() + WITHOUT_EDNS_FOR_S
            state.over_tcp = state.over_tcp or (transport == "tcp" and thorough)
            return _reply(server, question, message, None, transport)
        assert first is not None
        state.round_trip_s = min(5.0, state.round_trip_s * 2 + 0.1)
        if thorough and first.failure is Failure.TIMEOUT:
            self._silent_until.keep((server.address, zone.labels), loop.time() + SILENT_FOR_S)
        return _reply(server, question, None, first.failure)

    async def answers_over_tcp(self, server: NameServer, zone: dns.name.Name) -> Fact:
        """Whether the address answers over TCP (RFC 7766 §5): asked once a sweep, for the zone's SOA."""
        state = self._state(server.address)
        async with state.tcp_turn:
            if state.tcp is Fact.NOT_TESTED:
                try:
                    await self._attempt(server, zone, dns.rdatatype.SOA, "tcp", EDNS_PAYLOAD_BYTES)
                except NetworkError as error:
                    state.tcp = Fact.NO if error.failure in _NO_TCP else Fact.NOT_TESTED
        return state.tcp

    async def _without_edns(
        self, server: NameServer, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
    ) -> Message | None:
        """The answer without EDNS; None when there is none, or when it was not EDNS that troubled the server."""
        try:
            message = await self._attempt(server, name, rdtype, "udp", 0)
        except NetworkError:
            return None
        return message if message.tells else None

    def _attempts(self, state: ServerState, *, thorough: bool) -> list[tuple[str, int]]:
        without_edns = asyncio.get_running_loop().time() < state.without_edns_until
        payload = 0 if without_edns else EDNS_PAYLOAD_BYTES
        if not thorough:
            return [("tcp" if state.over_tcp else "udp", payload)]
        steps = [
            ("udp", payload),
            ("udp", payload),
            ("udp", SMALL_PAYLOAD_BYTES),
            ("tcp", payload),
            ("udp", 0),
        ]
        if state.over_tcp:
            steps = [("tcp", payload), *steps[:2]]
        if without_edns:
            steps = [step for step in steps if step[1] == 0]
        return steps

    async def _attempt(
        self,
        server: NameServer,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        transport: str,
        payload: int,
    ) -> Message:
        query = write_query(secrets.randbelow(1 << 16), name, rdtype, payload)
        if transport == "udp":
            wire = await self.network.ask(
                server.address,
                DNS_PORT,
                query,
                accept=lambda datagram: answers(query, datagram),
                wait_s=self._udp_wait_s,
            )
            message = None if is_truncated(wire) else _read(wire)
            # RFC 7873 §5.3: who wants a cookie over UDP answers without one over TCP
            if message is not None and message.rcode != "BADCOOKIE":
                return message
        return _read(await self._ask_tcp(server.address, query))

    async def _ask_tcp(self, address: IPAddress, query: bytes) -> bytes:
        wait_s = self.network.wait_s
        wire = await ask_over_tcp(self.network, address, query, wait_s=wait_s / 2, total_s=wait_s)
        self._state(address).tcp = Fact.YES
        return wire

    def _state(self, address: IPAddress) -> ServerState:
        state = self._states.get(address)
        if state is None:
            unknown_s = _UNKNOWN_IPV4_S if address.version == 4 else _UNKNOWN_IPV6_S
            state = self._states.keep(address, ServerState(round_trip_s=unknown_s))
        return state


def _read(wire: bytes) -> Message:
    try:
        return parse_message(wire)
    except MalformedMessageError as error:
        raise NetworkError(Failure.MALFORMED, str(error)) from error


def _reply(
    server: NameServer,
    question: tuple[str, str],
    message: Message | None,
    failure: Failure | None,
    transport: str = "udp",
) -> Reply:
    return Reply(
        server=server,
        name=question[0],
        type=question[1],
        message=message,
        failure=failure,
        transport=transport,
    )
