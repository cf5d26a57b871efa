"""The DNSSEC column from the wire to the cell, on the miniature internet."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import dns.message
import dns.name
import dns.rrset
import pytest
import pytest_asyncio

from checker.dns.answer import resolve_validated
from checker.dns.iterate import Resolver
from checker.dns.reasons import Code, Status
from checker.dns.walk import Walker
from checker.indicators.dnssec import judge
from checker.network.addresses import AddressPolicy
from checker.network.clock import Clock
from checker.observations.dns import DnssecObservation, LookupOutcome, NameServer
from checker.observations.fact import Fact
from checker.observations.row import Evidence, Row
from checker.probes.dnssec import observe_dnssec
from checker.rulesets import RULESETS
from checker.verdict import Verdict
from tests.dns.delegations import anchor, served, walking, zone
from tests.lab.internet import MiniatureInternet
from tests.lab.network import LabNetwork
from tests.lab.responder import Responder
from tests.lab.scenario import Dns, MailServer, Organisation, Signing, Web, Zone
from tests.lab.signing import Keys, make_keys
from tests.lab.start import start_files
from tests.vantages import vantage

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
S, U = Signing.SIGNED, Signing.UNSIGNED

SCENARIOS: dict[str, tuple[str, Zone, str, set[str]]] = {
    "signed": ("signed.se", Zone(signing=S), "Ja", {"dnssec_secure"}),
    "signed with NSEC3": ("nsec3.se", Zone(signing=S, denial="nsec3"), "Ja", {"dnssec_secure"}),
    "signed with opt-out": ("optout.se", Zone(signing=S, denial="nsec3-optout"), "Ja", {"dnssec_secure"}),
    "RSA": ("rsa.se", Zone(signing=S, algorithm=8), "Ja", {"dnssec_secure"}),
    "SHA-1": ("sha1.se", Zone(signing=S, algorithm=5), "Ja", {"dnssec_secure", "dnssec_sha1"}),
    "signed below an opt-out parent": ("signed.org", Zone(signing=S), "Ja", {"dnssec_secure"}),
    "a name inside a signed zone": (
        "inside.deep.se",
        Zone(signing=S, apex="deep.se"),
        "Ja",
        {"dnssec_secure"},
    ),
    "unsigned": ("unsigned.se", Zone(), "Nej", {"dnssec_no_ds"}),
    "unsigned below NSEC3": ("unsigned.net", Zone(), "Nej", {"dnssec_no_ds"}),
    "unsigned below opt-out": ("unsigned.org", Zone(), "Nej", {"dnssec_opt_out"}),
    "a name inside an unsigned zone": ("inside.flat.se", Zone(apex="flat.se"), "Nej", {"dnssec_no_ds"}),
    "signed without DS": (
        "nods.se",
        Zone(signing=Signing.NO_DS),
        "Nej",
        {"dnssec_no_ds", "dnssec_signed_without_ds"},
    ),
    "expired": ("expired.se", Zone(signing=Signing.EXPIRED), "Ja (trasig)", {"dnssec_signature_expired"}),
    "wrong DS": ("wrongds.se", Zone(signing=Signing.WRONG_DS), "Ja (trasig)", {"dnssec_no_key_for_ds"}),
    "stripped": ("stripped.se", Zone(signing=Signing.STRIPPED), "Ja (trasig)", {"dnssec_dnskey_missing"}),
    "one server expired": (
        "half.se",
        Zone(signing=S, second_signing=Signing.EXPIRED),
        "Ja (trasig)",
        {"dnssec_signature_expired", "dnssec_servers_bogus"},
    ),
    "one server stripped": (
        "halfstripped.se",
        Zone(signing=S, second_signing=Signing.STRIPPED),
        "Ja (trasig)",
        {"dnssec_dnskey_missing", "dnssec_servers_bogus"},
    ),
    "one server refuses": (
        "halflame.se",
        Zone(signing=S, second_dns=Dns.REFUSED),
        "Ja",
        {"dnssec_secure", "dnssec_server_unusable"},
    ),
    "signed, all servers refuse": (
        "lame.se",
        Zone(signing=S, dns=Dns.REFUSED),
        "Ej mätt",
        {"dnssec_no_answer"},
    ),
    "signed, all servers silent": (
        "silent.se",
        Zone(signing=S, dns=Dns.SILENT),
        "Ej mätt",
        {"dnssec_no_answer"},
    ),
    "unsigned, all servers silent": ("silentplain.se", Zone(dns=Dns.SILENT), "Nej", {"dnssec_no_ds"}),
    "nonexistent": ("nonexistent.se", Zone(dns=Dns.NXDOMAIN), "–", {"domain_nonexistent"}),
    "nonexistent below opt-out": ("nonexistent.org", Zone(dns=Dns.NXDOMAIN), "–", {"domain_nonexistent"}),
}
ORGANISATIONS = tuple(
    Organisation(
        code=f"R{number}", region=scenario, domain=domain, zone=zone, web=Web(), mail=(MailServer(),)
    )
    for number, (scenario, (domain, zone, _, _)) in enumerate(SCENARIOS.items())
)
VANTAGE = vantage(NOW, name="lab")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def internet() -> AsyncIterator[MiniatureInternet]:
    async with MiniatureInternet(ORGANISATIONS, now=NOW) as running:
        yield running


pytestmark = pytest.mark.asyncio(loop_scope="module")


def walker(internet: MiniatureInternet, network: LabNetwork | None = None) -> Walker:
    hints, anchors = start_files(internet)
    return Walker(Resolver(network or internet.network(wait_s=0.4), hints), anchors)


def row(domain: str, mail_domain: str = "") -> Row:
    mail = mail_domain or domain
    return Row(code="X", region="X", domain=domain, web_host=f"www.{domain}", mail_domain=mail)


async def observe(domain: str, walker: Walker) -> DnssecObservation:
    return await observe_dnssec(
        domain, [(f"www.{domain}", "A"), (f"www.{domain}", "AAAA"), (domain, "MX")], walker
    )


def judged(*observations: DnssecObservation, ruleset: str = "2026") -> Verdict:
    subject = row(observations[0].domain, observations[-1].domain)
    return judge(Evidence(row=subject, vantage=VANTAGE, dnssec=observations), RULESETS[ruleset])


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_cell(internet: MiniatureInternet, scenario: str) -> None:
    domain, _, cell, codes = SCENARIOS[scenario]
    observation = await observe(domain, walker(internet))
    for ruleset in RULESETS:
        verdict = judged(observation, ruleset=ruleset)
        assert verdict.cell == cell, verdict.findings
        assert {finding.code for finding in verdict.findings} >= codes


async def test_one_bad_server_is_counted(internet: MiniatureInternet) -> None:
    verdict = judged(await observe("half.se", walker(internet)))
    counted = next(finding for finding in verdict.findings if finding.code == "dnssec_servers_bogus")
    assert dict(counted.params) == {"bogus": "2", "answering": "4"}


async def test_a_pair_prints_both_also_when_equal(internet: MiniatureInternet) -> None:
    shared = walker(internet)
    unsigned, signed = await observe("unsigned.se", shared), await observe("signed.se", shared)
    broken = await observe("expired.se", shared)
    assert judged(unsigned, unsigned).cell == "Nej/Nej"
    assert judged(signed, broken).cell == "Ja/Ja (trasig)"
    assert judged(signed, broken).value.value == "broken"


async def test_a_resolver_would_get_by_where_the_column_counts_every_server(
    internet: MiniatureInternet,
) -> None:
    resolved = await resolve_validated(walker(internet), "www.half.se", "A")
    assert resolved.status is Status.SECURE


@pytest.mark.parametrize(
    ("name", "rdtype", "status", "rcode", "code"),
    [
        ("www.signed.se", "A", Status.SECURE, "NOERROR", None),
        ("signed.se", "MX", Status.SECURE, "NOERROR", None),
        ("signed.se", "DS", Status.SECURE, "NOERROR", None),
        ("unsigned.se", "DS", Status.SECURE, "NOERROR", None),
        ("se", "DNSKEY", Status.SECURE, "NOERROR", None),
        (".", "NS", Status.SECURE, "NOERROR", None),
        (".", "DNSKEY", Status.SECURE, "NOERROR", None),
        ("nothing.signed.se", "A", Status.SECURE, "NXDOMAIN", None),
        ("www.signed.se", "TYPE65280", Status.SECURE, "NOERROR", None),
        ("nonexistent.se", "A", Status.SECURE, "NXDOMAIN", None),
        ("www.unsigned.se", "A", Status.INSECURE, "NOERROR", Code.NO_DS),
        ("www.expired.se", "A", Status.BOGUS, "NOERROR", Code.SIGNATURE_EXPIRED),
        ("www.silent.se", "A", Status.INDETERMINATE, "", Code.NO_ANSWER),
    ],
)
async def test_resolving_and_validating(
    internet: MiniatureInternet, name: str, rdtype: str, status: Status, rcode: str, code: Code | None
) -> None:
    resolved = await resolve_validated(walker(internet), name, rdtype)
    assert (resolved.status, resolved.rcode) == (status, rcode), resolved.reason
    assert (resolved.reason and resolved.reason.code) == code


async def test_parents_are_asked_once(internet: MiniatureInternet) -> None:
    network = internet.network(wait_s=0.4)
    shared = walker(internet, network)
    await observe("signed.se", shared)
    first = network.counts["udp:53"]
    await observe("optout.se", shared)  # served by the same operator
    second = network.counts["udp:53"] - first
    # DS, the referral and DNSKEY; at each of four addresses seven questions, and at one CDS and CDNSKEY
    assert second == 3 + 4 * 7 + 2


async def test_an_early_clock_makes_signatures_early(internet: MiniatureInternet) -> None:
    network = internet.network(wait_s=0.4, clock=Clock(datetime(2026, 11, 1, tzinfo=UTC)))
    verdict = judged(await observe("signed.se", walker(internet, network)))
    assert verdict.cell == "Ej mätt"  # the root itself does not validate: our trouble, not the region's
    assert {finding.code for finding in verdict.findings} == {"dnssec_signature_early"}


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
async def test_one_family_is_enough_and_its_lack_is_nobodys_fault(
    internet: MiniatureInternet, family: str
) -> None:
    network = internet.network(wait_s=0.4, **{family: False})
    observation = await observe("signed.se", walker(internet, network))
    here = replace(VANTAGE, ipv4=Fact.of(family != "ipv4"), ipv6=Fact.of(family != "ipv6"))
    verdict = judge(Evidence(row=row("signed.se"), vantage=here, dnssec=(observation,)), RULESETS["2026"])
    assert verdict.cell == "Ja"
    assert [finding.code for finding in verdict.findings] == ["dnssec_secure"]


async def test_ipv6_alone_is_found_behind_many_ipv4_servers(internet: MiniatureInternet) -> None:
    hints, _ = start_files(internet)
    ipv4 = next(server.address for server in hints if server.address.version == 4)
    many = [NameServer(name=f"{letter}.root-servers.net.", address=ipv4) for letter in "abcdefghijklm"]
    ipv6 = [server for server in hints if server.address.version == 6]
    resolver = Resolver(internet.network(wait_s=0.4, ipv4=False), (*many, *ipv6))
    assert (await resolver.lookup("www.signed.se", "A")).outcome is LookupOutcome.FOUND


async def test_offline_nothing_is_said(internet: MiniatureInternet) -> None:
    network = internet.network(wait_s=0.4, offline=True)
    verdict = judged(await observe("signed.se", walker(internet, network)))
    assert (verdict.cell, verdict.may_pass) == ("Ej mätt", True)


async def test_an_excluded_domain_is_not_asked(internet: MiniatureInternet) -> None:
    network = internet.network(policy=AddressPolicy(excluded_names=("signed.se",)))
    verdict = judged(await observe("signed.se", walker(internet, network)))
    assert verdict.cell == "Ej mätt"
    assert [finding.code for finding in verdict.findings] == ["excluded_on_request"]
    assert not network.counts


async def test_bad_dnssec_leaves_plain_lookups_alone(internet: MiniatureInternet) -> None:
    lookup = await walker(internet).resolver.lookup("www.expired.se", "A")
    assert lookup.outcome is LookupOutcome.FOUND


@pytest.mark.parametrize(
    ("name", "rdtype", "outcome"),
    [
        ("www.signed.se", "A", LookupOutcome.FOUND),
        ("www.signed.se", "AAAA", LookupOutcome.NODATA),
        ("no.signed.se", "A", LookupOutcome.NXDOMAIN),
        ("www.nonexistent.org", "A", LookupOutcome.NXDOMAIN),
        ("www.silent.se", "A", LookupOutcome.FAILED),
        ("www.lame.se", "A", LookupOutcome.FAILED),
        ("a..b", "A", LookupOutcome.FAILED),
        ("x" * 64 + ".se", "A", LookupOutcome.FAILED),
    ],
)
async def test_plain_lookups(
    internet: MiniatureInternet, name: str, rdtype: str, outcome: LookupOutcome
) -> None:
    lookup = await walker(internet).resolver.lookup(name, rdtype)
    assert lookup.outcome is outcome, lookup


class Upwards:
    """A server that was never told of its zones: for everything it refers to the root."""

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes:
        del is_tcp
        reply = dns.message.make_response(dns.message.from_wire(wire))
        reply.authority.append(dns.rrset.from_text(".", 60, "IN", "NS", "ns.root."))
        return reply.to_wire()


async def judged_beside_others(*, server: object, web: Keys | None) -> Verdict:
    """A signed domain whose `www` is a zone of its own on the same server, with a second server besides."""
    here, there = "192.0.2.1", "192.0.2.2"
    keys = {apex: make_keys(dns.name.from_text(apex)) for apex in (".", "own.test.")}
    root = zone(".", ["ns.root."], ("ns.root.", "A", here))
    root.add("own.test.", "NS", "ns1.own.test.", "ns2.own.test.")
    root.put(dns.rrset.from_rdata(dns.name.from_text("own.test."), 60, keys["own.test."].ds()))
    own = zone("own.test.", ["ns1.own.test.", "ns2.own.test."], ("www.own.test.", "NS", "ns1.own.test."))
    for each in (root, own):
        each.add("ns1.own.test.", "A", here)
        each.add("ns2.own.test.", "A", there)
    if web is not None:
        own.put(dns.rrset.from_rdata(web.apex, 60, web.ds()))
    www = zone("www.own.test.", ["ns1.own.test."], ("www.own.test.", "A", "192.0.2.9"))
    zones = [served(root, keys["."]), served(own, keys["own.test."]), served(www, web)]
    responders = {here: Responder(zones), there: server}
    async with walking(responders, here, (anchor(keys["."]),)) as walker:
        return judged(await observe("own.test", walker))


@pytest.mark.parametrize(
    ("scenario", "web"),
    [("unsigned", None), ("signed", make_keys(dns.name.from_text("www.own.test.")))],
)
async def test_the_web_host_as_a_zone_of_its_own_is_no_fault(scenario: str, web: Keys | None) -> None:
    verdict = await judged_beside_others(server=Upwards(), web=web)
    assert verdict.cell == "Ja", verdict.findings


async def test_a_server_that_refers_upwards_is_unusable_and_not_bogus() -> None:
    verdict = await judged_beside_others(server=Upwards(), web=None)
    unusable = [finding for finding in verdict.findings if finding.code == "dnssec_server_unusable"]
    assert [dict(finding.params)["detail"] for finding in unusable] == ["not authoritative"]
