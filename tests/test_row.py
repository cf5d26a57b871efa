import asyncio
import logging

import pytest

from checker.network.budget import current_budget
from checker.network.manners import Manners
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation
from checker.observations.row import Evidence, Row
from checker.row import measure
from tests.fakes import CLOCK, VANTAGE, FakeProbes, dnssec, mail, row, session, web

ALL = frozenset({"dnssec", "web", "mail"})
SHORT_S = 0.05
LONG_S = 30.0


async def measured(
    probes: FakeProbes, asked: frozenset[str] = ALL, *, of: Row | None = None, deadline_s: float = LONG_S
) -> Evidence:
    return await measure(of or row("A"), asked, probes, vantage=VANTAGE, clock=CLOCK, deadline_s=deadline_s)


async def test_everything_is_seen_and_the_hellos_come_last() -> None:
    probes = FakeProbes()
    evidence = await measured(probes)
    assert evidence.dnssec == (dnssec("a.example"),)
    assert evidence.mail == mail("a.example", session("192.0.2.25"))
    assert evidence.web is not None
    assert evidence.web.endpoints[0].facts is not None
    assert list(probes.hold.begun)[-1] == "facts www.a.example"
    assert set(probes.hold.begun.values()) == {1}


async def test_a_mail_domain_of_its_own_is_walked_too() -> None:
    evidence = await measured(FakeProbes(), of=row("A", "post.example"))
    assert evidence.dnssec == (dnssec("a.example"), dnssec("post.example"))
    assert evidence.mail is not None
    assert evidence.mail.domain == "post.example"


@pytest.mark.parametrize("probe", sorted(ALL))
async def test_only_what_is_asked_for(probe: str) -> None:
    probes = FakeProbes()
    evidence = await measured(probes, frozenset({probe}))
    assert [name for name in sorted(ALL) if getattr(evidence, name) is not None] == [probe]
    assert {name.split()[0] for name in probes.hold.begun} - {"facts"} == {probe}


@pytest.mark.parametrize("stuck", ["web www.a.example", "mail a.example", "dnssec post.example"])
async def test_at_the_deadline_what_is_finished_stands(stuck: str) -> None:
    probes = FakeProbes()
    probes.hold.stuck.add(stuck)
    evidence = await measured(
        probes, of=row("A", "a.example" if "a.example" in stuck else "post.example"), deadline_s=SHORT_S
    )
    assert evidence.web is not None
    assert evidence.mail is not None
    assert evidence.dnssec is not None
    late = {
        f"web {evidence.web.host}": evidence.web.failure,
        f"mail {evidence.mail.domain}": evidence.mail.failure,
    }
    late |= {f"dnssec {one.domain}": one.failure for one in evidence.dnssec}
    assert {name for name, failure in late.items() if failure is Failure.ROW_DEADLINE} == {stuck}
    assert {failure for name, failure in late.items() if name != stuck} == {None}
    assert stuck in probes.hold.stopped
    assert set(probes.hold.stopped) <= {stuck, "facts www.a.example"}  # hellos may have just begun


async def test_unfinished_hellos_leave_only_facts_untested() -> None:
    probes = FakeProbes()
    probes.hold.stuck.add("facts www.a.example")
    evidence = await measured(probes, deadline_s=SHORT_S)
    assert evidence.web == web("www.a.example")
    assert evidence.mail is not None
    assert evidence.mail.failure is None


async def test_hellos_wait_for_the_conversations_that_decide_cells_but_not_for_ever() -> None:
    probes = FakeProbes()
    probes.hold.stuck.add("mail a.example")
    evidence = await measured(probes, deadline_s=2 * SHORT_S)
    assert list(probes.hold.begun)[-1] == "facts www.a.example"
    assert evidence.web is not None
    assert evidence.web.endpoints[0].facts is not None
    assert evidence.mail is not None
    assert evidence.mail.failure is Failure.ROW_DEADLINE


async def test_hellos_behind_starttls_are_as_little_of_the_basis() -> None:
    probes = FakeProbes(with_mail_facts=True)
    evidence = await measured(probes, frozenset({"mail"}))
    assert evidence.mail is not None
    assert evidence.mail.left_out == 1, "the fake's mark of finished hellos"
    probes.hold.stuck.add("facts a.example")
    assert (await measured(probes, frozenset({"mail"}), deadline_s=SHORT_S)).mail == mail(
        "a.example", session("192.0.2.25")
    )


async def test_our_bug_stops_the_row_and_is_raised() -> None:
    probes = FakeProbes()
    probes.hold.errors["dnssec a.example"] = ZeroDivisionError("ours")
    probes.hold.stuck |= {"web www.a.example", "mail a.example"}
    before = asyncio.get_running_loop().time()
    with pytest.raises(ZeroDivisionError, match="ours"):
        await measured(probes)
    assert asyncio.get_running_loop().time() - before < LONG_S / 2
    assert sorted(probes.hold.stopped) == ["mail a.example", "web www.a.example"]


async def test_a_conversation_that_somebody_else_cancels_is_a_bug() -> None:
    class Cancelled(FakeProbes):
        async def mail(self, domain: str, *, fresh: bool) -> MailObservation:
            raise asyncio.CancelledError(domain, fresh)

    with pytest.raises(RuntimeError, match="A mail was cancelled"):
        await measured(Cancelled())


async def test_cancelling_the_row_stops_its_conversations() -> None:
    probes = FakeProbes()
    probes.hold.stuck |= {"web www.a.example", "mail a.example", "dnssec a.example"}
    task = asyncio.create_task(measured(probes))
    await probes.hold.until_stuck(3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(probes.hold.stopped) == 3


async def test_trouble_while_stopping_is_logged_and_the_row_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    class Clumsy(FakeProbes):
        async def mail(self, domain: str, *, fresh: bool) -> MailObservation:
            try:
                await asyncio.Event().wait()
            finally:
                raise ZeroDivisionError(domain, fresh)

    with caplog.at_level(logging.ERROR):
        evidence = await measured(Clumsy(), deadline_s=SHORT_S)
    assert evidence.mail is not None
    assert evidence.mail.failure is Failure.ROW_DEADLINE
    assert "A mail failed while it was stopped" in caplog.text


async def test_waiting_for_a_turn_is_not_the_rows_time() -> None:
    manners = Manners()
    holding = asyncio.Event()
    done = asyncio.Event()

    async def somebody_else() -> None:
        async with manners.turn("192.0.2.25"):
            holding.set()
            await done.wait()

    class Queueing(FakeProbes):
        async def mail(self, domain: str, *, fresh: bool) -> MailObservation:
            asyncio.get_running_loop().call_later(3 * SHORT_S, done.set)
            async with manners.turn("192.0.2.25"):
                return await super().mail(domain, fresh=fresh)

    other = asyncio.create_task(somebody_else())
    await holding.wait()
    evidence = await measured(Queueing(), deadline_s=SHORT_S)
    await other
    assert evidence.mail == mail("a.example", session("192.0.2.25"))
    assert current_budget.get() is None


async def test_work_that_outlives_the_row_cannot_move_its_clock() -> None:
    budgets = []

    class Sharing(FakeProbes):
        async def mail(self, domain: str, *, fresh: bool) -> MailObservation:
            budgets.append(current_budget.get())
            return await super().mail(domain, fresh=fresh)

    await measured(Sharing())
    (budget,) = budgets
    assert budget is not None
    with budget.paused():
        await asyncio.sleep(0)
