"""The lab's door: what it was told, what it was not, and its switches."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import pytest

from checker.network.errors import NetworkError
from checker.network.stream import Limits
from checker.observations.failure import Failure
from tests.lab.network import LOOPBACK, Destinations, LabNetwork, Place, UntoldDestinationError

NOW = datetime(2017, 12, 13, 12, tzinfo=UTC)
HOST4, HOST6 = ip_address("192.0.2.1"), ip_address("2001:db8::1")
SHORT = Limits(wait_s=0.05)


@contextmanager
def destinations() -> Iterator[Destinations]:
    """One host on both families: 25 and 80 listen, 443 is closed, 8443 is filtered; UDP 53 is read by nobody."""
    with (
        socket.create_server((LOOPBACK, 0)) as listener,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as closed,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink,
    ):
        closed.bind((LOOPBACK, 0))
        sink.bind((LOOPBACK, 0))
        told: dict[tuple[str, int, str], int | Place] = {}
        for address in (str(HOST4), str(HOST6)):
            told[address, 25, "tcp"] = told[address, 80, "tcp"] = listener.getsockname()[1]
            told[address, 443, "tcp"] = Place.CLOSED
            told[address, 8443, "tcp"] = told[address, 53, "udp"] = Place.FILTERED
        yield Destinations(
            told=told, closed_port=closed.getsockname()[1], sink_port=sink.getsockname()[1], now=NOW
        )


async def failure(network: LabNetwork, address: str, port: int) -> Failure | None:
    try:
        async with network.connect(ip_address(address), port, limits=SHORT):
            return None
    except NetworkError as error:
        return error.failure


@pytest.mark.parametrize(
    ("switches", "outcomes"),
    [
        ({}, {(4, 80): None, (6, 80): None, (4, 443): Failure.REFUSED, (6, 443): Failure.REFUSED}),
        ({}, {(4, 8443): Failure.TIMEOUT, (4, 25): None}),
        ({"ipv6": False}, {(4, 80): None, (6, 80): Failure.UNREACHABLE, (6, 8443): Failure.UNREACHABLE}),
        ({"ipv4": False}, {(4, 80): Failure.UNREACHABLE, (6, 80): None}),
        ({"port25": False}, {(4, 25): Failure.TIMEOUT, (6, 25): Failure.TIMEOUT, (4, 80): None}),
        ({"offline": True}, {(4, 80): Failure.UNREACHABLE, (6, 25): Failure.UNREACHABLE}),
    ],
    ids=["both families", "filtered", "no IPv6", "no IPv4", "port 25 shut", "offline"],
)
async def test_connecting_comes_to(
    switches: dict[str, Any], outcomes: dict[tuple[int, int], Failure | None]
) -> None:
    with destinations() as told:
        network = LabNetwork(told, **switches)
        for (version, port), expected in outcomes.items():
            assert await failure(network, str(HOST4 if version == 4 else HOST6), port) == expected


async def test_a_question_that_nobody_reads_times_out_and_is_counted() -> None:
    with destinations() as told:
        network = LabNetwork(told)
        with pytest.raises(NetworkError) as caught:
            await network.ask(HOST4, 53, b"?", accept=lambda _: True, wait_s=0.05)
        assert caught.value.failure is Failure.TIMEOUT
        assert network.counts == {"udp:53": 1}


@pytest.mark.parametrize("port", [22, 53])
async def test_what_was_not_told_is_a_bug_and_not_the_networks_trouble(port: int) -> None:
    with destinations() as told:
        network = LabNetwork(told, offline=True)
        with pytest.raises(UntoldDestinationError, match=f"192.0.2.1 port {port}/tcp"):
            await failure(network, str(HOST4), port)


async def test_the_address_policy_is_asked_before_the_lab() -> None:
    with destinations() as told:
        assert await failure(LabNetwork(told), "127.0.0.1", 80) is Failure.NOT_ALLOWED


async def test_a_second_process_gets_the_same_network_from_json() -> None:
    with destinations() as told:
        network = LabNetwork.from_mapping(json.loads(json.dumps(told.to_json())), ipv6=False)
        assert network.clock.now() == NOW
        assert await failure(network, str(HOST4), 80) is None
        assert await failure(network, str(HOST4), 443) is Failure.REFUSED
        assert await failure(network, str(HOST6), 80) is Failure.UNREACHABLE


async def test_a_filtered_destination_holds_its_turn_while_it_waits() -> None:
    with destinations() as told:
        network = LabNetwork(told)
        async with asyncio.timeout(5):
            outcomes = await asyncio.gather(*(failure(network, str(HOST4), 8443) for _ in range(3)))
        assert outcomes == [Failure.TIMEOUT] * 3
        assert network.counts["tcp:8443"] == 3
