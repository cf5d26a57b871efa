"""Replies of servers that do not serve the zone they were asked about (RFC 1912 §2.8). Pure."""

import dns.name

from checker.dns.records import name_of
from checker.observations.dns import Message


def is_lame(message: Message, zone: dns.name.Name) -> bool:
    """Whether the reply says nothing at all for the zone: no authority, no records of it, no way down (RFC 1912 §2.8)."""
    if message.answer:
        return False
    if message.rcode == "NXDOMAIN":
        return lacks_zone(message, zone)
    down = any(
        rrset.type != "NS"
        or (rrset.rdata and zone != (owner := name_of(rrset.name)) and owner.is_subdomain(zone))
        for rrset in message.authority
    )
    return (
        message.rcode == "NOERROR" and not down and (not message.authoritative or lacks_zone(message, zone))
    )


def lacks_zone(message: Message, zone: dns.name.Name) -> bool:
    """Whether the server was never told of the zone, whatever authority it claims.

    It refers upwards, or it calls a name nonexistent by the SOA of a zone further up (such as an empty root zone).
    """
    apexes = {name_of(rrset.name) for rrset in message.authority if rrset.type == "SOA" and rrset.rdata}
    if apexes:
        return message.rcode == "NXDOMAIN" and all(_above(apex, zone) for apex in apexes)
    return any(
        rrset.type == "NS" and rrset.rdata and _above(name_of(rrset.name), zone)
        for rrset in message.authority
    )


def _above(owner: dns.name.Name, zone: dns.name.Name) -> bool:
    return owner != zone and zone.is_subdomain(owner)
