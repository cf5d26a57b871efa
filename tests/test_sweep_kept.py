"""A sweep that is kept as it goes: what stood before, what is handed over when, and what was there from before."""

from contextlib import aclosing

import pytest

from checker.observations.failure import Failure
from checker.observations.row import Evidence
from checker.parking import Parked
from checker.report.model import RowResult
from checker.sweep import Keeping, Sweep, SweepOptions
from tests.fakes import CLOCK, COLUMNS, RULES, VANTAGE, FakeProbes, mail, row, session, web

REFUSED = {"web www.a.example": web("www.a.example", Failure.REFUSED)}
GOOD = {"web www.a.example": web("www.a.example")}


class Kept:
    """Remembers what it was given and in what order; `fails_at` is the row that it cannot take."""

    def __init__(self, fails_at: str = "") -> None:
        self.log: list[tuple[str, str]] = []
        self.parked: list[Parked] = []
        self._fails_at = fails_at

    async def _seen(self, evidence: Evidence) -> None:
        if evidence.row.code == self._fails_at:
            raise OSError("no room")
        self.log.append(("seen", evidence.row.code))

    async def _parked(self, parked: Parked) -> None:
        self.log.append(("parked", parked.evidence.row.code))
        self.parked.append(parked)

    @property
    def keeping(self) -> Keeping:
        return Keeping(seen=self._seen, parked=self._parked)


def sweep(codes: str, probes: FakeProbes, **more: object) -> Sweep:
    return Sweep(
        [row(code) for code in codes],
        columns=COLUMNS,
        ruleset=RULES,
        probes=probes,
        vantage=VANTAGE,
        clock=CLOCK,
        options=SweepOptions(retest_after_s=0.01, concurrency=1),
        **more,  # type: ignore[arg-type]  # each test's own
    )


async def results(running: Sweep) -> dict[str, RowResult]:
    async with aclosing(running.results()) as found:
        return {result.row.code: result async for result in found}


@pytest.mark.parametrize(
    ("scenario", "stood", "looked_again"),
    [
        ("nothing stood", {}, False),
        ("the same stood", {"https": "Nej"}, False),
        ("it was worse before", {"https": "Ja (trasig)"}, False),
        ("it was better before", {"https": "Ja"}, True),
        ("it was another thing before", {"https": "–"}, True),
        ("another column stood better", {"dnssec": "Ja", "https": "Nej"}, False),
    ],
)
async def test_what_is_worse_than_what_stood_is_measured_a_second_time(
    scenario: str, stood: dict[str, str], looked_again: bool
) -> None:
    probes = FakeProbes(first=REFUSED, second=REFUSED)
    found = await results(sweep("A", probes, stood={"A": stood}.__getitem__))
    assert found["A"].cell("https") == "Nej"
    assert probes.hold.begun["web www.a.example/2"] == looked_again
    assert found["A"].remeasured == (frozenset({"https"}) if looked_again else frozenset())


async def test_a_server_that_is_well_the_second_time_has_not_become_worse() -> None:
    probes = FakeProbes(first=REFUSED, second=GOOD)
    found = await results(sweep("A", probes, stood=lambda _: {"https": "Ja"}))
    assert found["A"].cell("https") == "Ja"


async def test_what_our_own_trouble_spoilt_the_second_time_is_not_called_measured_twice() -> None:
    local = {"web www.a.example": web("www.a.example", Failure.LOCAL)}
    found = await results(
        sweep("A", FakeProbes(first=REFUSED, second=local), stood=lambda _: {"https": "Ja"})
    )
    assert (found["A"].cell("https"), found["A"].remeasured) == ("Nej", frozenset())


async def test_nobody_hears_of_a_row_before_it_is_kept() -> None:
    kept = Kept()
    running = sweep("ABC", FakeProbes(), keeping=kept.keeping)
    async with aclosing(running.results()) as found:
        async for result in found:
            assert ("seen", result.row.code) in kept.log
    assert kept.log == [("seen", code) for code in "ABC"]


async def test_a_row_that_waits_is_kept_with_what_it_waits_for() -> None:
    kept = Kept()
    await results(
        sweep(
            "AB",
            FakeProbes(first=REFUSED, second=GOOD),
            keeping=kept.keeping,
            stood=lambda _: {"https": "Ja"},
        )
    )
    assert kept.log == [("parked", "A"), ("seen", "B"), ("seen", "A")]
    assert kept.parked[0].again == {"web"}


async def test_a_row_that_cannot_be_kept_ends_the_sweep() -> None:
    running = sweep("ABC", FakeProbes(), keeping=Kept(fails_at="B").keeping)
    with pytest.raises(OSError, match="no room"):
        await results(running)


async def test_a_row_that_an_error_of_our_own_spoilt_is_not_kept_and_will_be_measured_again() -> None:
    kept = Kept()
    probes = FakeProbes()
    probes.hold.errors["mail a.example"] = ZeroDivisionError("ours")
    await results(sweep("AB", probes, keeping=kept.keeping))
    assert kept.log == [("seen", "B")]


async def test_rows_that_waited_when_the_sweep_was_cut_short_wait_on_and_are_not_measured_anew() -> None:
    kept = Kept()
    await results(
        sweep(
            "A", FakeProbes(first=REFUSED, second=GOOD), keeping=kept.keeping, stood=lambda _: {"https": "Ja"}
        )
    )
    probes = FakeProbes(second=GOOD)
    found = await results(sweep("B", probes, waiting=kept.parked))
    assert set(found) == {"A", "B"}
    assert found["A"].cell("https") == "Ja"
    assert probes.hold.begun["web www.a.example/2"] == 1
    assert not probes.hold.begun["web www.a.example"]
    assert not probes.hold.begun["mail a.example"]


@pytest.mark.parametrize(("known", "cell"), [(True, "Nej"), (False, "Ej mätt")])
async def test_what_was_known_of_port_25_is_known_still(known: bool, cell: str) -> None:
    silent = {"mail a.example": mail("a.example", session("192.0.2.9", failure=Failure.TIMEOUT))}
    running = sweep("A", FakeProbes(first=silent, second=silent))
    if known:
        running.know(mail("b.example", session("192.0.2.10")))
    assert (await results(running))["A"].cell("starttls") == cell
