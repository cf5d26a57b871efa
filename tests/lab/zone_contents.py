"""What stands in one zone: names, types, records, cuts. Knows nothing of signatures or servers."""

from collections.abc import Iterator

import dns.name
import dns.rdatatype
import dns.rrset
from dns.name import Name
from dns.rdatatype import CNAME, DNAME, DS, NS, SOA, RdataType
from dns.rrset import RRset

TTL = 3600

Node = dict[RdataType, RRset]


class ZoneContents:
    """The records of one zone, glue and delegations included; empty non-terminals are empty nodes."""

    def __init__(self, apex: Name | str) -> None:
        self.apex = dns.name.from_text(apex) if isinstance(apex, str) else apex
        self.nodes: dict[Name, Node] = {self.apex: {}}

    def add(self, owner: Name | str, rdtype: str, *rdata: str, ttl: int = TTL) -> None:
        """Add records in presentation form; names in them are absolute."""
        name = dns.name.from_text(owner) if isinstance(owner, str) else owner
        self.put(dns.rrset.from_text_list(name, ttl, "IN", rdtype, list(rdata)))

    def put(self, rrset: RRset) -> None:
        """Add an RRset; records of a type that is already there are joined to it."""
        node = self._node(rrset.name)
        known = node.get(rrset.rdtype)
        if known is None:
            node[rrset.rdtype] = rrset
        else:
            for rdata in rrset:
                known.add(rdata)

    def with_apex(self, *rrsets: RRset) -> "ZoneContents":
        """A zone with the same records and these at the apex besides."""
        other = ZoneContents(self.apex)
        other.nodes = {**self.nodes, self.apex: {**self.nodes[self.apex], **{r.rdtype: r for r in rrsets}}}
        return other

    @property
    def soa(self) -> RRset:
        """The SOA RRset."""
        return self.nodes[self.apex][SOA]

    def cut_at_or_above(self, name: Name) -> Name | None:
        """The delegation that `name` lies at or below, or None when the zone itself answers for it."""
        for ancestor in self.path_to(name):
            if NS in self.nodes.get(ancestor, ()):
                return ancestor
        return None

    def dname_above(self, name: Name) -> RRset | None:
        """The DNAME strictly above `name`, if any (RFC 6672)."""
        for ancestor in (self.apex, *self.path_to(name)):
            if ancestor != name and DNAME in self.nodes.get(ancestor, ()):
                return self.nodes[ancestor][DNAME]
        return None

    def path_to(self, name: Name) -> Iterator[Name]:
        """The names from just below the apex down to `name`."""
        for depth in range(len(self.apex) + 1, len(name) + 1):
            yield Name(name.labels[-depth:])

    def closest_encloser(self, name: Name) -> Name:
        """The longest existing ancestor of `name`, itself included (RFC 5155 §1.3)."""
        while name not in self.nodes:
            name = name.parent()
        return name

    def next_closer(self, name: Name, encloser: Name) -> Name:
        """The name one label longer than `encloser` towards `name` (RFC 5155 §1.3)."""
        return Name(name.labels[-(len(encloser) + 1) :])

    def owned(self) -> Iterator[tuple[Name, Node]]:
        """Every name that the zone answers for and every cut, without glue; empty non-terminals included."""
        for name, node in self.nodes.items():
            cut = self.cut_at_or_above(name)
            if cut is None:
                yield name, node
            elif cut == name:
                yield name, {rdtype: node[rdtype] for rdtype in (NS, DS) if rdtype in node}

    def is_cut(self, name: Name) -> bool:
        """Whether `name` is delegated away."""
        return name != self.apex and NS in self.nodes.get(name, ())

    def alias(self, name: Name) -> RRset | None:
        """The CNAME at `name`, if any."""
        return self.nodes.get(name, {}).get(CNAME)

    def _node(self, name: Name) -> Node:
        if not name.is_subdomain(self.apex):
            raise ValueError(f"{name} does not lie in {self.apex}")
        for ancestor in self.path_to(name):
            self.nodes.setdefault(ancestor, {})
        return self.nodes[name]
