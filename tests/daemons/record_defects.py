"""Records that were worked over once they were signed: stripped, changed, forged, or denied wrongly."""

from datetime import timedelta

import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.name import Name
from dns.rdataclass import IN
from dns.rdatatype import AAAA, CNAME, DNSKEY, MX, NS, NSEC, NSEC3, SOA, A, RdataType
from dns.rrset import RRset

from tests.daemons.defects import Defects
from tests.daemons.drafts import Draft
from tests.daemons.drawn_keys import Rrsig
from tests.lab.signing import Validity, expired_at

RECORDS = Defects()
SKEW_SAFE = timedelta(hours=12)
ONE_TYPE = {"a": A, "soa": SOA, "dnskey": DNSKEY, "mx": MX, "ns": NS, "cname": CNAME, "denial": NSEC}


def _of_type(zone: Draft, rdtype: RdataType) -> list[RRset]:
    return zone.signatures(NSEC, NSEC3) if rdtype == NSEC else zone.signatures(rdtype)


def _strip(rdtype: RdataType) -> None:
    def change(zone: Draft) -> None:
        for rrset in _of_type(zone, rdtype):
            zone.drop(rrset.name, rrset.covers, signatures_only=True)

    RECORDS.after(f"stripped-{_word(rdtype)}")(change)


def _flip(rdtype: RdataType) -> None:
    def change(zone: Draft) -> None:
        for rrset in _of_type(zone, rdtype):
            zone.change_signatures(rrset, lambda rrsig: _flipped(zone, rrsig))

    RECORDS.after(f"flipped-{_word(rdtype)}")(change)


def _word(rdtype: RdataType) -> str:
    return next(word for word, known in ONE_TYPE.items() if known == rdtype)


def _flipped(zone: Draft, rrsig: Rrsig) -> dns.rdata.Rdata:
    signature = bytearray(rrsig.signature)
    bit = zone.rng.randrange(len(signature) * 8)
    signature[bit // 8] ^= 1 << bit % 8
    return rrsig.replace(signature=bytes(signature))


for _rdtype in ONE_TYPE.values():
    _strip(_rdtype)
    _flip(_rdtype)


@RECORDS.before("not-yet-valid")
def _early(zone: Draft) -> None:
    begins = zone.now + SKEW_SAFE * 4
    zone.validity = Validity(inception=begins, expiration=begins + timedelta(days=30))


@RECORDS.after("stripped")
def _stripped(zone: Draft) -> None:
    for rrset in zone.signatures():
        zone.drop(rrset.name, rrset.covers, signatures_only=True)


@RECORDS.after("changed-a")
def _changed_a(zone: Draft) -> None:
    zone.put(dns.rrset.from_text(zone.name("www"), 3600, IN, A, "203.0.113.66"))


@RECORDS.after("changed-mx")
def _changed_mx(zone: Draft) -> None:
    zone.put(dns.rrset.from_text(zone.apex, 3600, IN, MX, "10 mail.elsewhere.example."))


@RECORDS.after("changed-ns")
def _changed_ns(zone: Draft) -> None:
    old = zone.records[zone.apex, NS, dns.rdatatype.NONE]
    more = dns.rrset.from_text(zone.apex, 3600, IN, NS, "ns.nowhere.invalid.")
    zone.put(dns.rrset.from_rdata_list(zone.apex, 3600, [*old, *more]))


@RECORDS.after("added-aaaa")
def _added_aaaa(zone: Draft) -> None:
    zone.put(dns.rrset.from_text(zone.name("www"), 3600, IN, AAAA, "2001:db8::66"))


@RECORDS.after("labels-too-few")
def _labels_too_few(zone: Draft) -> None:
    for rrset in zone.signatures(A):
        zone.change_signatures(rrset, lambda rrsig: rrsig.replace(labels=rrsig.labels - 1))


@RECORDS.after("labels-too-many")
def _labels_too_many(zone: Draft) -> None:
    for rrset in zone.signatures(A):
        zone.change_signatures(rrset, lambda rrsig: rrsig.replace(labels=rrsig.labels + 1))


@RECORDS.after("original-ttl")
def _original_ttl(zone: Draft) -> None:
    change = zone.rng.choice((-60, 60))
    for rrset in zone.signatures(A, SOA):
        zone.change_signatures(rrset, lambda rrsig: rrsig.replace(original_ttl=rrsig.original_ttl + change))


@RECORDS.after("ttl-lower", harmless=True)
def _ttl_lower(zone: Draft) -> None:
    """As a cache would give it: the signature holds the original (RFC 4035 §5.3.3)."""
    for rrset in zone.signatures(A):
        held = zone.records[rrset.name, A, dns.rdatatype.NONE]
        zone.put(dns.rrset.from_rdata_list(rrset.name, 60, list(held)))


def _sign_as(zone: Draft, signer: Name) -> None:
    for rrset in zone.signatures(A, MX):
        zone.change_signatures(rrset, lambda rrsig: rrsig.replace(signer=signer))


@RECORDS.after("signer-parent")
def _signer_parent(zone: Draft) -> None:
    _sign_as(zone, zone.apex.parent())


@RECORDS.after("signer-sibling")
def _signer_sibling(zone: Draft) -> None:
    _sign_as(zone, dns.name.from_text("whole.net."))


@RECORDS.after("signer-child")
def _signer_child(zone: Draft) -> None:
    _sign_as(zone, zone.name("www"))


@RECORDS.after("algorithm-forged")
def _algorithm_forged(zone: Draft) -> None:
    for rrset in zone.signatures(A, MX):
        zone.change_signatures(
            rrset, lambda rrsig: rrsig.replace(algorithm=13 if rrsig.algorithm == 8 else 8)
        )


@RECORDS.after("signature-beside-bad", harmless=True)
def _beside_bad(zone: Draft) -> None:
    """A bad signature does not hurt beside a good one (RFC 4035 §5.3.3)."""
    for rrset in zone.signatures(A, MX, SOA):
        bad = [_flipped(zone, rrsig) for rrsig in rrset if isinstance(rrsig, Rrsig)]
        both = dns.rrset.from_rdata_list(rrset.name, rrset.ttl, [*rrset, *bad])
        zone.records[rrset.name, dns.rdatatype.RRSIG, rrset.covers] = both


@RECORDS.after("second-server-expired")
def _second_expired(zone: Draft) -> None:
    zone.others = zone.write(expired_at(zone.now)) if zone.signed else None


@RECORDS.after("second-server-stripped")
def _second_stripped(zone: Draft) -> None:
    zone.others = {
        place: rrset for place, rrset in zone.records.items() if rrset.rdtype != dns.rdatatype.RRSIG
    }


@RECORDS.after("second-server-changed")
def _second_changed(zone: Draft) -> None:
    place = zone.name("www"), A, dns.rdatatype.NONE
    other = dns.rrset.from_text(zone.name("www"), 3600, IN, A, "203.0.113.67")
    zone.others = {**zone.records, place: other}
