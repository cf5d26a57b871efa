import asyncio

import pytest

from checker.network.budget import Budget

SHORT_S = 0.02


async def test_the_clock_stands_still_while_anybody_waits() -> None:
    async with asyncio.timeout(SHORT_S) as timeout:
        budget = Budget(timeout)
        with budget.paused():
            assert timeout.when() is None
            with budget.paused():
                await asyncio.sleep(2 * SHORT_S)
            assert timeout.when() is None
        left = timeout.when()
    assert left is not None
    assert not timeout.expired()


async def test_the_rest_of_the_time_still_ends() -> None:
    async def wait_then_hang() -> None:
        async with asyncio.timeout(SHORT_S) as timeout:
            with Budget(timeout).paused():
                await asyncio.sleep(0)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await wait_then_hang()


async def test_without_a_deadline_none_is_made() -> None:
    async with asyncio.timeout(None) as timeout:
        with Budget(timeout).paused():
            await asyncio.sleep(0)
        assert timeout.when() is None


async def test_a_task_may_queue_just_when_the_deadline_strikes() -> None:
    queued = []

    async def queue_when_late() -> None:
        async with asyncio.timeout(SHORT_S) as timeout:
            budget = Budget(timeout)
            try:
                await asyncio.Event().wait()
            finally:
                with budget.paused():
                    queued.append("turn")

    with pytest.raises(TimeoutError):
        await queue_when_late()
    assert queued == ["turn"]


async def test_work_that_outlives_the_row_leaves_its_clock_alone() -> None:
    async with asyncio.timeout(SHORT_S) as timeout:
        budget = Budget(timeout)
        waiting = budget.paused()
        waiting.__enter__()
        await asyncio.sleep(0)
        budget.close()
    waiting.__exit__(None, None, None)
    with budget.paused():
        assert timeout.when() is None


async def test_a_budget_within_a_rows_stands_still_with_it() -> None:
    async with asyncio.timeout(None) as outer, asyncio.timeout(60) as inner:
        outer.reschedule(asyncio.get_running_loop().time() + 60)
        row = Budget(outer)
        part = Budget(inner, within=row)
        assert part.row is row.row is row
        with part.paused():
            await asyncio.sleep(0)
            assert (outer.when(), inner.when()) == (None, None)
        assert outer.when() is not None
        assert inner.when() is not None


async def test_the_time_that_is_left_stands_still_too() -> None:
    async with asyncio.timeout(60) as timeout:
        budget = Budget(timeout)
        left = budget.left_s
        assert left is not None
        assert 0 < left <= 60
        with budget.paused():
            paused = budget.left_s
            await asyncio.sleep(0)
            assert budget.left_s == paused
    assert Budget(asyncio.timeout(None)).left_s is None
