import asyncio
import gc
import tracemalloc
import weakref
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from checker.observations.dns import DnssecObservation
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation
from checker.observations.row import Evidence, Row
from checker.observations.web import WebObservation
from checker.report.model import RowResult
from checker.rulesets import Ruleset
from checker.sweep import Sweep, SweepOptions, Tally
from checker.verdict import Value, Verdict
from tests.fakes import (
    CLOCK,
    COLUMNS,
    DNSSEC,
    HTTPS,
    NOW,
    RULES,
    STARTTLS,
    VANTAGE,
    FakeColumn,
    FakeProbes,
    dnssec,
    mail,
    row,
    session,
    web,
)

SOON_S = 0.01
TIMEOUT, LOCAL, ROW_DEADLINE = Failure.TIMEOUT, Failure.LOCAL, Failure.ROW_DEADLINE
SILENT = session("192.0.2.99", failure=TIMEOUT)


def sweep(
    rows: Iterable[Row], probes: FakeProbes, columns: tuple[FakeColumn, ...] = COLUMNS, **more: Any
) -> Sweep:
    options = SweepOptions(retest_after_s=SOON_S, **more.pop("options", {}))
    return Sweep(
        rows,
        columns=columns,
        ruleset=RULES,
        probes=probes,
        vantage=VANTAGE,
        clock=CLOCK,
        options=options,
        **more,
    )


def files_in(directory: Path) -> list[Path]:
    return list(directory.iterdir())


async def cells(running: Sweep) -> dict[str, str]:
    """Every row's cells, in the order of delivery."""
    found: dict[str, str] = {}
    async with aclosing(running.results()) as results:
        async for result in results:
            assert result.row.code not in found, "a row came twice"
            found[result.row.code] = " ".join(verdict.value for verdict in result.verdicts)
    return found


async def test_every_row_is_judged_once_in_the_order_of_columns() -> None:
    progress: list[Tally] = []
    running = sweep((row(code) for code in "ABC"), FakeProbes(), on_progress=progress.append)
    assert await cells(running) == dict.fromkeys("ABC", "yes yes yes")
    assert running.tally == Tally(judged=3)
    assert progress[-1] == running.tally
    assert max(tally.running for tally in progress) == 3
    assert running.vantage.port25_ipv4 is Fact.YES
    assert running.vantage.port25_ipv6 is Fact.NOT_TESTED


async def test_no_rows() -> None:
    assert await cells(sweep((), FakeProbes())) == {}


@pytest.mark.parametrize(
    ("column", "probe"),
    [(STARTTLS, "mail"), (HTTPS, "web"), (DNSSEC, "dnssec")],
    ids=str,
)
async def test_only_one_column(column: FakeColumn, probe: str) -> None:
    probes = FakeProbes()
    assert await cells(sweep([row("A")], probes, (column,))) == {"A": "yes"}
    assert {name.split()[0] for name in probes.hold.begun} - {"facts"} == {probe}


async def test_never_more_rows_than_allowed_are_under_way_and_rows_are_read_as_there_is_room() -> None:
    probes = FakeProbes()
    read: list[str] = []

    def feed() -> Iterator[Row]:
        for number in range(20):
            read.append(f"R{number}")
            yield row(f"R{number}")

    running = sweep(feed(), probes, (HTTPS,), options={"concurrency": 3})
    done = 0
    async with aclosing(running.results()) as results:
        async for _ in results:
            done += 1
            assert len(read) <= done + 3
    assert done == 20
    assert probes.hold.most_at_once == 3


async def test_a_hostile_row_costs_only_itself_and_others_overtake_it() -> None:
    probes = FakeProbes()
    probes.hold.stuck |= {"web www.a.example", "mail a.example", "dnssec a.example"}
    running = sweep((row(code) for code in "ABCD"), probes, options={"concurrency": 2, "deadline_s": 0.05})
    found = await cells(running)
    assert list(found)[-1] == "A"
    assert found == {"A": "unknown unknown unknown"} | dict.fromkeys("BCD", "yes yes yes")
    assert running.tally.not_measured == 0, "a row that met its deadline was measured"


async def test_our_bug_in_one_row_is_logged_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    probes = FakeProbes()
    probes.hold.errors["mail b.example"] = ZeroDivisionError("ours")
    running = sweep((row(code) for code in "ABC"), probes)
    async with aclosing(running.results()) as results:
        found = {result.row.code: result.verdicts async for result in results}
    assert {code: [verdict.value.value for verdict in verdicts] for code, verdicts in found.items()} == {
        "A": ["yes"] * 3,
        "B": ["unknown"] * 3,
        "C": ["yes"] * 3,
    }
    assert [verdict.indicator for verdict in found["B"]] == ["starttls", "https", "dnssec"]
    assert {(one.code, one.subject) for verdict in found["B"] for one in verdict.findings} == {
        ("own_error", "b.example")
    }
    assert running.tally == Tally(judged=3, not_measured=1)
    assert "row B is not measured" in caplog.text
    assert "ZeroDivisionError: ours" in caplog.text


async def test_our_bug_in_a_judge_spoils_that_row_only() -> None:
    def judge(evidence: Evidence, ruleset: Ruleset) -> Verdict:
        if evidence.row.code == "B":
            raise KeyError(ruleset.name)
        return Verdict(indicator="https", value=Value.YES)

    running = sweep((row(code) for code in "AB"), FakeProbes(), (FakeColumn("https", "web", judge),))
    assert await cells(running) == {"A": "yes", "B": "unknown"}
    assert running.tally.not_measured == 1


async def test_a_reader_of_rows_that_fails_ends_the_sweep_with_its_error() -> None:
    def feed() -> Iterator[Row]:
        yield row("A")
        raise ValueError("line 2")

    with pytest.raises(ValueError, match="line 2"):
        await cells(sweep(feed(), FakeProbes()))


async def test_progress_that_fails_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Tally) -> None:
        raise ZeroDivisionError

    assert await cells(sweep([row("A")], FakeProbes(), on_progress=broken)) == {"A": "yes yes yes"}
    assert caplog.text.count("progress is not shown any more") == 1


BAD_WEB = {"web www.a.example": web("www.a.example", TIMEOUT)}
LATE_WEB = WebObservation(
    host="www.a.example",
    observed_at=NOW,
    ipv4=web("x").ipv4,
    ipv6=web("x").ipv6,
    endpoints=(),
    failure=ROW_DEADLINE,
)
BAD_DNSSEC = {"dnssec a.example": dnssec("a.example", Failure.UNRESOLVABLE)}


@pytest.mark.parametrize(
    ("scenario", "first", "second", "expected", "replaced"),
    [
        ("nothing doubtful", {}, {}, "yes yes yes", set()),
        ("web recovers", BAD_WEB, {"web www.a.example": web("www.a.example")}, "yes yes yes", {"web"}),
        (
            "web fails otherwise",
            BAD_WEB,
            {"web www.a.example": web("www.a.example", Failure.REFUSED)},
            "yes no yes",
            {"web"},
        ),
        (
            "web fails again: not a third time",
            BAD_WEB,
            {"web www.a.example": web("www.a.example", TIMEOUT)},
            "yes unknown yes",
            {"web"},
        ),
        (
            "the second attempt fails by our doing",
            BAD_WEB,
            {"web www.a.example": web("www.a.example", LOCAL)},
            "yes unknown yes",
            set(),
        ),
        (
            "the second attempt is too late",
            BAD_WEB,
            {"web www.a.example": LATE_WEB},
            "yes unknown yes",
            set(),
        ),
        (
            "dnssec recovers",
            BAD_DNSSEC,
            {"dnssec a.example": dnssec("a.example")},
            "yes yes yes",
            {"dnssec"},
        ),
        (
            "two probes, one recovers",
            BAD_WEB | BAD_DNSSEC,
            {"web www.a.example": web("www.a.example"), **BAD_DNSSEC},
            "yes yes unknown",
            {"web", "dnssec"},
        ),
    ],
)
async def test_second_attempts(
    scenario: str, first: dict[str, object], second: dict[str, object], expected: str, replaced: set[str]
) -> None:
    judged: list[frozenset[str]] = []

    def judge(evidence: Evidence, ruleset: Ruleset) -> Verdict:
        judged.append(evidence.second_attempt)
        return DNSSEC.judge(evidence, ruleset)

    probes = FakeProbes(first=first, second=second)
    columns = (STARTTLS, HTTPS, FakeColumn("dnssec", "dnssec", judge))
    assert await cells(sweep([row("A")], probes, columns)) == {"A": expected}, scenario
    assert judged[-1] == replaced, scenario
    assert {name for name in probes.hold.begun if name.endswith("/2")} == {f"{name}/2" for name in second}


async def test_a_second_attempt_waits_while_new_rows_go_on_and_then_sleeps_until_it_is_due() -> None:
    probes = FakeProbes(first=BAD_WEB, second={"web www.a.example": web("www.a.example")})
    progress: list[Tally] = []
    running = sweep(
        (row(code) for code in "ABC"), probes, options={"concurrency": 1}, on_progress=progress.append
    )
    before = asyncio.get_running_loop().time()
    assert list(await cells(running)) == ["B", "C", "A"]
    assert asyncio.get_running_loop().time() - before >= SOON_S
    assert Tally(awaiting_retest=1, judged=2) in progress
    assert running.tally == Tally(judged=3)


async def test_a_pair_of_domains_is_tried_again_together_and_each_keeps_its_better_one() -> None:
    bad = dnssec("post.example", Failure.UNRESOLVABLE)
    probes = FakeProbes(
        first={"dnssec post.example": bad},
        second={
            "dnssec a.example": dnssec("a.example", LOCAL),
            "dnssec post.example": dnssec("post.example"),
        },
    )
    assert await cells(sweep([row("A", "post.example")], probes, (DNSSEC,))) == {"A": "yes"}


async def test_no_second_attempt_when_none_is_wanted() -> None:
    running = sweep([row("A")], FakeProbes(first=BAD_WEB), options={"retest": False})
    assert await cells(running) == {"A": "yes unknown yes"}


async def test_our_bug_in_the_second_attempt_leaves_the_first(caplog: pytest.LogCaptureFixture) -> None:
    probes = FakeProbes(first=BAD_WEB, second={"web www.a.example": web("www.a.example")})
    probes.hold.errors["web www.a.example/2"] = ZeroDivisionError("ours")
    running = sweep([row("A")], probes)
    assert await cells(running) == {"A": "yes unknown yes"}
    assert running.tally.not_measured == 0
    assert "row A keeps its first attempt" in caplog.text


def silent(domain: str, address: str) -> MailObservation:
    return mail(domain, session(address, failure=TIMEOUT))


async def test_a_proven_port_25_releases_the_rows_that_wait_for_it() -> None:
    silence = {f"mail {code}.example": silent(f"{code}.example", f"192.0.2.{ord(code)}") for code in "ab"}
    probes = FakeProbes(first=silence, second=silence)
    progress: list[Tally] = []
    running = sweep(
        (row(code) for code in "ABCD"),
        probes,
        (STARTTLS,),
        options={"concurrency": 1},
        on_progress=progress.append,
    )
    found = await cells(running)
    assert found == {"A": "no", "B": "no", "C": "yes", "D": "yes"}
    assert max(tally.awaiting_port25 for tally in progress) == 2
    assert any((tally.judged, tally.awaiting_port25) == (1, 0) for tally in progress), (
        "released before D's turn"
    )
    assert probes.hold.begun["mail a.example/2"] == 1, "tried again once the silence could be theirs"
    assert list(probes.hold.begun).index("mail a.example/2") > list(probes.hold.begun).index("mail c.example")
    assert running.tally == Tally(judged=4)


@pytest.mark.parametrize(
    ("scenario", "codes", "fact"),
    [("one silent host", "A", Fact.NOT_TESTED), ("two silent hosts", "AB", Fact.NO)],
)
async def test_without_a_banner_the_rows_are_judged_at_the_end(scenario: str, codes: str, fact: Fact) -> None:
    silence = {
        f"mail {code.lower()}.example": silent(f"{code.lower()}.example", f"192.0.2.{ord(code)}")
        for code in codes
    }
    probes = FakeProbes(first=silence, second=silence)
    running = sweep((row(code) for code in codes), probes, (STARTTLS,))
    assert await cells(running) == dict.fromkeys(codes, "unknown"), scenario
    assert running.vantage.port25_ipv4 is fact, scenario


async def test_what_was_learnt_of_port_25_is_said_though_no_row_waited_for_it() -> None:
    first = {
        f"mail {code}.example": mail(
            f"{code}.example",
            session("2001:db8::25"),
            session(f"192.0.2.{ord(code)}", failure=TIMEOUT),
        )
        for code in "ab"
    }
    running = sweep((row(code) for code in "AB"), FakeProbes(first=first), (STARTTLS,))
    assert await cells(running) == {"A": "yes", "B": "yes"}
    assert (running.vantage.port25_ipv4, running.vantage.port25_ipv6) == (Fact.NO, Fact.YES)


async def test_each_probe_has_one_second_attempt_however_long_the_row_waits() -> None:
    failing = {**BAD_WEB, "mail a.example": silent("a.example", "192.0.2.1")}
    probes = FakeProbes(first=failing, second=failing)
    async with asyncio.timeout(5):
        found = await cells(sweep([row("A")], probes, (STARTTLS, HTTPS)))
    assert found == {"A": "unknown unknown"}
    assert {probes.hold.begun[f"{name}/2"] for name in failing} == {1}


async def test_a_banner_in_a_second_attempt_still_counts() -> None:
    probes = FakeProbes(
        first={"mail a.example": silent("a.example", "192.0.2.1")},
        second={"mail a.example": mail("a.example", session("192.0.2.1"))},
    )
    running = sweep([row("A")], probes, (STARTTLS,))
    assert await cells(running) == {"A": "yes"}
    assert running.vantage.port25_ipv4 is Fact.YES


async def test_what_waits_has_no_name_that_a_killed_sweep_could_leave(tmp_path: Path) -> None:
    probes = FakeProbes(first=BAD_WEB, second={"web www.a.example": web("www.a.example")})
    seen: list[list[Path]] = []

    def look(tally: Tally) -> None:
        if tally.awaiting_retest:
            seen.append(list(tmp_path.rglob("*")))

    await cells(sweep([row("A")], probes, on_progress=look, options={"parking": tmp_path}))
    assert seen
    assert not any(seen)
    assert files_in(tmp_path) == []


async def test_a_disk_that_takes_nothing_costs_only_the_second_attempt(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    probes = FakeProbes(first=BAD_WEB)
    running = sweep([row("A")], probes, options={"parking": tmp_path / "gone"})
    assert await cells(running) == {"A": "yes unknown yes"}
    assert "row A cannot wait on disk" in caplog.text


async def test_an_interrupt_ends_promptly_with_what_was_judged(tmp_path: Path) -> None:
    probes = FakeProbes(first=BAD_WEB)
    probes.hold.stuck |= {"web www.b.example", "mail c.example"}
    judged: dict[str, Value] = {}
    running = sweep((row(code) for code in "ABCDE"), probes, options={"parking": tmp_path, "retest": False})

    async def read() -> None:
        async for result in running.results():
            judged[result.row.code] = result.verdicts[0].value

    reader = asyncio.create_task(read())
    await probes.hold.until_stuck(2)
    for _ in range(20):
        await asyncio.sleep(0)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert sorted(judged) == ["A", "D", "E"]
    assert sorted(probes.hold.stopped) == ["mail c.example", "web www.b.example"]
    assert probes.hold.at_once == 0
    assert len(asyncio.all_tasks()) == 1
    assert files_in(tmp_path) == []


async def test_a_reader_that_leaves_early_stops_the_sweep() -> None:
    probes = FakeProbes()
    async with aclosing(sweep((row(f"R{n}") for n in range(1000)), probes).results()) as results:
        async for _ in results:
            break
    assert len(asyncio.all_tasks()) == 1
    assert probes.hold.begun.total() < 500


async def test_memory_does_not_grow_with_the_number_of_rows() -> None:
    living: weakref.WeakSet[Any] = weakref.WeakSet()
    most_living = 0

    class Counted(DnssecObservation):  # slots of the base leave no room for weak references
        __slots__ = ("__weakref__",)

    class Forgetful(FakeProbes):
        async def dnssec(self, row: Row, domain: str, *, fresh: bool) -> DnssecObservation:
            nonlocal most_living
            seen = await super().dnssec(row, domain, fresh=fresh)
            self.hold.begun.clear()
            counted = Counted(**{name: getattr(seen, name) for name in DnssecObservation.__slots__})
            living.add(counted)
            most_living = max(most_living, len(living))
            return counted

    running = sweep((row(f"R{n}") for n in range(2000)), Forgetful(), (DNSSEC,), options={"concurrency": 10})
    sizes = []
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        done = 0
        async with aclosing(running.results()) as results:
            async for _ in results:
                done += 1
                if done % 500 == 0:
                    sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
        gc.enable()
    assert done == 2000
    assert most_living <= 20, (
        "a row's observations are released once it is judged, without the collector's help"
    )
    assert sizes[-1] - sizes[0] < 50_000


async def test_rows_that_wait_are_not_in_memory() -> None:
    count = 320
    silence = {f"mail r{n}.example": silent(f"r{n}.example", "192.0.2.1") for n in range(count)}
    probes = FakeProbes(first=silence)
    sizes: list[int] = []

    def weigh(tally: Tally) -> None:
        if tally.awaiting_port25 in (50, 300) and tally.running:
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])

    running = sweep(
        (row(f"R{n}") for n in range(count)),
        probes,
        (STARTTLS,),
        options={"concurrency": 5, "retest": False},
        on_progress=weigh,
    )
    probes.hold.begun.clear()
    results: list[RowResult] = []
    tracemalloc.start()
    try:
        async with aclosing(running.results()) as judged:
            async for result in judged:
                results.append(result)
                if len(results) == 1:
                    first_size, last_size = sizes[0], sizes[1]
    finally:
        tracemalloc.stop()
    assert len(results) == count
    assert last_size - first_size < 100_000
