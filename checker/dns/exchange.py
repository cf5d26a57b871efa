"""One question to one server address: UDP with EDNS, and the steps down for servers that cannot.

Never decides what an answer means; failures on the way are facts for resolving, never grounds for bogus.
"""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import dns.name
import dns.rdatatype

from checker.dns.query import EDNS_PAYLOAD_BYTES, SMALL_PAYLOAD_BYTES, answers, is_truncated, write_query
from checker.dns.records import MalformedMessageError, canonical_text, parse_message
from checker.dns.remembered import Remembered
from checker.dns.tcp import DNS_PORT, ask_over_tcp
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.observations.dns import IPAddress, Message, NameServer, Reply
from checker.observations.failure import Failure

UDP_SHARE_OF_WAIT = 4
"""A datagram is waited for a quarter of the network's wait: it is sent more than once."""
SILENT_FOR_S = 30.0
"""How long an address that answered nothing at all is left alone."""
WITHOUT_EDNS_FOR_S = 45.0
"""How long an address is asked without EDNS: it may have been lost datagrams, and a second attempt must find out."""
REMEMBERED_SERVERS = 8192
_EDNS_TROUBLE = frozenset({"FORMERR", "NOTIMP", "BADVERS"})
_UNKNOWN_IPV4_S, _UNKNOWN_IPV6_S = 0.05, 0.06
_SMOOTHING = 0.3


@dataclass(slots=True)
class ServerState:
    """What was learnt of one address: smoothed round trip in seconds, and what it cannot do."""

    round_trip_s: float
    without_edns_until: float = 0.0
    over_tcp: bool = False


class Exchange:
    """Asks questions and remembers per address how it likes to be asked; bounded in size."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._states: Remembered[IPAddress, ServerState] = Remembered(REMEMBERED_SERVERS)
        self._silent_until: Remembered[tuple[IPAddress, dns.name.Name], float] = Remembered(
            REMEMBERED_SERVERS
        )
        self._udp_wait_s = network.wait_s / UDP_SHARE_OF_WAIT

    def ordered(self, servers: Iterable[NameServer], zone: dns.name.Name) -> list[NameServer]:
        """The servers by smoothed round-trip time, those lately silent about the zone last."""
        return sorted(servers, key=lambda server: self._cost(server.address, zone))

    def _cost(self, address: IPAddress, zone: dns.name.Name) -> tuple[bool, float]:
        return self._is_silent(address, zone), self._state(address).round_trip_s

    def _is_silent(self, address: IPAddress, zone: dns.name.Name) -> bool:
        return (self._silent_until.get((address, zone)) or 0.0) > asyncio.get_running_loop().time()

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
        question = canonical_text(name), dns.rdatatype.to_text(rdtype)
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
            state.round_trip_s += _SMOOTHING * (loop.time() - started - state.round_trip_s)
            plain = payload == 0
            if message.rcode in _EDNS_TROUBLE and not plain:
                # RFC 6891 §7: perhaps it does not know EDNS; the question is asked again without
                again = await self._without_edns(server, name, rdtype)
                plain = again is not None
                message = again or message
            if plain and loop.time() >= state.without_edns_until:
                state.without_edns_until = loop.time() + WITHOUT_EDNS_FOR_S
            state.over_tcp = state.over_tcp or (transport == "tcp" and thorough)
            return _reply(server, question, message, None, transport)
        assert first is not None
        state.round_trip_s = min(5.0, state.round_trip_s * 2 + 0.1)
        if thorough and first.failure is Failure.TIMEOUT:
            self._silent_until.keep((server.address, zone), loop.time() + SILENT_FOR_S)
        return _reply(server, question, None, first.failure)

    async def _without_edns(
        self, server: NameServer, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
    ) -> Message | None:
        """The answer without EDNS; None when there is none, or when it was not EDNS that troubled the server."""
        try:
            message = await self._attempt(server, name, rdtype, "udp", 0)
        except NetworkError:
            return None
        return None if message.rcode in _EDNS_TROUBLE else message

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
            if is_truncated(wire):
                wire = await self._ask_tcp(server.address, query)
        else:
            wire = await self._ask_tcp(server.address, query)
        try:
            return parse_message(wire)
        except MalformedMessageError as error:
            raise NetworkError(Failure.MALFORMED, str(error)) from error

    async def _ask_tcp(self, address: IPAddress, query: bytes) -> bytes:
        wait_s = self.network.wait_s
        return await ask_over_tcp(self.network, address, query, wait_s=wait_s / 2, total_s=wait_s)

    def _state(self, address: IPAddress) -> ServerState:
        state = self._states.get(address)
        if state is None:
            unknown_s = _UNKNOWN_IPV4_S if address.version == 4 else _UNKNOWN_IPV6_S
            state = self._states.keep(address, ServerState(round_trip_s=unknown_s))
        return state


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
