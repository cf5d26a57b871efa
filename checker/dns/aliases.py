"""DNAME: which one renames a name, and to what (RFC 6672). Pure functions over records."""

import dns.name
import dns.rdataclass
import dns.rdatatype
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.DNAME import DNAME

from checker.dns.records import is_below, name_of, rdata_of
from checker.observations.dns import Message, RRset


def dname_above(reply: Message, name: str, zone: str) -> RRset | None:
    """A DNAME of the zone at a proper ancestor of the name (RFC 6672 §2.3)."""
    for rrset in reply.answer:
        above = rrset.type == "DNAME" and rrset.rdata and rrset.name != name and is_below(name, rrset.name)
        if above and is_below(rrset.name, zone):
            return rrset
    return None


def renamed(name: str, dname: RRset) -> dns.name.Name | None:
    """What the DNAME makes of the name, or None when that is too long to be one (RFC 6672 §2.2)."""
    record = rdata_of("DNAME", dname.rdata[0])
    assert isinstance(record, DNAME)
    prefix = name_of(name).relativize(name_of(dname.name))
    try:
        return prefix.concatenate(record.target).canonicalize()
    except dns.name.NameTooLong:
        return None


def leads_to(alias: RRset, target: dns.name.Name) -> bool:
    """Whether all CNAME records of the RRset have this target."""
    made = CNAME(dns.rdataclass.IN, dns.rdatatype.CNAME, target)  # type: ignore[no-untyped-call]
    return all(rdata_of("CNAME", wire) == made for wire in alias.rdata)
