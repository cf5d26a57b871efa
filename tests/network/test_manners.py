import asyncio
from collections import Counter
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any

import pytest

from checker.network.budget import Budget, current_budget
from checker.network.manners import FORGET_AT, Manners

STEP_S = 0.03


async def in_row(clock: asyncio.Timeout, work: Coroutine[Any, Any, None]) -> None:
    """Run work as part of a row whose clock is `clock`."""
    token = current_budget.set(Budget(clock))
    try:
        await work
    finally:
        current_budget.reset(token)


async def test_one_at_a_time_at_each_destination() -> None:
    manners = Manners(spacing_s=0)
    inside = {"a": 0, "b": 0}
    most = {"a": 0, "b": 0}

    async def visit(place: str) -> None:
        async with manners.turns(place):
            inside[place] += 1
            most[place] = max(most[place], inside[place])
            await asyncio.sleep(0)
            inside[place] -= 1

    await asyncio.gather(*(visit(place) for place in "aabbab" * 5))
    assert most == {"a": 1, "b": 1}


async def test_spacing_lies_between_two_turns_at_a_provider() -> None:
    manners = Manners(spacing_s=STEP_S)
    begun: list[float] = []
    for address in ("a", "b", "c"):
        async with manners.turns(address, ["provider.example"]):
            begun.append(asyncio.get_running_loop().time())
    assert all(later - earlier >= STEP_S for earlier, later in pairwise(begun))


async def test_spacing_lies_between_two_turns_at_one_address_of_different_providers() -> None:
    manners = Manners(spacing_s=STEP_S)
    begun: list[float] = []
    ended: list[float] = []

    async def visit(provider: str) -> None:
        async with manners.turns("a", [provider], mail=True):
            begun.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0)
            ended.append(asyncio.get_running_loop().time())

    await asyncio.gather(*(visit(f"provider{number}.example") for number in range(4)))
    assert all(start - end >= STEP_S for end, start in zip(ended, begun[1:], strict=False))


async def test_web_connections_are_not_spaced_and_wait_for_no_mail_spacing() -> None:
    manners = Manners(spacing_s=3600)
    async with manners.turns("a", ["provider.example"], mail=True):
        pass
    for _ in range(3):
        async with asyncio.timeout(5), manners.turns("a"):
            pass


async def test_web_and_mail_at_one_address_are_one_at_a_time() -> None:
    manners = Manners(spacing_s=0)
    order: list[str] = []

    async def web() -> None:
        async with manners.turns("a"):
            order.append("web")

    async with manners.turns("a", ["provider.example"], mail=True):
        visit = asyncio.create_task(web())
        for _ in range(5):
            await asyncio.sleep(0)
        order.append("mail")
    await visit
    assert order == ["mail", "web"]


@pytest.mark.parametrize("at_once", [1, 3])
async def test_so_many_at_once_at_a_provider_and_one_at_each_address(at_once: int) -> None:
    manners = Manners(spacing_s=0, mail_at_once=at_once)
    inside: Counter[str] = Counter()
    most: Counter[str] = Counter()

    async def visit(address: str) -> None:
        async with manners.turns(address, ["provider.example"], mail=True):
            for key in (address, "provider"):
                inside[key] += 1
                most[key] = max(most[key], inside[key])
            for _ in range(5):
                await asyncio.sleep(0)
            inside.subtract((address, "provider"))

    await asyncio.gather(*(visit(address) for address in "abcdeabcdeaabb"))
    assert most == {"provider": at_once} | dict.fromkeys("abcde", 1)
    assert not manners._places


async def test_spacing_holds_between_beginnings_too_where_several_are_there_at_once() -> None:
    manners = Manners(spacing_s=STEP_S, mail_at_once=3)
    moments: list[tuple[float, str]] = []

    async def visit(address: str) -> None:
        async with manners.turns(address, ["provider.example"], mail=True):
            moments.append((asyncio.get_running_loop().time(), "begins"))
            await asyncio.sleep(1.5 * STEP_S)
            moments.append((asyncio.get_running_loop().time(), "ends"))

    await asyncio.gather(*(visit(address) for address in "abcdef"))
    for (earlier, _), (later, what) in pairwise(moments):
        assert (
            what == "ends" or later - earlier >= STEP_S / 2
        )  # the moment is noted a little later than the turn begins


async def test_rows_that_cross_at_addresses_and_providers_do_not_wait_for_each_other() -> None:
    """Every provider leads to every address, and the web is asked there besides: an order for all keys, no deadlock."""
    manners = Manners(spacing_s=0, mail_at_once=2)
    visits = [(address, [provider]) for address in "abc" for provider in ("p", "q", "r")] * 3

    async def visit(address: str, providers: list[str]) -> None:
        async with manners.turns(address, providers, mail=True):
            await asyncio.sleep(0)
        async with manners.turns(address):
            await asyncio.sleep(0)

    async with asyncio.timeout(10):
        await asyncio.gather(*(visit(*each) for each in (*visits, *reversed(visits))))
    assert not manners._places


async def test_a_turn_that_is_given_up_lets_the_next_one_in() -> None:
    manners = Manners(spacing_s=STEP_S)
    async with manners.turns("a", ["p"], mail=True):
        pass

    async def visit() -> None:
        async with manners.turns("a", ["p"], mail=True):
            pass

    waiting = [asyncio.create_task(visit()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # holds the provider's turn and waits for its spacing
    waiting[1].cancel()  # waits for the provider's turn
    async with asyncio.timeout(10):
        await waiting[2]


async def test_waiting_for_another_row_stops_the_rows_clock() -> None:
    manners = Manners()
    async with asyncio.timeout(60) as first, asyncio.timeout(60) as second:
        seen: list[float | None] = []

        async def hold() -> None:
            async with manners.turn("place"):
                await asyncio.sleep(STEP_S)
                seen.append(second.when())

        async def wait() -> None:
            async with manners.turn("place"):
                pass

        await asyncio.gather(in_row(first, hold()), in_row(second, wait()))
    assert seen == [None]


async def test_waiting_for_the_rows_own_connections_counts() -> None:
    manners = Manners()
    async with asyncio.timeout(60) as timeout:
        seen: list[float | None] = []

        async def visit() -> None:
            async with manners.turn("place"):
                await asyncio.sleep(STEP_S)
                seen.append(timeout.when())

        async def both() -> None:
            await asyncio.gather(visit(), visit())

        await in_row(timeout, both())
    assert None not in seen


async def test_places_are_forgotten_when_nobody_is_there() -> None:
    manners = Manners(spacing_s=0)
    for number in range(2000):
        async with manners.turns(str(number), [f"provider{number}.example"], mail=True):
            pass
    assert not manners._places


async def test_spaced_places_are_forgotten_once_their_spacing_has_passed() -> None:
    manners = Manners(spacing_s=0.001)
    for number in range(3 * FORGET_AT):
        async with manners.turns(str(number), [f"provider{number}.example"], mail=True):
            await asyncio.sleep(0)
    assert len(manners._places) <= 2 * FORGET_AT
