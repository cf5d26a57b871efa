"""What does not touch the DNSSEC cell: a zone's habits, its servers' disagreements, and the ways out of it."""

import asyncio
import gc
from dataclasses import replace
from datetime import timedelta
from typing import Any

import dns.dnssec
import dns.name
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from dns.dnssectypes import Algorithm, DSDigest
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from checker.indicators.dnssec_chain import chain_of
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.probes.dnssec import observe_dnssec
from tests.dns.world import NOW
from tests.lab.responder import Responder
from tests.lab.signing import Keys, Validity, make_keys
from tests.probes.one_domain import APEX, DOMAIN, KEYS, VANTAGE, Domain, Version, ds_of, judged, with_keys

SPLIT = make_keys(APEX, split=True)
OTHER = make_keys(APEX)
RSA = make_keys(APEX, 8)
SHA1_KEYS = make_keys(APEX, 7)
ED25519 = make_keys(APEX, 15)


def small_rsa() -> Keys:
    private = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - what is warned of
    dnskey = dns.dnssec.make_dnskey(private.public_key(), Algorithm.RSASHA256, 0x0101)
    return Keys(apex=APEX, pairs=((private, dnskey),))


SMALL = small_rsa()


def without_zone_flag(keys: Keys) -> Keys:
    private, dnskey = keys.pairs[0]
    changed = dnskey.replace(flags=0)
    assert isinstance(changed, DNSKEY)
    return replace(keys, pairs=((private, changed),))


NO_ZONE_KEY = without_zone_flag(ED25519)


def cds(keys: Keys, digest: DSDigest = DSDigest.SHA256) -> tuple[str, str, str]:
    return "unit.test.", "CDS", keys.ds(digest).to_text()


def cdnskey(keys: Keys) -> tuple[str, str, str]:
    return "unit.test.", "CDNSKEY", keys.pairs[0][1].to_text()


def lasting(before: timedelta, after: timedelta) -> Validity:
    return Validity(inception=NOW - before, expiration=NOW + after)


def on(*records: tuple[str, str, str], **changes: object) -> Domain:
    return Domain(first=Version(records=records, **changes))  # type: ignore[arg-type]  # a version's own fields


HOURS = timedelta(hours=1)
SCENARIOS: dict[str, tuple[Domain, set[str]]] = {
    "nothing odd": (Domain(), set()),
    "KSK and ZSK": (Domain(first=Version(keys=SPLIT), ds=ds_of(SPLIT)), set()),
    "RSA of 2048 bits": (Domain(first=Version(keys=RSA), ds=ds_of(RSA)), set()),
    "RSA of 1024 bits": (Domain(first=Version(keys=SMALL), ds=ds_of(SMALL)), {"dnssec_key_small"}),
    "SHA-1 in the algorithm": (Domain(first=Version(keys=SHA1_KEYS), ds=ds_of(SHA1_KEYS)), {"dnssec_sha1"}),
    "SHA-1 as the only digest": (Domain(ds=ds_of(KEYS, DSDigest.SHA1)), {"dnssec_ds_sha1"}),
    "a DS of the right key with a wrong digest beside the right one": (
        Domain(ds=(*ds_of(KEYS), KEYS.wrong_ds())),
        {"dnssec_ds_unmatched"},
    ),
    "a key without zone flag of an algorithm that signs nothing": (
        Domain(first=Version(keys=with_keys(KEYS, NO_ZONE_KEY, KEYS))),
        set(),
    ),
    "SHA-1 beside SHA-256": (Domain(ds=ds_of(KEYS, DSDigest.SHA1, DSDigest.SHA256)), set()),
    "a DS that is left over": (Domain(ds=(*ds_of(KEYS), *ds_of(OTHER))), {"dnssec_ds_unmatched"}),
    "a stand-by key with its DS": (
        Domain(first=Version(keys=with_keys(KEYS, OTHER, KEYS)), ds=(*ds_of(KEYS), *ds_of(OTHER))),
        set(),
    ),
    "a key of an algorithm that signs nothing": (
        Domain(first=Version(keys=with_keys(KEYS, ED25519, KEYS))),
        {"dnssec_algorithm_unsigned"},
    ),
    "signatures that end in eleven hours": (
        on(validity=lasting(HOURS, 11 * HOURS)),
        {"dnssec_signature_ends_soon"},
    ),
    "signatures that end in thirteen hours": (on(validity=lasting(HOURS, 13 * HOURS)), set()),
    "signatures that ended within the skew": (
        on(validity=lasting(HOURS, timedelta(seconds=-200))),
        {"dnssec_signature_ends_soon"},
    ),
    "signatures of 181 days": (on(validity=lasting(24 * HOURS, 180 * 24 * HOURS)), {"dnssec_signature_long"}),
    "signatures of 180 days": (on(validity=lasting(24 * HOURS, 179 * 24 * HOURS)), set()),
    "NSEC3 with one iteration": (on(denial="nsec3", iterations=1), {"dnssec_nsec3_iterations_used"}),
    "NSEC3 with 150 iterations": (on(denial="nsec3", iterations=150), {"dnssec_nsec3_iterations_used"}),
    "NSEC3 with 151 iterations": (on(denial="nsec3", iterations=151), {"dnssec_nsec3_iterations"}),
    "NSEC3 without iterations": (on(denial="nsec3"), set()),
    "CDS and CDNSKEY as the parent has it": (on(cds(KEYS), cdnskey(KEYS)), set()),
    "CDS of another digest": (on(cds(KEYS, DSDigest.SHA384)), set()),
    "CDS of a key that is not there": (on(cds(OTHER)), {"dnssec_cds_conflict"}),
    "CDS and CDNSKEY of different keys": (
        on(cds(KEYS), cdnskey(OTHER), keys=with_keys(KEYS, OTHER, KEYS)),
        {"dnssec_cds_conflict"},
    ),
    "CDS of the next key": (
        on(cds(OTHER), cdnskey(OTHER), keys=with_keys(KEYS, OTHER, KEYS)),
        {"dnssec_cds_pending"},
    ),
    "CDS of one more key than CDNSKEY": (on(cds(KEYS), cds(OTHER), cdnskey(KEYS)), {"dnssec_cds_conflict"}),
    "CDS asks for removal and CDNSKEY does not": (
        on(("unit.test.", "CDS", "0 0 0 00"), cdnskey(KEYS)),
        {"dnssec_cds_conflict"},
    ),
    "CDS signed by a key that has no DS": (
        Domain(first=Version(records=(cds(SPLIT),), keys=SPLIT), ds=ds_of(SPLIT)),
        {"dnssec_cds_invalid"},
    ),
    "CDS that asks for removal": (on(("unit.test.", "CDS", "0 0 0 00")), {"dnssec_cds_delete"}),
    "CDNSKEY that asks for removal": (on(("unit.test.", "CDNSKEY", "0 3 0 AA==")), {"dnssec_cds_delete"}),
    "the parent lists another server": (
        Domain(servers=("ns1.unit.test.", "ns2.unit.test.", "ns.signed.test.")),
        {"dnssec_ns_differ", "dnssec_server_unusable"},
    ),
    "the zone lists one server less": (on(servers=("ns1.unit.test.",)), {"dnssec_ns_differ"}),
    "the second server is a version behind": (
        Domain(first=Version(serial=2), second=Version()),
        {"dnssec_serials_differ"},
    ),
    "the second server has another address": (
        Domain(second=Version(records=(("www.unit.test.", "A", "192.0.2.99"),))),
        {"dnssec_answers_differ"},
    ),
    "the second server has the web host over IPv6": (
        Domain(second=Version(records=(("www.unit.test.", "AAAA", "2001:db8::1"),))),
        {"dnssec_servers_differ"},
    ),
    "the second server has another MX": (
        Domain(
            first=Version(records=(("unit.test.", "MX", "10 mx.unit.test."),)),
            second=Version(records=(("unit.test.", "MX", "10 mx2.unit.test."),)),
        ),
        {"dnssec_servers_differ"},
    ),
    "the second server has more keys": (
        Domain(second=Version(keys=with_keys(KEYS, OTHER, KEYS))),
        {"dnssec_servers_differ"},
    ),
    "an MX host in an unsigned zone": (
        on(("unit.test.", "MX", "10 host.unsigned.test.")),
        {"dnssec_hop_insecure"},
    ),
    "two MX hosts in one unsigned zone": (
        on(("unit.test.", "MX", "10 host.unsigned.test."), ("unit.test.", "MX", "20 ns.unsigned.test.")),
        {"dnssec_hop_insecure"},
    ),
    "an MX host in the zone": (on(("unit.test.", "MX", "10 ns1.unit.test.")), set()),
    "an MX host below a cut without DS": (
        on(("unit.test.", "MX", "10 mx.plain.unit.test."), ("plain.unit.test.", "NS", "ns1.unit.test.")),
        {"dnssec_hop_insecure"},
    ),
    "an MX host in a signed zone": (on(("unit.test.", "MX", "10 host.signed.test.")), set()),
    "an MX host in a broken zone": (on(("unit.test.", "MX", "10 host.broken.test.")), {"dnssec_hop_bogus"}),
    "a web host that is an alias into an unsigned zone": (
        on(("www.unit.test.", "CNAME", "host.unsigned.test.")),
        {"dnssec_hop_insecure"},
    ),
    "a web host that is an alias into a broken zone": (
        on(("www.unit.test.", "CNAME", "host.broken.test.")),
        {"dnssec_hop_bogus"},
    ),
    "an alias of an alias into an unsigned zone": (
        on(("www.unit.test.", "CNAME", "far.signed.test.")),
        {"dnssec_hop_insecure"},
    ),
    "an alias to a name that does not exist": (on(("www.unit.test.", "CNAME", "no.signed.test.")), set()),
    "an alias inside the zone": (
        on(("www.unit.test.", "CNAME", "w3.unit.test."), ("w3.unit.test.", "A", "192.0.2.7")),
        set(),
    ),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_a_warning_leaves_the_cell_alone(scenario: str) -> None:
    domain, codes = SCENARIOS[scenario]
    verdict = judged(await domain.observed())
    found = [finding.code for finding in verdict.findings if finding.code != "dnssec_secure"]
    assert verdict.cell == "Ja"
    assert set(found) == codes, verdict.findings
    assert len(found) == len(codes), verdict.findings


class UdpOnly:
    """A server that hears nothing over TCP."""

    def __init__(self, inner: Responder) -> None:
        self._inner = inner

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        return None if is_tcp else self._inner.respond(wire, is_tcp=False)


async def test_a_server_without_tcp() -> None:
    observation = await Domain(second_responder=UdpOnly(Responder([Version().zone()]))).observed()
    verdict = judged(observation)
    missing = [finding for finding in verdict.findings if finding.code == "dnssec_server_without_tcp"]
    assert [finding.subject for finding in missing] == ["ns2.unit.test (192.0.2.12)"]
    blind = judged(observation, replace(VANTAGE, dns_tcp=Fact.NO))
    assert [finding.code for finding in blind.findings] == ["dnssec_secure"]


async def test_tcp_is_tried_once_a_sweep_at_each_address() -> None:
    async with Domain().walker() as walker:
        for _ in range(2):
            await asyncio.gather(*(observe_dnssec(DOMAIN, (), walker) for _ in range(3)))
        assert walker.resolver.network.counts["tcp:53"] == 2


async def test_a_sweep_that_is_stopped_between_two_steps_leaves_no_work_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python tells (and this test fails for) work that was made ready and never begun."""
    gather, begun = asyncio.gather, 0
    stopped = True
    for stop_at in range(1, 20):
        begun = 0

        def stopping(*works: Any, at: int = stop_at) -> Any:
            nonlocal begun
            begun += 1
            if begun == at and (task := asyncio.current_task()):
                task.cancel()
            return gather(*works)

        async with Domain().walker() as walker:
            monkeypatch.setattr(asyncio, "gather", stopping)
            (outcome,) = await gather(observe_dnssec(DOMAIN, (), walker), return_exceptions=True)
            monkeypatch.undo()
            stopped = isinstance(outcome, asyncio.CancelledError)
        if not stopped:
            break
        gc.collect()
    assert not stopped
    assert begun > 3


async def test_a_cds_without_a_valid_signature_is_said_and_nothing_more() -> None:
    observation = await on(cds(KEYS)).observed()
    unsigned = tuple(
        replace(
            reply,
            message=replace(
                reply.message,
                answer=tuple(replace(rrset, signatures=()) for rrset in reply.message.answer),
            ),
        )
        for reply in observation.signals
        if reply.message is not None
    )
    verdict = judged(replace(observation, signals=unsigned))
    assert verdict.cell == "Ja"
    invalid = [finding for finding in verdict.findings if finding.code == "dnssec_cds_invalid"]
    assert [dict(finding.params)["record"] for finding in invalid] == ["unit.test CDS"]


async def test_signals_without_edns_say_nothing_of_signatures() -> None:
    observation = await on(cds(KEYS)).observed()
    bare = tuple(
        replace(reply, message=replace(reply.message, edns=False, answer=()))
        for reply in observation.signals
        if reply.message is not None
    )
    assert [f.code for f in judged(replace(observation, signals=bare)).findings] == ["dnssec_secure"]


async def test_warnings_of_hostile_records_are_few_and_cheap() -> None:
    """Empty RSA keys, hundreds of small ones, of signatures, of DS and CDS: no exception, no flood of findings."""
    observation = await on(cds(KEYS)).observed()
    rsa_keys = tuple(b"\x01\x00\x03\x08" + bytes([1, 3, 1, n]) for n in range(200))
    odd = (b"\x01\x00\x03\x08", b"\x01\x00\x03\x08\x00", b"\x01\x00\x03\x08\x00\xff", b"\x01", b"")
    views = tuple(
        replace(
            view,
            replies=tuple(
                replace(
                    reply,
                    message=replace(
                        reply.message,
                        answer=tuple(
                            replace(
                                rrset,
                                rdata=rrset.rdata + (rsa_keys + odd if rrset.type == "DNSKEY" else ()),
                                signatures=rrset.signatures + tuple(bytes([n]) * 40 for n in range(200)),
                            )
                            for rrset in reply.message.answer
                        ),
                    ),
                )
                for reply in view.replies
                if reply.message is not None
            ),
        )
        for view in observation.views
    )
    verdict = judged(replace(observation, views=views))
    assert len(verdict.findings) < 12
    chain_of(replace(observation, views=views))


async def test_a_hop_whose_servers_are_silent_is_not_called_secure() -> None:
    domain, _ = SCENARIOS["an MX host in a signed zone"]
    observation = await domain.observed()
    (hop,) = observation.hops
    assert hop.reply is not None
    silent = replace(hop, reply=replace(hop.reply, message=None, failure=Failure.TIMEOUT))
    assert [f.code for f in judged(replace(observation, hops=(silent,))).findings] == ["dnssec_secure"]
    assert [link.status for link in chain_of(replace(observation, hops=(silent,))).hops] == ["indeterminate"]


async def test_the_values_of_warnings_name_what_they_are_about() -> None:
    domain, _ = SCENARIOS["the second server has another address"]
    (finding,) = (f for f in judged(await domain.observed()).findings if f.code == "dnssec_answers_differ")
    assert dict(finding.params) == {
        "record": f"www.{DOMAIN} A",
        "detail": "192.0.2.80: ns1.unit.test (192.0.2.11); 192.0.2.99: ns2.unit.test (192.0.2.12)",
    }
    domain, _ = SCENARIOS["the zone lists one server less"]
    (finding,) = (f for f in judged(await domain.observed()).findings if f.code == "dnssec_ns_differ")
    assert dict(finding.params) == {"parent": "ns2.unit.test", "child": "–"}
    domain, _ = SCENARIOS["an alias of an alias into an unsigned zone"]
    (finding,) = (f for f in judged(await domain.observed()).findings if f.code == "dnssec_hop_insecure")
    assert finding.subject == "host.unsigned.test"
    assert dict(finding.params) == {"origin": "far.signed.test CNAME", "zone": "unsigned.test"}
    domain, _ = SCENARIOS["an MX host in a broken zone"]
    (finding,) = (f for f in judged(await domain.observed()).findings if f.code == "dnssec_hop_bogus")
    assert dict(finding.params) == {
        "origin": "unit.test MX",
        "zone": "broken.test",
        "reason": "dnssec_no_key_for_ds",
    }
