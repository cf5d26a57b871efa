"""CDS and CDNSKEY: what the zone would have its parent publish, against what it publishes (RFC 7344, RFC 8078). Pure.

Warnings and notes only; nothing of it touches the cell.
"""

from collections.abc import Iterator

from dns.rdtypes.ANY.DNSKEY import DNSKEY

from checker.dns.chain import Standing
from checker.dns.key_sizes import key_tag
from checker.dns.reasons import Reason
from checker.dns.records import find, rdata_of
from checker.dns.signatures import Key, check_signatures
from checker.dns.trust import ds_fields, ds_fits
from checker.indicators.shown import listed, shown_name, shown_record
from checker.observations.dns import DnssecObservation, RRset
from checker.rulesets import Ruleset
from checker.verdict import Finding

Wanted = frozenset[tuple[int, int]]
"""Key tag and algorithm of each DS record asked for."""

_DELETE: Wanted = frozenset({(0, 0)})
"""The request to take all DS records away: algorithm 0 (RFC 8078 §4)."""


def signal_findings(
    observation: DnssecObservation, standing: Standing, keys: tuple[Key, ...], ruleset: Ruleset
) -> Iterator[Finding | None]:
    """What is wrong with the zone's CDS and CDNSKEY RRsets, or what they are waiting for; nothing when it has none."""
    zone = standing.zone
    found = (_signal(observation, zone, rdtype) for rdtype in ("CDS", "CDNSKEY"))
    published = [rrset for rrset in found if rrset is not None]
    signers = _delegated(keys, standing.ds, zone)
    for rrset in published:
        if isinstance(check_signatures(rrset, zone, signers, observation.observed_at), Reason):
            record = shown_record(f"{zone} {rrset.type}")
            yield ruleset.finding("dnssec_cds_invalid", shown_name(zone), record=record)
            return
    wanted = [_wanted(rrset) for rrset in published]
    if not published:
        return
    if len(set(wanted)) > 1 or (wanted[0] != _DELETE and not _leads_to_a_key(published, zone, keys)):
        yield ruleset.finding("dnssec_cds_conflict", shown_name(zone), detail=_conflict(published, wanted))
    elif wanted[0] == _DELETE:
        yield ruleset.finding("dnssec_cds_delete", shown_name(zone))
    elif standing.ds is not None:
        parents = frozenset(ds_fields(wire)[:2] for wire in standing.ds.rdata)
        if wanted[0] != parents:
            yield ruleset.finding(
                "dnssec_cds_pending",
                shown_name(zone),
                add=_tags(wanted[0] - parents),
                remove=_tags(parents - wanted[0]),
            )


def _signal(observation: DnssecObservation, zone: str, rdtype: str) -> RRset | None:
    """The RRset, from a server that was asked for signatures."""
    for reply in observation.signals:
        if reply.type == rdtype and reply.message is not None and reply.message.edns:
            return find(reply.message.answer, zone, rdtype)
    return None


def _delegated(keys: tuple[Key, ...], ds: RRset | None, zone: str) -> tuple[Key, ...]:
    """The keys that stand in both the DNSKEY and the DS RRset: they alone may sign (RFC 7344 §4.1)."""
    if ds is None:
        return keys
    return tuple(key for key in keys if any(ds_fits(wire, zone, key) for wire in ds.rdata))


def _wanted(rrset: RRset) -> Wanted:
    if rrset.type == "CDS":
        return frozenset(
            (tag if algorithm else 0, algorithm) for tag, algorithm, _, _ in map(ds_fields, rrset.rdata)
        )
    keys = (rdata_of("DNSKEY", wire) for wire in rrset.rdata)
    pairs = ((key_tag(key), int(key.algorithm)) for key in keys if isinstance(key, DNSKEY))
    return frozenset((tag if algorithm else 0, algorithm) for tag, algorithm in pairs)


def _leads_to_a_key(published: list[RRset], zone: str, keys: tuple[Key, ...]) -> bool:
    """Whether the delegation would still work with what each RRset asks for (RFC 7344 §4.1)."""
    return all(
        any(
            key.wire == wire if rrset.type == "CDNSKEY" else ds_fits(wire, zone, key)
            for wire in rrset.rdata
            for key in keys
        )
        for rrset in published
    )


def _conflict(published: list[RRset], wanted: list[Wanted]) -> str:
    return "; ".join(f"{rrset.type}: {_tags(pairs)}" for rrset, pairs in zip(published, wanted, strict=True))


def _tags(pairs: Wanted) -> str:
    return listed(tag for tag, _ in sorted(pairs)) or "–"
