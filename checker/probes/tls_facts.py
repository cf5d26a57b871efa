"""How we take TLS facts: raw hellos over the network, one connection each, at most ten, until the plan is through.

Never judges, and never needs to finish: what was learnt before a cancellation stands, the rest is not tested.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from checker.network.addresses import IPAddress
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.stream import Limits, Stream
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.observations.web import WebEndpoint, WebObservation
from checker.protocols.client_hello import RANDOM_BYTES, Hello, client_hello
from checker.protocols.hello_plan import next_hello
from checker.protocols.hellos import BROAD
from checker.protocols.server_hello import ReplyReader
from checker.protocols.tls_facts import tls_facts

WAIT_S = 5.0
"""One wait for connection or bytes; shorter when the network's own is."""
TOTAL_S = 10.0
"""One hello's whole conversation after TCP."""
MAX_BYTES = 65_536
"""Received on one connection; a flight with a long chain has some 10 000."""
STRIKES = 2
"""Connections in a row that do not come about, after which an address is left alone."""

Opener = Callable[[], AbstractAsyncContextManager[Stream]]
"""Opens one connection that is ready for a ClientHello: plain TCP, or past STARTTLS. Raises NetworkError, also without
connecting when the service has asked to be left alone."""


def plain_opener(network: Network, address: IPAddress, port: int) -> Opener:
    """Connections straight to a TLS port, with the limits of this module."""
    limits = Limits(wait_s=min(WAIT_S, network.wait_s), total_s=TOTAL_S, max_bytes=MAX_BYTES)

    @asynccontextmanager
    async def connection() -> AsyncIterator[Stream]:
        async with network.connect(address, port, limits=limits) as stream:
            yield stream

    return connection


async def send_hello(opener: Opener, hello: Hello, server_name: str | None) -> HelloReply:
    """One hello on one connection, and what it brought. Raises NetworkError when no connection came about."""
    reader = ReplyReader(hello, whole_flight=hello.name.startswith(BROAD.name))
    async with opener() as stream:
        failure = await _converse(stream, hello, server_name, reader)
    return reader.reply(failure)


async def _converse(
    stream: Stream, hello: Hello, server_name: str | None, reader: ReplyReader
) -> Failure | None:
    try:
        await stream.write(
            client_hello(hello, random=secrets.token_bytes(RANDOM_BYTES), server_name=server_name)
        )
        while not reader.enough:
            data = await stream.read()
            if not data:
                return Failure.CLOSED
            reader.feed(data)
    except NetworkError as error:
        return error.failure
    return None


async def broad_hello(
    network: Network, address: IPAddress, port: int, server_name: str | None, *, opener: Opener | None = None
) -> HelloReply:
    """The one wide hello for a service that the ordinary handshake got no session with.

    ESTABLISHED means a whole flight up to ServerHelloDone, its certificates included. When no connection came about
    the reply is SILENT with the failure.
    """
    try:
        return await send_hello(opener or plain_opener(network, address, port), BROAD, server_name)
    except NetworkError as error:
        return HelloReply(name=BROAD.name, outcome=TlsOutcome.SILENT, failure=error.failure)


class TlsFactsRun:
    """The plan for one address, hello by hello; `facts` may be read at any time, also after a cancellation."""

    def __init__(
        self,
        network: Network,
        address: IPAddress,
        port: int,
        server_name: str | None,
        handshake: Handshake,
        *,
        broad: HelloReply | None = None,
        opener: Opener | None = None,
    ) -> None:
        """`broad` is the broad hello's reply where one was sent already; `opener` replaces plain TCP."""
        self._opener = opener or plain_opener(network, address, port)
        self._server_name = server_name
        self._handshake = handshake
        self._replies: list[HelloReply] = [broad] if broad else []

    @property
    def facts(self) -> TlsFacts:
        """What is known so far."""
        return tls_facts(self._handshake, self._replies)

    async def run(self) -> None:
        """Send what the plan asks for, one connection at a time; two in a row that do not come about are the end."""
        failed = strikes = 0
        while strikes < STRIKES and (hello := next_hello(self._handshake, self._replies, failed=failed)):
            try:
                self._replies.append(await send_hello(self._opener, hello, self._server_name))
                strikes = 0
            except NetworkError:
                failed += 1  # not recorded as a reply: the same hello is tried once more
                strikes += 1


class WebFactsRun:
    """The facts of every address of a web host that TLS was tried with; addresses run side by side."""

    def __init__(self, web: WebObservation, network: Network) -> None:
        self._web = web
        self._runs = {
            endpoint.address: TlsFactsRun(
                network, endpoint.address, 443, web.host, handshake, broad=endpoint.broad
            )
            for endpoint in web.endpoints
            if (handshake := _handshake(endpoint)) is not None
        }

    @property
    def observation(self) -> WebObservation:
        """The observation with the facts known so far."""
        endpoints = tuple(
            replace(endpoint, facts=run.facts) if (run := self._runs.get(endpoint.address)) else endpoint
            for endpoint in self._web.endpoints
        )
        return replace(self._web, endpoints=endpoints)

    async def run(self) -> None:
        """Run the plan at every address; on cancellation what is known stays in `observation`."""
        async with asyncio.TaskGroup() as group:
            for run in self._runs.values():
                group.create_task(run.run())


def _handshake(endpoint: WebEndpoint) -> Handshake | None:
    """The ordinary handshake of the first https request at the address, None when TCP did not stand."""
    return endpoint.https.hops[0].handshake
