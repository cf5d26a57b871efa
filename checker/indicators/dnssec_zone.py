"""A secure zone's habits that will hurt it later: keys, DS records, signature lifetimes, NSEC3. Warnings only. Pure.

What is read of a message is capped: servers may send hundreds of records, and twenty-six servers different ones.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.NSEC3 import NSEC3

from checker.dns.algorithms import CAPS, DEPRECATED, SHA1_DIGEST
from checker.dns.chain import Standing
from checker.dns.key_sizes import is_rsa, key_bits
from checker.dns.records import find, rdata_of, rdatas
from checker.dns.rrsig import Rrsig, rrsig_of
from checker.dns.signatures import Key, out_of_time, usable_keys
from checker.dns.trust import ds_fields, ds_fits, usable_ds
from checker.indicators.shown import listed, shown_name, shown_record, shown_server
from checker.observations.dns import DnssecObservation, Message, RRset, ServerView
from checker.rulesets import Ruleset
from checker.verdict import Finding

SMALL_RSA_BITS = 2048
"""112 bits of strength (NIST SP 800-57 part 1 §5.6.1), the least that agencies have asked for since 2014."""
ENDS_SOON = timedelta(hours=12)
LONG_LIVED = timedelta(days=180)
SIGNATURES_READ = 16
RRSETS_READ = 12


def zone_findings(
    observation: DnssecObservation, standing: Standing, keys: tuple[Key, ...], ruleset: Ruleset
) -> Iterator[Finding | None]:
    """Every warning about the zone as such; `keys` are those of all its servers."""
    zone = shown_name(standing.zone)
    if any(key.algorithm in DEPRECATED for key in keys):
        yield ruleset.finding("dnssec_sha1", zone)
    if small := dict(_small_keys(keys)):
        yield ruleset.finding("dnssec_key_small", zone, tags=listed(small), bits=min(small.values()))
    if standing.ds is not None:
        yield from _ds_findings(standing.ds, standing.zone, keys, ruleset)
    yield from _algorithm_findings(standing.zone, observation.views, ruleset)
    messages = _messages(observation)
    yield from _lifetime_findings(standing.zone, messages, observation.observed_at, ruleset)
    iterations = _iterations(messages)
    if iterations > CAPS.nsec3_iterations_insecure:
        record = f"{zone} NSEC3, {iterations}"
        yield ruleset.finding("dnssec_nsec3_iterations", zone, zone=zone, record=record)
    elif iterations:
        yield ruleset.finding("dnssec_nsec3_iterations_used", zone, iterations=iterations)


def _small_keys(keys: tuple[Key, ...]) -> Iterator[tuple[int, int]]:
    for key in keys:
        record = rdata_of("DNSKEY", key.wire)
        if isinstance(record, DNSKEY) and is_rsa(record):
            bits = key_bits(record)
            if bits is not None and bits < SMALL_RSA_BITS:
                yield key.tag, bits


def _ds_findings(ds: RRset, zone: str, keys: tuple[Key, ...], ruleset: Ruleset) -> Iterator[Finding | None]:
    """SHA-1 as the only digest, and DS records that lead to no key."""
    usable = usable_ds(ds)
    if usable and all(ds_fields(wire)[2] == SHA1_DIGEST for wire in usable):
        yield ruleset.finding("dnssec_ds_sha1", shown_name(zone))
    unmatched = [ds_fields(wire)[0] for wire in usable if not any(ds_fits(wire, zone, key) for key in keys)]
    if unmatched:
        yield ruleset.finding("dnssec_ds_unmatched", shown_name(zone), tags=listed(unmatched))


def _messages(observation: DnssecObservation) -> tuple[Message, ...]:
    """What the servers said, equal messages once."""
    return tuple(
        dict.fromkeys(
            reply.message
            for view in observation.views
            for reply in view.replies
            if reply.message is not None and reply.message.edns
        )
    )


def _algorithm_findings(
    zone: str, views: tuple[ServerView, ...], ruleset: Ruleset
) -> Iterator[Finding | None]:
    """Every algorithm in a server's DNSKEY RRset must sign every RRset that it serves (RFC 4035 §2.2)."""
    missing: dict[int, tuple[str, str]] = {}
    for view in views:
        served = {reply.type: reply.message for reply in view.replies if reply.name == zone and reply.message}
        rrsets = [find(message.answer, zone, rdtype) for rdtype, message in served.items()]
        keys = next((rrset for rrset in rrsets if rrset is not None and rrset.type == "DNSKEY"), None)
        algorithms = {key.algorithm for key in usable_keys(keys)} if keys is not None else set()
        for rrset in filter(None, rrsets):
            signed = {rrsig.algorithm for rrsig in _signatures(rrset, zone)}
            for algorithm in algorithms - signed if signed else ():
                missing.setdefault(algorithm, (f"{zone} {rrset.type}", shown_server(view.server)))
    if missing:
        record, server = next(iter(missing.values()))
        yield ruleset.finding(
            "dnssec_algorithm_unsigned",
            shown_name(zone),
            algorithm=listed(sorted(missing)),
            record=shown_record(record),
            server=server,
        )


def _signatures(rrset: RRset, zone: str) -> tuple[Rrsig, ...]:
    """The zone's own RRSIGs over an RRset."""
    read = (rrsig_of(wire) for wire in rrset.signatures[:SIGNATURES_READ])
    return tuple(rrsig for rrsig in read if rrsig is not None and rrsig.signer == zone)


def _lifetime_findings(
    zone: str, messages: tuple[Message, ...], now: datetime, ruleset: Ruleset
) -> Iterator[Finding | None]:
    """The signature that ends first, and the one that lives longest, each when it is out of bounds.

    An RRset counts by the signature of it that ends last: others beside it may be on their way out.
    """
    ends: list[tuple[datetime, str]] = []
    lives: list[tuple[timedelta, str]] = []
    for message in messages:
        for rrset in islice((*message.answer, *message.authority), RRSETS_READ):
            valid = [rrsig for rrsig in _signatures(rrset, zone) if out_of_time(rrsig, now) is None]
            if valid:
                record = f"{rrset.name} {rrset.type}"
                ends.append((max(_moment(rrsig.expiration) for rrsig in valid), record))
                lives.append((max(_life(rrsig) for rrsig in valid), record))
    if ends and (soonest := min(ends))[0] - now < ENDS_SOON:
        yield ruleset.finding(
            "dnssec_signature_ends_soon",
            shown_name(zone),
            record=shown_record(soonest[1]),
            detail=f"{soonest[0]:%Y-%m-%dT%H:%M:%SZ}",
        )
    if lives and (longest := max(lives))[0] > LONG_LIVED:
        yield ruleset.finding(
            "dnssec_signature_long",
            shown_name(zone),
            record=shown_record(longest[1]),
            days=longest[0].days,
        )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _life(rrsig: Rrsig) -> timedelta:
    return timedelta(seconds=rrsig.expiration - rrsig.inception)


def _iterations(messages: tuple[Message, ...]) -> int:
    """The most NSEC3 iterations in any denial (RFC 9276 §3.1 asks for none)."""
    return max(
        (
            int(rdata.iterations)
            for message in messages
            for rrset in message.authority[:RRSETS_READ]
            if rrset.type == "NSEC3"
            for rdata in rdatas(rrset)
            if isinstance(rdata, NSEC3)
        ),
        default=0,
    )
