"""The door itself: connect to a pinned address, ask one datagram question, count what was done.

Probes get a `Network` and nothing else; tests and replays subclass it and say where an address really is.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from checker.network.addresses import AddressPolicy, IPAddress, address_text
from checker.network.clock import Clock
from checker.network.errors import NetworkError, translate
from checker.network.identity import Identity
from checker.network.manners import Manners
from checker.network.silence import Silence
from checker.network.stream import Limits, Stream
from checker.network.waits import connect, receive
from checker.observations.failure import Failure

SMTP_PORT = 25
"""Connections to one address's mail server are spaced, whatever name led to it."""
DATAGRAM_MAX_BYTES = 65_535
"""The largest UDP payload there is; nothing longer can arrive."""
DATAGRAM_STRAYS = 32
"""Datagrams that do not match the question before the wait is given up (RFC 5452 §9.1)."""
DATAGRAMS_AT_ONCE = 8
"""Questions at once to one name-server address."""
BUNDLES_AT_ONCE = 2
"""Bundles of questions at once to one name-server address."""
DATAGRAM_TURN_S = 0.2
"""How long a question counts as one of those: a server that has not answered by then is busy with others, and a zone
about which it stays silent must not keep the zones that it serves waiting."""


@dataclass(slots=True)
class Network:
    """The real network.

    `wait_s` is the default for one wait. `counts` tallies what was done, by kind ("tcp:443", "udp:53").
    """

    clock: Clock = field(default_factory=Clock)
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    manners: Manners = field(default_factory=Manners)
    silence: Silence = field(default_factory=Silence)
    identity: Identity = field(default_factory=Identity)
    wait_s: float = 10.0
    counts: Counter[str] = field(default_factory=Counter)

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:  # noqa: ARG002 - for subclasses
        """Where (address, port) really is: here itself; a laboratory answers with its loopback port.

        Raises NetworkError when the destination is known to be out of reach.
        """
        return address_text(address), port

    def check(self, address: IPAddress) -> None:
        """Raise NetworkError(NOT_ALLOWED or EXCLUDED) when the policy says no."""
        if self.policy.is_excluded(address):
            raise NetworkError(Failure.EXCLUDED, f"{address} is excluded by the settings")
        if why := self.policy.refusal(address):
            raise NetworkError(Failure.NOT_ALLOWED, f"{address} is {why}")

    @asynccontextmanager
    async def connect(
        self, address: IPAddress, port: int, *, limits: Limits | None = None, providers: Sequence[str] = ()
    ) -> AsyncIterator[Stream]:
        """Open a TCP connection to exactly this address and hold the destination's turn until it is closed.

        `providers` name those whose turns are held besides (`Manners`). Raises NetworkError: TIMEOUT, REFUSED,
        UNREACHABLE, NOT_ALLOWED, EXCLUDED, LOCAL.
        """
        self.check(address)
        limits = limits or Limits(wait_s=self.wait_s)
        async with self.manners.turns(address_text(address), providers, mail=port == SMTP_PORT):
            self.counts[f"tcp:{port}"] += 1
            stream = await self._open(address, port, limits)
            try:
                yield stream
            finally:
                stream.close()

    async def _open(self, address: IPAddress, port: int, limits: Limits) -> Stream:
        place, told = self.locate(address, port, udp=False), (address_text(address), port)
        wait_s = self.silence.wait_s(told, limits.wait_s)
        connection = None
        try:
            connection = socket.socket(_family(place[0]), socket.SOCK_STREAM)
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await connect(connection, place, asyncio.get_running_loop().time() + wait_s)
        except TimeoutError:
            self.silence.kept(told)
            _close(connection)
            raise NetworkError(Failure.TIMEOUT, f"no answer to connect within {wait_s:g} s") from None
        except OSError as error:
            self.silence.broken(told)
            _close(connection)
            raise translate(error) from error
        except BaseException:
            _close(connection)
            raise
        self.silence.broken(told)
        return Stream(connection, limits)

    async def ask(
        self, address: IPAddress, port: int, payload: bytes, *, accept: Callable[[bytes], bool], wait_s: float
    ) -> bytes:
        """Send one datagram from a fresh random port and return the first datagram from there that `accept`s.

        The socket is connected, so the kernel drops datagrams from elsewhere; strays from the same address are
        dropped while waiting on (RFC 5452 §9.1). Raises NetworkError: TIMEOUT, REFUSED, UNREACHABLE, NOT_ALLOWED,
        EXCLUDED, LOCAL.
        """
        self.check(address)
        place = self.locate(address, port, udp=True)
        try:
            with socket.socket(_family(place[0]), socket.SOCK_DGRAM) as udp:
                udp.setblocking(False)
                async with self.manners.turn(f"udp:{address_text(address)}", at_once=DATAGRAMS_AT_ONCE):
                    self.counts[f"udp:{port}"] += 1
                    udp.connect(place)
                    udp.send(payload)
                    sent = asyncio.get_running_loop().time()
                    with suppress(TimeoutError):
                        return await _receive(udp, accept, sent + min(wait_s, DATAGRAM_TURN_S))
                return await _receive(udp, accept, sent + wait_s)
        except TimeoutError:
            raise NetworkError(Failure.TIMEOUT, f"no datagram within {wait_s:g} s") from None
        except OSError as error:
            raise translate(error) from error

    async def ask_all(
        self,
        address: IPAddress,
        port: int,
        payloads: Sequence[bytes],
        *,
        accept: Callable[[bytes], int | None],
        wait_s: float,
    ) -> list[bytes | None]:
        """Send several datagrams at once from one fresh random port; each one's answer, None where none came in time.

        `accept` tells which payload a datagram answers, None for a stray. Otherwise as `ask`.
        """
        self.check(address)
        place = self.locate(address, port, udp=True)
        answers: list[bytes | None] = [None] * len(payloads)
        try:
            with socket.socket(_family(place[0]), socket.SOCK_DGRAM) as udp:
                udp.setblocking(False)
                async with self.manners.turn(f"udps:{address_text(address)}", at_once=BUNDLES_AT_ONCE):
                    self.counts[f"udp:{port}"] += len(payloads)
                    udp.connect(place)
                    for payload in payloads:
                        udp.send(payload)
                    sent = asyncio.get_running_loop().time()
                    with suppress(TimeoutError):
                        await _receive_all(udp, accept, answers, sent + min(wait_s, DATAGRAM_TURN_S))
                        return answers
                with suppress(TimeoutError):
                    await _receive_all(udp, accept, answers, sent + wait_s)
        except OSError as error:
            raise translate(error) from error
        return answers


async def _receive_all(
    udp: socket.socket, accept: Callable[[bytes], int | None], answers: list[bytes | None], until: float
) -> None:
    """Fill in the answers that are missing; raises TimeoutError when some still are at the end."""
    missing = answers.count(None)
    for _ in range(DATAGRAM_STRAYS + missing):
        datagram = await receive(udp, DATAGRAM_MAX_BYTES, until)
        place = accept(datagram)
        if place is not None and answers[place] is None:
            answers[place] = datagram
            missing -= 1
            if not missing:
                return


async def _receive(udp: socket.socket, accept: Callable[[bytes], bool], until: float) -> bytes:
    for _ in range(DATAGRAM_STRAYS):
        datagram = await receive(udp, DATAGRAM_MAX_BYTES, until)
        if accept(datagram):
            return datagram
    raise NetworkError(Failure.MALFORMED, f"{DATAGRAM_STRAYS} datagrams that do not belong to the question")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _close(connection: socket.socket | None) -> None:
    if connection is not None:
        connection.close()
