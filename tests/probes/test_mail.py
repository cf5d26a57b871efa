"""Mail domains: which hosts and addresses are asked, in which order, and where asking stops."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from checker.network.addresses import AddressPolicy
from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation, MailState
from checker.probes.mail import MailHosts, observe_mail, provider_of
from checker.probes.mail_facts import MailFactsRun
from checker.protocols.ca_store import CaStore
from tests.lab.network import LabNetwork, Place
from tests.probes.scripted_smtp import Talk, network, server_context, smtp_server, starttls
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


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("mx1.example.se", "example.se"),
        ("example-se.mail.protection.outlook.com", "outlook.com"),
        ("mx.example.co.uk", "example.co.uk"),
        ("example.se", "example.se"),
        ("localhost", "localhost"),
    ],
)
def test_providers(host: str, provider: str) -> None:
    assert provider_of(host) == provider
