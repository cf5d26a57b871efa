"""One TCP connection with limits: every wait has a deadline, the conversation a total, reads a byte limit."""

import asyncio
import socket
from dataclasses import dataclass

from checker.network.errors import NetworkError, translate
from checker.network.waits import receive
from checker.observations.failure import Failure

CHUNK_BYTES = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one conversation may cost: seconds for one wait, seconds in all, bytes received in all."""

    wait_s: float = 10.0
    total_s: float = 30.0
    max_bytes: int = 262_144


class Stream:
    """Bytes to and from one peer. All methods raise NetworkError and nothing else for the network's trouble."""

    def __init__(self, connection: socket.socket, limits: Limits) -> None:
        self._socket = connection
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._ends_at = self._loop.time() + limits.total_s
        self.received_bytes = 0

    @property
    def left_s(self) -> float:
        """Seconds left of the conversation's total, never below 0."""
        return max(0.0, self._ends_at - self._loop.time())

    async def read(self, max_bytes: int = CHUNK_BYTES, *, wait_s: float | None = None) -> bytes:
        """Read what is there, at most `max_bytes`; b"" when the peer closed.

        Raises NetworkError: TIMEOUT (this wait, or the conversation's total), RESET, TOO_MUCH.
        """
        room = self._limits.max_bytes - self.received_bytes
        if room <= 0:
            raise NetworkError(Failure.TOO_MUCH, f"over {self._limits.max_bytes} bytes")
        try:
            data = await receive(self._socket, min(max_bytes, room), self._until(wait_s))
        except TimeoutError:
            raise NetworkError(Failure.TIMEOUT, "no bytes within the wait") from None
        except OSError as error:
            raise translate(error) from error
        self.received_bytes += len(data)
        return data

    async def write(self, data: bytes) -> None:
        """Send all of `data`. Raises NetworkError: TIMEOUT, RESET."""
        try:
            async with asyncio.timeout_at(self._until(None)):
                await self._loop.sock_sendall(self._socket, data)
        except TimeoutError:
            raise NetworkError(Failure.TIMEOUT, "the peer does not take our bytes") from None
        except OSError as error:
            raise translate(error) from error

    def close(self) -> None:
        """Close the connection; harmless when repeated."""
        self._socket.close()

    def _until(self, wait_s: float | None) -> float:
        now = self._loop.time()
        if now >= self._ends_at:
            raise NetworkError(Failure.TIMEOUT, f"the conversation took over {self._limits.total_s:g} s")
        return min(now + (self._limits.wait_s if wait_s is None else wait_s), self._ends_at)
