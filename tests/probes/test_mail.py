"""Mail domains: which hosts and addresses are asked, in which order, and where asking stops."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from checker.network.addresses import AddressPolicy
from checker.network.budget import Budget, current_budget
from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation, MailState, SmtpReply
from checker.probes import mail as mail_probe
from checker.probes.mail import MailHosts, observe_mail
from checker.probes.mail_facts import MailFactsRun
from checker.protocols.ca_store import CaStore
from tests.lab.network import LabNetwork, Place
from tests.probes.scripted_smtp import Script, Talk, network, server_context, smtp_server, starttls
from tests.protocols.made_certificates import make

ROOT = make("Root", ca=True)
STORE = CaStore("test", ROOT.pem)
NXDOMAIN, FAILED, NODATA = LookupOutcome.NXDOMAIN, LookupOutcome.FAILED, LookupOutcome.NODATA


class Zone:
    """Lookups from a table; what is not in it does not exist."""

    def __init__(self, table: Mapping[tuple[str, str], tuple[str, ...] | LookupOutcome | Lookup]) -> None:
        self._table = table
        self.asked: list[tuple[str, str]] = []

    async def lookup(self, name: str, rdtype: str) -> Lookup:
        self.asked.append((name, rdtype))
        found = self._table.get((name, rdtype), NXDOMAIN)
        if isinstance(found, Lookup):
            return found
        if isinstance(found, LookupOutcome):
            failure = Failure.UNRESOLVABLE if found is FAILED else None
            return Lookup(name=name, type=rdtype, outcome=found, failure=failure)
        return Lookup(name=name, type=rdtype, outcome=LookupOutcome.FOUND, values=found)


async def observed(
    zone: Zone, door: LabNetwork | None = None, *, hosts: MailHosts | None = None, fresh: bool = False
) -> MailObservation:
    return await observe_mail(
        "example.se", door or network({}), zone, hosts=hosts or MailHosts(), ca_store=STORE, fresh=fresh
    )


async def refuses(talk: Talk) -> None:
    await talk.say("421 busy")


async def plain(talk: Talk) -> None:
    await talk.say("220 mx")
    await talk.hear()
    await talk.say("250 mx")
    await talk.hear()


@pytest.mark.parametrize(
    ("scenario", "mx", "null", "beside", "implicit", "hosts"),
    [
        ("null MX", ("0 .",), True, False, False, []),
        ("null MX with another preference", ("10 .",), True, False, False, []),
        ("null MX beside others", ("0 .", "10 mx.example.se."), False, True, False, [("mx.example.se", 10)]),
        (
            "by preference, lower case, once each",
            ("20 MX2.example.se.", "10 mx.example.se.", "30 mx.example.se."),
            False, False, False, [("mx.example.se", 10), ("mx2.example.se", 20)],
        ),
        ("no MX", NODATA, False, False, True, [("example.se", 0)]),
        ("nonexistent", NXDOMAIN, False, False, False, []),
        ("unresolvable", FAILED, False, False, False, []),
    ],
)  # fmt: skip
async def test_which_hosts(
    scenario: str,
    mx: tuple[str, ...] | LookupOutcome,
    *,
    null: bool,
    beside: bool,
    implicit: bool,
    hosts: list[tuple[str, int]],
) -> None:
    mail = await observed(Zone({("example.se", "MX"): mx}))
    assert (mail.null_mx, mail.null_mx_beside_others, mail.implicit) == (null, beside, implicit), scenario
    assert [(host.name, host.preference) for host in mail.hosts] == hosts
    assert mail.failure is None


async def test_ten_hosts_by_preference() -> None:
    values = tuple(f"{n} mx{n}.example.se." for n in reversed(range(13)))
    mail = await observed(Zone({("example.se", "MX"): values}))
    assert [host.preference for host in mail.hosts] == list(range(10))
    assert mail.left_out == 3


async def test_both_families_are_asked_ipv6_first(tmp_path: Path) -> None:
    leaf = make("mx.example.se", ROOT, dns=("mx.example.se",))
    zone = Zone(
        {
            ("example.se", "MX"): ("10 mx.example.se.",),
            ("mx.example.se", "A"): ("192.0.2.1", "192.0.2.2"),
            ("mx.example.se", "AAAA"): ("2001:db8::1",),
        }
    )
    async with smtp_server(starttls(server_context(tmp_path, leaf))) as (port, _):
        door = network({"192.0.2.1": port, "192.0.2.2": Place.CLOSED, "2001:db8::1": port})
        mail = await observed(zone, door)
    (host,) = mail.hosts
    assert [(str(session.address), session.state) for session in host.sessions] == [
        ("2001:db8::1", MailState.TLS),
        ("192.0.2.1", MailState.TLS),
        ("192.0.2.2", MailState.CONNECTION_REFUSED),
    ]


async def test_a_host_that_says_421_is_not_asked_again_but_others_are() -> None:
    zone = Zone(
        {
            ("example.se", "MX"): ("10 mx1.example.se.", "20 mx2.example.se."),
            ("mx1.example.se", "A"): ("192.0.2.1", "192.0.2.2"),
            ("mx2.example.se", "A"): ("192.0.2.3",),
        }
    )
    async with smtp_server(refuses) as (busy, heard), smtp_server(plain) as (good, _):
        mail = await observed(zone, network({"192.0.2.1": busy, "192.0.2.2": busy, "192.0.2.3": good}))
    assert [[session.state for session in host.sessions] for host in mail.hosts] == [
        [MailState.REFUSED_US, MailState.NOT_PROBED],
        [MailState.NOT_OFFERED],
    ]
    assert mail.hosts[0].sessions[1].failure is None
    assert heard.connections == 1


async def test_a_family_out_of_reach_fails_at_once() -> None:
    zone = Zone({("example.se", "MX"): ("10 mx.example.se.",), ("mx.example.se", "AAAA"): ("2001:db8::1",)})
    door = network({"2001:db8::1": 1}, wait_s=30)
    door._families[6] = False
    mail = await asyncio.wait_for(observed(zone, door), 5)
    (session,) = mail.hosts[0].sessions
    assert (session.state, session.failure) == (MailState.TIMEOUT, Failure.UNREACHABLE)


async def test_rows_share_a_host_and_a_second_attempt_asks_again() -> None:
    table: dict[tuple[str, str], tuple[str, ...] | LookupOutcome] = {
        ("example.se", "MX"): ("10 mx.example.se.",),
        ("mx.example.se", "A"): ("192.0.2.1",),
    }
    hosts = MailHosts()
    async with smtp_server(plain) as (port, heard):
        door = network({"192.0.2.1": port})
        first, second = await asyncio.gather(*(observed(Zone(table), door, hosts=hosts) for _ in range(2)))
        assert first.hosts == second.hosts
        assert heard.connections == 1
        await observed(Zone(table), door, hosts=hosts, fresh=True)
        assert heard.connections == 2


async def test_excluded_names_are_not_probed() -> None:
    zone = Zone({("example.se", "MX"): ("10 mx.other.se.",), ("mx.other.se", "A"): ("192.0.2.1",)})
    door = network({})
    door.policy = AddressPolicy(excluded_names=("other.se",))
    mail = await observed(zone, door)
    (session,) = mail.hosts[0].sessions
    assert (session.state, session.failure) == (MailState.NOT_PROBED, Failure.EXCLUDED)
    aliased = replace(await zone.lookup("mx.other.se", "A"), aliases=("mx.provider.net.",))
    door.policy = AddressPolicy(excluded_names=("provider.net",))
    pointing = Zone({("example.se", "MX"): ("10 mx.other.se.",), ("mx.other.se", "A"): aliased})
    (session,) = (await observed(pointing, door)).hosts[0].sessions
    assert (session.state, session.failure) == (MailState.NOT_PROBED, Failure.EXCLUDED)
    door.policy = AddressPolicy(excluded_names=("se",), excluded=(ip_network("198.51.100.0/24"),))
    assert (await observed(zone, door)).failure is Failure.EXCLUDED


async def test_facts_of_a_mail_server_are_taken_behind_starttls(tmp_path: Path) -> None:
    leaf = make("mx.example.se", ROOT, dns=("mx.example.se",))
    zone = Zone({("example.se", "MX"): ("10 mx.example.se.",), ("mx.example.se", "A"): ("192.0.2.1",)})
    async with smtp_server(starttls(server_context(tmp_path, leaf))) as (port, heard):
        door = network({"192.0.2.1": port})
        run = MailFactsRun(await observed(zone, door), door)
        await run.run()
    facts = run.observation.hosts[0].sessions[0].facts
    assert facts is not None
    assert facts.tls12 is Fact.YES
    assert 2 < heard.connections < 20


def stops_at(stage: str, code: int) -> Script:
    """A server that does what it should up to this stage, where it answers with this code."""

    async def script(talk: Talk) -> None:
        answers = {
            "banner": "220 mx",
            "EHLO": "250-mx\r\n250 STARTTLS",
            "HELO": "250 mx",
            "STARTTLS": "220 go",
        }
        if stage == "HELO":
            answers["EHLO"] = "502 what?"
        answers[stage] = f"{code} told to stop"
        await talk.say(answers["banner"])
        while (line := await talk.hear()) and line != "QUIT":
            await talk.say(answers[line.split()[0]])

    return script


@pytest.mark.parametrize(
    ("stage", "code", "stops"),
    [
        ("banner", 421, True),
        ("banner", 450, True),
        ("banner", 554, False),
        ("EHLO", 421, True),
        ("EHLO", 451, True),
        ("EHLO", 550, False),
        ("HELO", 421, True),
        ("HELO", 452, True),
        ("HELO", 550, False),
        ("STARTTLS", 421, True),
        ("STARTTLS", 450, True),
        ("STARTTLS", 454, False),  # speaks of its TLS, not of us
        ("STARTTLS", 502, False),
    ],
)
async def test_a_hosts_other_addresses_are_left_at_the_first_4xx(
    stage: str, code: int, *, stops: bool
) -> None:
    zone = Zone(
        {
            ("example.se", "MX"): ("10 mx.example.se.",),
            ("mx.example.se", "A"): ("192.0.2.1", "192.0.2.2"),
            ("mx.example.se", "AAAA"): ("2001:db8::1",),
        }
    )
    async with smtp_server(stops_at(stage, code)) as (port, heard):
        mail = await observed(zone, network({"192.0.2.1": port, "192.0.2.2": port, "2001:db8::1": port}))
    assert heard.connections == (1 if stops else 3)
    states = [session.state for session in mail.hosts[0].sessions]
    assert states[1:] == [MailState.NOT_PROBED] * 2 if stops else MailState.NOT_PROBED not in states


def then_busy(good: Script, *, connections: int) -> Script:
    """A server that has had enough after so many connections."""

    async def script(talk: Talk) -> None:
        await (good if talk.heard.connections <= connections else refuses)(talk)

    return script


async def no_session(talk: Talk) -> None:
    """STARTTLS gets its 220, and then there is no TLS."""
    await talk.greet()
    await talk.hear()
    await talk.say("220 go ahead")
    await talk.reader.read(1024)


async def test_4xx_to_the_raw_hello_ends_it_too() -> None:
    zone = Zone(
        {("example.se", "MX"): ("10 mx.example.se.",), ("mx.example.se", "A"): ("192.0.2.1", "192.0.2.2")}
    )
    async with smtp_server(then_busy(no_session, connections=1)) as (port, heard):
        mail = await observed(zone, network({"192.0.2.1": port, "192.0.2.2": port}))
    assert heard.connections == 2
    first, second = mail.hosts[0].sessions
    assert first.state is MailState.HANDSHAKE_FAILED
    assert first.turned_away == SmtpReply(code=421, lines=("busy",))
    assert (second.state, second.failure) == (MailState.NOT_PROBED, None)


@pytest.mark.parametrize(("before", "hellos"), [(2, 1), (4, 3)])
async def test_raw_hellos_stop_at_the_first_4xx_at_every_address_of_the_host(
    tmp_path: Path, before: int, hellos: int
) -> None:
    leaf = make("mx.example.se", ROOT, dns=("mx.example.se",))
    zone = Zone(
        {("example.se", "MX"): ("10 mx.example.se.",), ("mx.example.se", "A"): ("192.0.2.1", "192.0.2.2")}
    )
    good = starttls(server_context(tmp_path, leaf))
    async with smtp_server(then_busy(good, connections=before)) as (port, heard):
        door = network({"192.0.2.1": port, "192.0.2.2": port})
        run = MailFactsRun(await observed(zone, door), door)
        assert heard.connections == 2
        await run.run()
    assert heard.connections == 2 + hellos  # the last of them was told 421
    assert [session.facts is not None for session in run.observation.hosts[0].sessions] == [True, True]


async def test_no_raw_hellos_to_a_host_that_said_4xx_at_one_address(tmp_path: Path) -> None:
    leaf = make("mx.example.se", ROOT, dns=("mx.example.se",))
    zone = Zone(
        {("example.se", "MX"): ("10 mx.example.se.",), ("mx.example.se", "A"): ("192.0.2.1", "192.0.2.2")}
    )
    good = starttls(server_context(tmp_path, leaf))
    async with smtp_server(then_busy(good, connections=1)) as (port, heard):
        door = network({"192.0.2.1": port, "192.0.2.2": port})
        run = MailFactsRun(await observed(zone, door), door)
        await run.run()
    assert heard.connections == 2
    assert run.observation.hosts[0].sessions[0].facts is None


async def test_rows_share_a_host_however_they_write_its_name() -> None:
    hosts = MailHosts()
    async with smtp_server(plain) as (port, heard):
        door = network({"192.0.2.1": port})
        for mx in ("10 mx.example.se.", "20 MX.Example.SE.", "0 mx.example.se"):
            table: dict[tuple[str, str], tuple[str, ...]] = {
                ("example.se", "MX"): (mx,),
                ("mx.example.se", "A"): ("192.0.2.1",),
            }
            mail = await observed(Zone(table), door, hosts=hosts)
            assert [host.preference for host in mail.hosts] == [int(mx.partition(" ")[0])]
    assert heard.connections == 1


async def test_the_next_row_goes_on_where_the_first_ran_out_of_time() -> None:
    """And the third leaves what is left: a tarpit that many rows share must not cost each of them all its time."""
    zone = Zone(
        {
            ("example.se", "MX"): ("10 mx.example.se.",),
            ("mx.example.se", "A"): ("192.0.2.1", "192.0.2.2", "192.0.2.3"),
        }
    )
    hosts = MailHosts()

    async def silent(talk: Talk) -> None:
        reached.set()
        await talk.until_closed()

    reached = asyncio.Event()
    async with smtp_server(plain) as (good, heard), smtp_server(silent) as (bad, waited):
        door = network({"192.0.2.1": good, "192.0.2.2": bad, "192.0.2.3": good}, wait_s=30)
        for _ in range(2):
            reached.clear()
            row = asyncio.create_task(observed(zone, door, hosts=hosts))
            await reached.wait()
            row.cancel()
            await asyncio.gather(row, return_exceptions=True)
        mail = await observed(zone, door, hosts=hosts)
    assert (heard.connections, waited.connections) == (1, 2)
    assert [(session.state, session.failure) for session in mail.hosts[0].sessions] == [
        (MailState.NOT_OFFERED, None),
        (MailState.NOT_PROBED, Failure.ROW_DEADLINE),
        (MailState.NOT_PROBED, Failure.ROW_DEADLINE),
    ]


async def test_what_was_finished_is_told_before_the_rows_time_is_up() -> None:
    """And the next row, which may have more time, goes on from there."""
    zone = Zone(
        {
            ("example.se", "MX"): ("10 mx.example.se.", "20 mx2.example.se."),
            ("mx.example.se", "A"): ("192.0.2.1", "192.0.2.2"),
            ("mx2.example.se", "A"): ("192.0.2.3",),
        }
    )
    hosts = MailHosts()
    states = []

    async def silent(talk: Talk) -> None:
        await talk.until_closed()

    async with smtp_server(plain) as (good, heard), smtp_server(silent) as (bad, waited):
        door = network({"192.0.2.1": good, "192.0.2.2": bad, "192.0.2.3": good}, wait_s=30)
        for _ in range(2):
            async with asyncio.timeout(0.5) as timeout:
                before = current_budget.set(Budget(timeout))
                try:
                    mail = await observed(zone, door, hosts=hosts)
                finally:
                    current_budget.reset(before)
            states.append([session.state for host in mail.hosts for session in host.sessions])
    assert states == [[MailState.NOT_OFFERED, MailState.NOT_PROBED, MailState.NOT_OFFERED]] * 2
    assert (heard.connections, waited.connections) == (2, 2)


async def test_the_second_time_a_host_that_says_4xx_over_ipv6_is_asked_over_ipv4() -> None:
    zone = Zone(
        {
            ("example.se", "MX"): ("10 mx.example.se.",),
            ("mx.example.se", "A"): ("192.0.2.1",),
            ("mx.example.se", "AAAA"): ("2001:db8::1",),
        }
    )
    hosts = MailHosts()
    async with smtp_server(plain) as (good, _), smtp_server(refuses) as (busy, _):
        door = network({"192.0.2.1": good, "2001:db8::1": busy})
        first = await observed(zone, door, hosts=hosts)
        second = await observed(zone, door, hosts=hosts, fresh=True)
    assert [session.state for session in first.hosts[0].sessions] == [
        MailState.REFUSED_US,
        MailState.NOT_PROBED,
    ]
    assert [(session.address.version, session.state) for session in second.hosts[0].sessions] == [
        (4, MailState.NOT_OFFERED),
        (6, MailState.REFUSED_US),
    ]


async def test_a_host_is_measured_under_the_turn_of_its_registrable_domain() -> None:
    zone = Zone(
        {("example.se", "MX"): ("10 mx.storpost.co.uk.",), ("mx.storpost.co.uk", "A"): ("192.0.2.1",)}
    )
    keys: list[str] = []

    async def look(talk: Talk) -> None:
        keys.extend(door.manners._places)
        await plain(talk)

    async with smtp_server(look) as (port, _):
        door = network({"192.0.2.1": port})
        await observed(zone, door)
    assert keys == ["provider:storpost.co.uk", "mail:192.0.2.1", "192.0.2.1"]


async def test_a_host_that_never_got_its_turn_is_asked_for_the_next_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail_probe, "HOST_WAITS", 4)
    numbers = range(1, 4)
    table: dict[tuple[str, str], tuple[str, ...] | LookupOutcome | Lookup] = {
        ("example.se", "MX"): tuple(f"{n} mx{n}.example.se." for n in numbers)
    }
    for n in numbers:
        table[f"mx{n}.example.se", "A"] = (f"192.0.2.{n}",)
        table[f"mx{n}.example.se", "AAAA"] = NODATA

    async def silent(talk: Talk) -> None:
        await talk.until_closed()

    hosts, seen = MailHosts(), []
    async with smtp_server(silent) as (tarpit, _), smtp_server(plain) as (port, _):
        door = network({"192.0.2.1": tarpit, "192.0.2.2": tarpit, "192.0.2.3": port}, wait_s=0.1)
        for _ in range(
            2
        ):  # the turn at one provider: the first takes three of four waits, the second the rest
            async with asyncio.timeout(30) as timeout:
                before = current_budget.set(Budget(timeout))
                try:
                    observation = await observed(Zone(table), door, hosts=hosts)
                finally:
                    current_budget.reset(before)
            seen.append(observation.hosts[2].sessions[0].state)
    assert seen == [MailState.NOT_PROBED, MailState.NOT_OFFERED]
