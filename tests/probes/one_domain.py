"""One signed domain on two name servers below the root, with other zones beside it: a lab for the DNSSEC column."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.dnssectypes import DSDigest

from checker.dns.walk import Walker
from checker.indicators.dnssec import judge
from checker.observations.dns import DnssecObservation
from checker.observations.row import Evidence, Row
from checker.observations.vantage import Vantage
from checker.probes.dnssec import observe_dnssec
from checker.rulesets import RULESETS
from checker.verdict import Verdict
from tests.dns.delegations import anchor, served, walking, zone
from tests.dns.world import NOW
from tests.lab.responder import Responder
from tests.lab.served_zone import ServedZone
from tests.lab.signing import Keys, Signer, Validity, make_keys, valid_at
from tests.lab.zone_contents import TTL, ZoneContents
from tests.vantages import vantage

DOMAIN, APEX = "unit.test", dns.name.from_text("unit.test.")
ROOT, FIRST, SECOND, ELSEWHERE = "192.0.2.1", "192.0.2.11", "192.0.2.12", "192.0.2.13"
ROOT_KEYS, KEYS = make_keys(dns.name.root), make_keys(APEX)
OUTSIDE = {
    name: make_keys(dns.name.from_text(name)) for name in ("signed.test.", "unsigned.test.", "broken.test.")
}
VANTAGE = vantage(NOW)

Record = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Version:
    """The domain's zone as one server has it."""

    keys: Keys = KEYS
    signed: bool = True
    validity: Validity = field(default_factory=lambda: valid_at(NOW))
    denial: str = "nsec"
    iterations: int = 0
    records: tuple[Record, ...] = ()
    serial: int = 1
    servers: tuple[str, ...] = ("ns1.unit.test.", "ns2.unit.test.")

    def zone(self) -> ServedZone:
        """The zone, signed when it shall be."""
        contents = ZoneContents(APEX)
        contents.add(APEX, "SOA", f"ns1.unit.test. hostmaster.unit.test. {self.serial} 7200 900 1209600 300")
        contents.add(APEX, "NS", *self.servers)
        contents.add("ns1.unit.test.", "A", FIRST)
        contents.add("ns2.unit.test.", "A", SECOND)
        have = {(owner, rdtype) for owner, rdtype, _ in self.records}
        for owner, rdtype, rdata in (("www.unit.test.", "A", "192.0.2.80"), *self.records):
            if (owner, rdtype, rdata) in self.records or not have & {(owner, rdtype), (owner, "CNAME")}:
                contents.add(owner, rdtype, rdata)
        signer = Signer(keys=self.keys, validity=self.validity) if self.signed else None
        return ServedZone(contents, signer=signer, denial=self.denial, iterations=self.iterations)


def ds_of(keys: Keys, *digests: DSDigest) -> tuple[dns.rdata.Rdata, ...]:
    """DS records of the keys' entry point."""
    return tuple(keys.ds(digest) for digest in digests or (DSDigest.SHA256,))


@dataclass(frozen=True, kw_only=True)
class Domain:
    """What the parent says (`ds`, `servers`), and the zone on the first and on the second server."""

    first: Version = field(default_factory=Version)
    second: Version | None = None
    ds: tuple[dns.rdata.Rdata, ...] = ds_of(KEYS)
    servers: tuple[str, ...] = ("ns1.unit.test.", "ns2.unit.test.")
    second_responder: object = None

    @asynccontextmanager
    async def walker(self) -> AsyncIterator[Walker]:
        """A walker in an internet that has this domain."""
        first = Responder([self.first.zone()])
        if isinstance(self.second_responder, Changed):
            self.second_responder.serve(first)
        second = self.second_responder or (Responder([self.second.zone()]) if self.second else first)
        responders = {
            ROOT: Responder([self._root()]),
            FIRST: first,
            SECOND: second,
            ELSEWHERE: Responder(list(_outside())),
        }
        async with walking(responders, ROOT, (anchor(ROOT_KEYS),)) as walker:
            yield walker

    async def observed(self, domain: str = DOMAIN) -> DnssecObservation:
        """What the column's probe sees."""
        async with self.walker() as walker:
            return await observe_dnssec(
                domain, [(f"www.{DOMAIN}", "A"), (f"www.{DOMAIN}", "AAAA"), (DOMAIN, "MX")], walker
            )

    def _root(self) -> ServedZone:
        root = zone(".", ["ns.root."], ("ns.root.", "A", ROOT))
        root.add("unit.test.", "NS", *self.servers)
        root.add("ns1.unit.test.", "A", FIRST)
        root.add("ns2.unit.test.", "A", SECOND)
        if self.ds:
            root.put(dns.rrset.from_rdata_list(APEX, TTL, list(self.ds)))
        for apex, keys in OUTSIDE.items():
            root.add(apex, "NS", f"ns.{apex}")
            root.add(f"ns.{apex}", "A", ELSEWHERE)
            if apex != "unsigned.test.":
                ds = keys.ds() if apex == "signed.test." else keys.wrong_ds()
                root.put(dns.rrset.from_rdata(keys.apex, TTL, ds))
        return served(root, ROOT_KEYS)


def _outside() -> Iterable[ServedZone]:
    for apex, keys in OUTSIDE.items():
        contents = zone(
            apex, [f"ns.{apex}"], (f"ns.{apex}", "A", ELSEWHERE), (f"host.{apex}", "A", "192.0.2.81")
        )
        contents.add(f"far.{apex}", "CNAME", "host.unsigned.test.")
        yield served(contents, None if apex == "unsigned.test." else keys)


Change = Callable[[dns.message.Message, dns.message.Message], dns.message.Message | None]
"""From the question and the honest reply to what is sent instead."""


class Changed:
    """A server whose replies are changed on the way out, over UDP and TCP alike."""

    def __init__(self, change: Change) -> None:
        self._change = change

    def serve(self, honest: Responder) -> None:
        """Take the honest replies from here."""
        self._honest = honest

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        """The changed reply, whole also over UDP."""
        del is_tcp
        reply = self._honest.respond(wire, is_tcp=True)
        assert reply is not None
        changed = self._change(dns.message.from_wire(wire), dns.message.from_wire(reply))
        return changed.to_wire(max_size=65_535) if changed is not None else None


def rcode(code: str, *, only: str) -> Change:
    """An error in place of the answers about one type."""

    def change(query: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
        if dns.rdatatype.to_text(query.question[0].rdtype) != only:
            return reply
        error = dns.message.make_response(query)
        error.set_rcode(dns.rcode.from_text(code))
        return error

    return change


def judged(observation: DnssecObservation, here: Vantage = VANTAGE, domain: str = DOMAIN) -> Verdict:
    """The column's verdict."""
    row = Row(code="X", region="X", domain=domain, web_host=f"www.{DOMAIN}", mail_domain=domain)
    evidence = Evidence(row=row, vantage=here, dnssec=(observation,))
    return judge(evidence, RULESETS["2026"])


def with_keys(*keys: Keys) -> Keys:
    """All these keys in one DNSKEY RRset; the first signs it, the last one everything else."""
    return replace(keys[0], pairs=tuple(pair for each in keys for pair in each.pairs))
