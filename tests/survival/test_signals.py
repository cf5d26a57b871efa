"""Told to end in any phase: exit code 4, what was measured is kept, and the next sweep goes on by itself."""

import asyncio
import signal
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from checker.cli.keeping import Keeper
from checker.observations.row import Evidence
from tests.fakes import VANTAGE, row
from tests.survival.aftermath import asked, check_site, check_tidy, sweeps
from tests.survival.moments import BETWEEN_RENAMES, MOMENTS, Moment
from tests.survival.runner import Place

AT_ONCE = ("the history is written",)
"""What the fast tests try; those of tests/daemons try everything."""
TOLD = (signal.SIGTERM, signal.SIGINT)


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        pytest.param(
            moment,
            TOLD[place % 2],
            id=f"{moment.name}, {TOLD[place % 2].name}",
            marks=() if moment.name in AT_ONCE else pytest.mark.daemons,
        )
        for place, moment in enumerate(MOMENTS)
        if "mail" not in moment.name and "half removed" not in moment.name
    ],
)
def test_told_to_end(place: Place, moment: Moment, number: signal.Signals) -> None:
    with place.run(moment) as run:
        assert run.ready()
        ending = run.told(number)
    assert ending.code == 4, ending.said
    errors = [line for line in ending.said.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert errors[0].startswith("error: interrupted")
    if moment.name != "nothing is open":
        assert "the next sweep goes on from there" in errors[0]
    assert "Traceback" not in ending.said
    before = sweeps(place.store)
    check_site(place)
    asked(place)
    place.succeed()
    after = sweeps(place.store)
    if before and not before[-1].published:
        assert len(after) == 1
        assert not asked(place) or before[-1].state == "running"
        kept = before[-1].kept()
        assert {code: after[-1].kept()[code] for code in kept} == kept
    assert check_site(place) == after[-1].id
    check_tidy(place)


@pytest.mark.daemons
def test_told_to_end_between_two_renames_the_old_site_stands(place: Place) -> None:
    place.succeed()
    old = check_site(place)
    with place.run(BETWEEN_RENAMES, exchange=False) as run:
        assert run.ready()
        ending = run.told(signal.SIGTERM)
    assert ending.code == 4
    assert check_site(place) == old, "there is no site until somebody starts the program again"
    place.succeed()
    assert check_site(place) == sweeps(place.store)[-1].id != old
    check_tidy(place)


async def test_what_waits_to_be_written_is_written() -> None:
    """The write of one row holds up that of another when the sweep is told to end: both were measured, both are kept."""
    kept: list[str] = []
    begun, go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def keep(_: str, __: int, evidence: Evidence) -> None:
        loop.call_soon_threadsafe(begun.set)
        go.wait()
        kept.append(evidence.row.code)

    store: Any = SimpleNamespace(observations=SimpleNamespace(keep=keep, park=keep))
    rows = tuple(row(code) for code in "AB")
    with Keeper(store, "domains", rows) as keeper:
        keeper.sweep = SimpleNamespace(id="x")  # type: ignore[assignment]  # its id is all that is asked for
        evidence = [Evidence(row=one, vantage=VANTAGE) for one in rows]
        tasks = [asyncio.ensure_future(keeper.keeping.seen(one)) for one in evidence]
        await begun.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        go.set()
    assert kept == ["A", "B"]
