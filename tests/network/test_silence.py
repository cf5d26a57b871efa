"""A dead address that many rows share takes the full wait from two of them only."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address

import pytest

from checker.network.addresses import IPAddress
from checker.network.budget import Budget, current_budget
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.silence import REMEMBERED, SHORT_WAIT_S, Silence
from checker.observations.failure import Failure

PLACE = ("192.0.2.1", 443)


@contextmanager
def row() -> Iterator[None]:
    token = current_budget.set(Budget(asyncio.Timeout(None)))
    try:
        yield
    finally:
        current_budget.reset(token)


def test_two_rows_wait_in_full() -> None:
    silence = Silence()
    waits = []
    for _ in range(4):
        with row():
            waits.append(silence.wait_s(PLACE, 10))
            silence.kept(PLACE)
            silence.kept(PLACE)  # again in the same row: http, then the bare domain
    assert waits == [10, 10, SHORT_WAIT_S, SHORT_WAIT_S]
    assert silence.wait_s(PLACE, 1) == 1  # never longer than usual
    assert silence.wait_s(("192.0.2.1", 80), 10) == 10


def test_whoever_answers_is_waited_for_again() -> None:
    silence = Silence()
    for _ in range(3):
        with row():
            silence.kept(PLACE)
    silence.broken(PLACE)
    assert silence.wait_s(PLACE, 10) == 10


def test_memory_is_bounded() -> None:
    silence = Silence()
    for number in range(REMEMBERED + 10):
        silence.kept((f"host{number}", 443))
    assert len(silence._places) == REMEMBERED


async def test_the_door_remembers_connections_that_nobody_answered() -> None:
    """Against a listener whose queue is full: the system drops what comes after, as a dead host would."""

    class Full(Network):
        def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
            del address, port, udp
            return place

    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as waiting:
        place: tuple[str, int] = listener.getsockname()
        for _ in range(4):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(place)
        network = Full(wait_s=0.05)
        for _ in range(2):
            with row(), pytest.raises(NetworkError) as caught:
                async with network.connect(ip_address(PLACE[0]), PLACE[1]):
                    raise AssertionError("nobody answers there")
            assert caught.value.failure is Failure.TIMEOUT
        assert network.silence.wait_s(PLACE, 10) == SHORT_WAIT_S
