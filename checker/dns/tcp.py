"""One question over TCP on a connection of its own (RFC 7766 §8: each message behind its length)."""

import struct

from checker.dns.query import answers, is_truncated
from checker.network.addresses import IPAddress
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.stream import Limits, Stream
from checker.observations.failure import Failure

DNS_PORT = 53
_MAX_BYTES = 2 + 65_535


async def ask_over_tcp(
    network: Network, address: IPAddress, query: bytes, *, wait_s: float, total_s: float
) -> bytes:
    """The reply to `query`. Raises NetworkError as the door does, CLOSED when cut short, MALFORMED for another's.

    A reply that calls itself truncated here too (RFC 7766 §5) is MALFORMED: what it lacks must not pass for absent.
    """
    limits = Limits(wait_s=wait_s, total_s=total_s, max_bytes=_MAX_BYTES)
    async with network.connect(address, DNS_PORT, limits=limits) as stream:
        await stream.write(struct.pack("!H", len(query)) + query)
        (length,) = struct.unpack("!H", await _read_exactly(stream, 2))
        wire = await _read_exactly(stream, length)
    if not answers(query, wire):
        raise NetworkError(Failure.MALFORMED, "an answer to another question")
    if is_truncated(wire):
        raise NetworkError(Failure.MALFORMED, "truncated over TCP")
    return wire


async def _read_exactly(stream: Stream, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = await stream.read(size - len(data))
        if not chunk:
            raise NetworkError(Failure.CLOSED, "closed before the answer was whole")
        data += chunk
    return data
