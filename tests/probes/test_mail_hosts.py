"""A mail host shared by many rows is probed once, whatever becomes of the row that came first."""

import asyncio
from dataclasses import replace
from ipaddress import ip_address

import pytest

from checker.network.budget import Budget, current_budget
from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.mail import MailHost, MailSession, MailStage, MailState, SmtpReply
from checker.probes.mail_hosts import BEGUN_BYTES, Begun, MailHosts


def host(name: str) -> MailHost:
    none = Lookup(name=name, type="A", outcome=LookupOutcome.NODATA)
    session = MailSession(address=ip_address("192.0.2.1"), state=MailState.TIMEOUT, stage=MailStage.NONE)
    return MailHost(name=name, preference=0, ipv4=none, ipv6=none, sessions=(session,))


class Probe:
    """Counts its runs and ends when told."""

    def __init__(self) -> None:
        self.runs = 0
        self.rows: list[int] = []
        self.known: list[int] = []
        self.started = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, begun: Begun) -> MailHost:
        self.runs += 1
        self.rows.append(begun.rows)
        self.known.append(len(begun.sessions))
        begun.sessions[ip_address(f"192.0.2.{self.runs}")] = host("mx").sessions[0]
        self.started.set()
        await self.go.wait()
        return host("mx")


async def test_many_rows_one_probe() -> None:
    hosts, probe = MailHosts(), Probe()
    rows = [asyncio.create_task(hosts.get("mx", probe)) for _ in range(20)]
    await probe.started.wait()
    probe.go.set()
    assert len({id(await row) for row in rows}) == 1
    assert await hosts.get("mx", probe) is await rows[0]
    assert probe.runs == 1


async def test_the_first_row_is_cancelled_and_the_next_takes_over() -> None:
    hosts, probe = MailHosts(), Probe()
    first = asyncio.create_task(hosts.get("mx", probe))
    await probe.started.wait()
    others = [asyncio.create_task(hosts.get("mx", probe)) for _ in range(3)]
    await asyncio.sleep(0)
    probe.started.clear()
    first.cancel()
    await probe.started.wait()
    probe.go.set()
    assert [each.name for each in await asyncio.gather(*others)] == ["mx"] * 3
    assert first.cancelled()
    assert probe.runs == 2
    assert (probe.rows, probe.known) == ([1, 2], [0, 1])  # the second goes on from what the first had done
    await hosts.get("mx", probe, fresh=True)
    assert (probe.rows[-1], probe.known[-1]) == (1, 0)  # a second attempt begins anew


async def test_a_waiting_row_that_is_cancelled_disturbs_nobody() -> None:
    hosts, probe = MailHosts(), Probe()
    first = asyncio.create_task(hosts.get("mx", probe))
    await probe.started.wait()
    second = asyncio.create_task(hosts.get("mx", probe))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    probe.go.set()
    assert (await first).name == "mx"
    assert probe.runs == 1


async def test_a_second_attempt_is_made_once_and_is_another() -> None:
    hosts, probe = MailHosts(), Probe()
    probe.go.set()
    first = await hosts.get("mx", probe)
    again = await asyncio.gather(*(hosts.get("mx", probe, fresh=True) for _ in range(5)))
    assert all(each is again[0] for each in again)
    assert again[0] is not first
    assert probe.runs == 2


async def test_an_own_bug_is_raised_and_leaves_nobody_waiting() -> None:
    hosts, probe = MailHosts(), Probe()

    async def broken(_: Begun) -> MailHost:
        probe.started.set()
        await probe.go.wait()
        raise ZeroDivisionError

    first = asyncio.create_task(hosts.get("mx", broken))
    await probe.started.wait()
    second = asyncio.create_task(hosts.get("mx", probe))
    await asyncio.sleep(0)
    probe.go.set()
    with pytest.raises(ZeroDivisionError):
        await first
    assert (await second).name == "mx"


async def test_the_memory_is_bounded_and_forgets_the_least_used() -> None:
    hosts, probe = MailHosts(remembered=2), Probe()
    probe.go.set()
    for name in ("a", "b", "a", "c", "a", "b"):
        await hosts.get(name, probe)
    assert probe.runs == 4  # a, b, c, and b once more


async def test_what_was_begun_and_never_done_is_bounded_too() -> None:
    hosts, probe = MailHosts(remembered=2), Probe()
    for name in "abcde":
        row = asyncio.create_task(hosts.get(name, probe))
        await probe.started.wait()
        probe.started.clear()
        row.cancel()
        await asyncio.gather(row, return_exceptions=True)
    assert len(hosts._begun) == 2
    probe.go.set()
    await hosts.get("e", probe)
    assert len(hosts._begun) == 1


async def test_waiting_for_another_row_stops_the_clock() -> None:
    hosts, probe = MailHosts(), Probe()
    first = asyncio.create_task(hosts.get("mx", probe))
    await probe.started.wait()

    async def short_row() -> MailHost:
        async with asyncio.timeout(0.05) as timeout:
            current_budget.set(Budget(timeout))
            return await hosts.get("mx", probe)

    row = asyncio.create_task(short_row())
    done, _ = await asyncio.wait({row}, timeout=0.15)
    assert not done
    probe.go.set()
    assert (await row).name == "mx"
    await first


async def test_hosts_that_said_a_lot_are_forgotten_sooner() -> None:
    talkative = SmtpReply(code=220, lines=("x" * 600,))
    hosts, asked = MailHosts(remembered_bytes=1_000), []

    async def probe(_: Begun) -> MailHost:
        asked.append(1)
        quiet = host("mx")
        return replace(quiet, sessions=tuple(replace(one, banner=talkative) for one in quiet.sessions))

    for name in ("mx1", "mx1", "mx2", "mx2", "mx1"):
        await hosts.get(name, probe)
    assert len(asked) == 3  # each once, and the first again


async def test_what_was_begun_is_not_kept_when_it_is_a_lot() -> None:
    hosts, known = MailHosts(), []

    async def probe(begun: Begun) -> MailHost:
        known.append(len(begun.sessions))
        fat = SmtpReply(code=220, lines=("x" * BEGUN_BYTES, "y"))
        begun.sessions[ip_address("192.0.2.1")] = replace(host("mx").sessions[0], banner=fat)
        raise asyncio.CancelledError

    for _ in range(2):
        with pytest.raises(asyncio.CancelledError):
            await hosts.get("mx", probe)
    assert known == [0, 0]
