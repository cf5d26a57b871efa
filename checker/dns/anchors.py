"""Where resolving starts: root hints and trust anchors, shipped or from a file. The only reader of both."""

from collections.abc import Iterable
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path

import dns.exception
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zonefile
from dns.rdtypes.ANY.NS import NS

from checker.dns.records import canonical_text
from checker.observations.dns import NameServer, RRset

MAX_FILE_BYTES = 1_000_000


class StartFileError(Exception):
    """A root-hints or trust-anchor file that cannot be used; the message names it and says why."""


def root_hints(path: Path | None = None) -> tuple[NameServer, ...]:
    """The root's servers, one entry an address, from a named.root file (shipped: IANA's).

    Raises StartFileError.
    """
    text, source = _text(path, "named.root")
    rrsets = _rrsets(text, source)
    names = [rdata.target.canonicalize() for rrset in rrsets for rdata in rrset if isinstance(rdata, NS)]
    servers = tuple(
        NameServer(name=canonical_text(rrset.name), address=ip_address(rdata.to_text()))
        for name in names
        for rrset in rrsets
        if rrset.name.canonicalize() == name and rrset.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA)
        for rdata in rrset
    )
    if not servers:
        raise StartFileError(f"{source}: no root server with an address (NS records of . with A or AAAA)")
    return servers


def trust_anchors(path: Path | None = None) -> tuple[RRset, ...]:
    """DS and DNSKEY RRsets that chains may start from (shipped: the root's 20326 and 38696).

    Any owner names; several are several islands. Raises StartFileError.
    """
    text, source = _text(path, "root-anchors.ds")
    anchors = tuple(
        RRset(
            name=canonical_text(rrset.name),
            type=dns.rdatatype.to_text(rrset.rdtype),
            ttl=rrset.ttl,
            rdata=tuple(sorted(rdata.to_wire() or b"" for rdata in rrset)),
        )
        for rrset in _rrsets(text, source)
    )
    wrong = next((anchor for anchor in anchors if anchor.type not in ("DS", "DNSKEY")), None)
    if wrong:
        raise StartFileError(
            f"{source}: {wrong.name} {wrong.type} is no trust anchor; write DS or DNSKEY records"
        )
    if not anchors:
        raise StartFileError(f"{source}: no trust anchor (DS or DNSKEY records in zone-file form)")
    return anchors


def closest_anchors(anchors: Iterable[RRset], name: dns.name.Name) -> tuple[RRset, ...]:
    """The anchors of the closest zone that encloses the name, or none."""
    above = [a for a in anchors if name.is_subdomain(dns.name.from_text(a.name))]
    longest = max((len(dns.name.from_text(a.name).labels) for a in above), default=0)
    return tuple(a for a in above if len(dns.name.from_text(a.name).labels) == longest)


def _text(path: Path | None, shipped: str) -> tuple[str, str]:
    if path is None:
        return (files("checker.dns") / shipped).read_text("ascii"), shipped
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise StartFileError(f"{path}: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise StartFileError(f"{path}: over {MAX_FILE_BYTES} bytes; is it the right file?")
    try:
        return data.decode("ascii"), str(path)
    except UnicodeDecodeError as error:
        raise StartFileError(f"{path}: byte {error.start} is not ASCII; zone-file form is") from error


def _rrsets(text: str, source: str) -> list[dns.rrset.RRset]:
    try:
        return dns.zonefile.read_rrsets(
            text,
            rdclass=None,
            default_rdclass=dns.rdataclass.IN,
            default_ttl=3600,
            origin=dns.name.root,
            relativize=False,
        )
    except (dns.exception.DNSException, ValueError) as error:
        words = str(error).replace("<input>:", "line ", 1) or type(error).__name__
        raise StartFileError(f"{source}: {words}") from error
