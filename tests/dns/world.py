"""One signed zone with something of everything, asked without sockets."""

from datetime import UTC, datetime

import dns.name
import dns.rdatatype
import dns.rrset
from dns.dnssectypes import DSDigest

from checker.dns.query import EDNS_PAYLOAD_BYTES, write_query
from checker.dns.records import parse_message
from checker.dns.trust import Trusted, trust_zone
from checker.observations.dns import Message, RRset
from tests.lab.responder import Responder
from tests.lab.served_zone import ServedZone
from tests.lab.signing import Keys, Signer, Validity, make_keys, valid_at
from tests.lab.zone_contents import TTL, ZoneContents

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ZONE = "example."


class World:
    """The zone `example.` signed one way; `ask` gives what its server says."""

    def __init__(
        self,
        *,
        algorithm: int = 13,
        denial: str = "nsec",
        iterations: int = 0,
        validity: Validity | None = None,
        split: bool = False,
        keys: Keys | None = None,
        more: tuple[tuple[str, str, str], ...] = (),
    ) -> None:
        apex = dns.name.from_text(ZONE)
        self.keys = keys or make_keys(apex, algorithm, split=split)
        self.secure_child = make_keys(dns.name.from_text("secure.example."))
        signer = Signer(keys=self.keys, validity=validity or valid_at(NOW))
        contents = self._contents(apex)
        for owner, rdtype, rdata in more:
            contents.add(owner, rdtype, rdata)
        served = ServedZone(contents, signer=signer, denial=denial, iterations=iterations)
        self._responder = Responder([served])

    def _contents(self, apex: dns.name.Name) -> ZoneContents:
        contents = ZoneContents(apex)
        contents.add(apex, "SOA", "ns.example. hostmaster.example. 1 7200 900 1209600 300")
        contents.add(apex, "NS", "ns.example.")
        contents.add("ns.example.", "A", "192.0.2.1")
        contents.add("www.example.", "A", "192.0.2.2", "192.0.2.3")
        contents.add("MiXeD.example.", "MX", "10 Mail.Example.", "20 mail.example.")
        contents.add("a.b.ent.example.", "TXT", '"below two empty non-terminals"')
        contents.add("*.wild.example.", "A", "192.0.2.4")
        contents.add("alias.example.", "CNAME", "www.example.")
        contents.add("*.farwild.example.", "CNAME", "www.other.test.")
        contents.add("away.example.", "CNAME", "www.other.test.")
        contents.add("tree.example.", "DNAME", "forest.test.")
        contents.add("plain.example.", "NS", "ns.plain.example.")
        contents.add("ns.plain.example.", "A", "192.0.2.5")
        contents.add("secure.example.", "NS", "ns.secure.example.")
        contents.add("ns.secure.example.", "A", "192.0.2.6")
        contents.put(dns.rrset.from_rdata(dns.name.from_text("secure.example."), TTL, self.secure_child.ds()))
        return contents

    def wire(self, name: str, rdtype: str) -> bytes:
        """The reply's bytes over TCP."""
        query = write_query(1, dns.name.from_text(name), dns.rdatatype.from_text(rdtype), EDNS_PAYLOAD_BYTES)
        reply = self._responder.respond(query, is_tcp=True)
        assert reply is not None
        return reply

    def ask(self, name: str, rdtype: str) -> Message:
        """The reply read."""
        return parse_message(self.wire(name, rdtype))

    def ds(self, digest: DSDigest = DSDigest.SHA256) -> RRset:
        """The DS RRset that a parent would have."""
        return RRset(name=ZONE, type="DS", ttl=TTL, rdata=(self.keys.ds(digest).to_wire() or b"",))

    def trusted(self) -> Trusted:
        """The zone's keys as the chain gives them."""
        trusted = trust_zone(self.ask(ZONE, "DNSKEY"), ZONE, self.ds(), NOW)
        assert isinstance(trusted, Trusted), trusted
        return trusted
