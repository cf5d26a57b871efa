"""A laboratory's network door that also tallies the bytes received: what a sweep costs the line."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from checker.network.addresses import IPAddress
from checker.network.stream import Limits, Stream
from tests.lab.network import LabNetwork

TCP_BYTES, UDP_BYTES = "bytes:tcp", "bytes:udp"
"""Where `counts` has what was received; of datagrams only the answers that were taken."""


class TalliedNetwork(LabNetwork):
    """`LabNetwork` with received bytes among its `counts`."""

    @asynccontextmanager
    async def connect(
        self, address: IPAddress, port: int, *, limits: Limits | None = None, providers: Sequence[str] = ()
    ) -> AsyncIterator[Stream]:
        async with super().connect(address, port, limits=limits, providers=providers) as stream:
            try:
                yield stream
            finally:
                self.counts[TCP_BYTES] += stream.received_bytes

    async def ask(
        self, address: IPAddress, port: int, payload: bytes, *, accept: Callable[[bytes], bool], wait_s: float
    ) -> bytes:
        answer = await super().ask(address, port, payload, accept=accept, wait_s=wait_s)
        self.counts[UDP_BYTES] += len(answer)
        return answer

    async def ask_all(
        self,
        address: IPAddress,
        port: int,
        payloads: Sequence[bytes],
        *,
        accept: Callable[[bytes], int | None],
        wait_s: float,
    ) -> list[bytes | None]:
        answers = await super().ask_all(address, port, payloads, accept=accept, wait_s=wait_s)
        self.counts[UDP_BYTES] += sum(len(answer) for answer in answers if answer is not None)
        return answers
