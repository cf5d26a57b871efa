import asyncio
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any

from checker.network.budget import Budget, current_budget
from checker.network.manners import Manners

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
        async with manners.turns(str(number), [f"provider{number}.example"]):
            pass
    assert not manners._places
