"""Zones of the lab as master files (RFC 1035 §5), signatures and the chain of denial included. Pure."""

from collections.abc import Iterable, Iterator

from dns.rdatatype import DS
from dns.rrset import RRset

from tests.lab.served_zone import ServedZone
from tests.lab.zone_contents import ZoneContents


class WrittenZone(ServedZone):
    """A zone whose records are what they are, whatever ought to follow from its contents."""

    def __init__(self, contents: ZoneContents, records: Iterable[RRset]) -> None:
        super().__init__(contents)
        self.records = tuple(records)


def zone_file(zone: ServedZone) -> str:
    """The whole zone as this server has it, for a server that signs nothing itself."""
    return "".join(f"{rrset.to_text()}\n" for rrset in rrsets(zone))


def rrsets(zone: ServedZone) -> Iterator[RRset]:
    """All records of the zone, RRSIG RRsets included."""
    if isinstance(zone, WrittenZone):
        yield from zone.records
        return
    contents = zone.contents
    yield contents.soa
    yield from zone.signatures(contents.soa)
    for name, node in contents.nodes.items():
        cut = contents.cut_at_or_above(name)
        for rrset in node.values():
            if rrset is contents.soa:
                continue
            yield rrset
            if cut is None or (cut == name and rrset.rdtype == DS):
                yield from zone.signatures(rrset)
    for rrset in _denial(zone):
        yield rrset
        yield from zone.signatures(rrset)


def _denial(zone: ServedZone) -> list[RRset]:
    """Every NSEC or NSEC3 of the zone: each is what proves that some name lacks some type."""
    chain = zone.chain
    if chain is None:
        return []
    links = (rrset for name, node in zone.contents.owned() for rrset in chain.no_type(name))
    return list({rrset.name: rrset for rrset in links}.values())
