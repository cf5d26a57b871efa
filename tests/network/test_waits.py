"""A machine that stands still finds the answer when it wakes up; a peer that is silent stays silent."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address

import pytest

from checker.network.addresses import AddressPolicy
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.stream import Limits, Stream
from checker.network.waits import STANDSTILL_S, connect, receive
from checker.observations.failure import Failure

pytestmark = pytest.mark.real_time  # a clock that only waits move would never stand still

HERE = ip_address("127.0.0.1")
WAIT_S = 0.02
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Our end, which does not block, and the peer's."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def stand_still(meanwhile: Callable[[], object]) -> None:
    """As soon as the test waits, something happens, and nobody here gets a turn until its time is over."""

    def work() -> None:
        meanwhile()
        time.sleep(STANDSTILL_S)  # far over the wait

    asyncio.get_running_loop().call_soon(work)


async def test_what_came_while_we_stood_still_is_read(pair: Pair) -> None:
    ours, theirs = pair
    stream = Stream(ours, Limits(wait_s=WAIT_S))
    stand_still(lambda: theirs.send(b"220 here\r\n"))
    assert await stream.read() == b"220 here\r\n"


async def test_a_silent_peer_is_silent_after_a_standstill_too(pair: Pair) -> None:
    stream = Stream(pair[0], Limits(wait_s=WAIT_S))
    stand_still(lambda: time.sleep(STANDSTILL_S))  # so long that it is waited on a little
    with pytest.raises(NetworkError) as raised:
        await stream.read()
    assert raised.value.failure is Failure.TIMEOUT


async def test_who_slept_through_the_end_waits_a_little_more(pair: Pair) -> None:
    ours, theirs = pair
    loop = asyncio.get_running_loop()
    stream = Stream(ours, Limits(wait_s=WAIT_S))
    stand_still(lambda: time.sleep(STANDSTILL_S))
    loop.call_soon(lambda: loop.call_later(STANDSTILL_S / 10, theirs.send, b"220 here\r\n"))
    assert await stream.read() == b"220 here\r\n"


async def test_a_conversation_is_not_longer_than_it_may_be(pair: Pair) -> None:
    ours, theirs = pair
    stream = Stream(ours, Limits(wait_s=WAIT_S, total_s=WAIT_S))
    stand_still(lambda: theirs.send(b"250 too late\r\n"))
    await asyncio.sleep(0)
    with pytest.raises(NetworkError) as raised:
        await stream.read()
    assert raised.value.failure is Failure.TIMEOUT


async def test_a_datagram_that_came_while_we_stood_still_is_the_answer() -> None:
    network = Network(policy=AddressPolicy(allow_private=True))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((str(HERE), 0))

        def answer() -> None:
            question, sender = server.recvfrom(512)
            server.sendto(question.upper(), sender)

        port = server.getsockname()[1]
        asked = asyncio.create_task(
            network.ask(HERE, port, b"who", accept=lambda data: data == b"WHO", wait_s=WAIT_S)
        )
        await asyncio.sleep(0)  # the question is out
        stand_still(answer)
        assert await asked == b"WHO"
        several = asyncio.create_task(
            network.ask_all(HERE, port, [b"who"], accept=lambda _: 0, wait_s=WAIT_S)
        )
        await asyncio.sleep(0)
        stand_still(answer)
        assert await several == [b"WHO"]


async def test_a_connection_that_was_made_while_we_stood_still_stands() -> None:
    with socket.create_server((str(HERE), 0)) as server, socket.socket() as ours:
        ours.setblocking(False)
        await connect(ours, server.getsockname(), asyncio.get_running_loop().time())
        theirs, _ = server.accept()
        with theirs:
            theirs.send(b"220")
            assert await receive(ours, 16, asyncio.get_running_loop().time() + 60) == b"220"


async def test_who_takes_no_connection_is_silent() -> None:
    with socket.create_server((str(HERE), 0), backlog=0) as server, socket.socket() as first:
        first.connect(server.getsockname())  # the only one that fits
        network = Network(policy=AddressPolicy(allow_private=True))
        for _ in range(2):  # the second silence is as the first
            with pytest.raises(NetworkError) as raised:
                async with network.connect(HERE, server.getsockname()[1], limits=Limits(wait_s=WAIT_S)):
                    pass
            assert raised.value.failure is Failure.TIMEOUT


async def test_a_refusal_is_a_refusal() -> None:
    with socket.socket() as nobody, socket.socket() as ours:
        nobody.bind((str(HERE), 0))
        ours.setblocking(False)
        with pytest.raises(ConnectionRefusedError):
            await connect(ours, nobody.getsockname(), asyncio.get_running_loop().time() + 60)


async def test_who_is_hung_up_on_is_told(pair: Pair) -> None:
    ours, _ = pair

    def hang_up() -> None:
        ours.close()
        time.sleep(STANDSTILL_S)

    stand_still(hang_up)
    with pytest.raises(OSError, match="Bad file descriptor"):
        await receive(ours, 16, asyncio.get_running_loop().time() + WAIT_S)


async def test_who_is_stopped_leaves_nothing_to_wait_for(pair: Pair) -> None:
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(receive(pair[0], 16, loop.time() + 60))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not loop.remove_reader(pair[0].fileno())
