"""DNS as seen: messages of authoritative servers, lookups, and all that a validator needs to judge again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from checker.observations.fact import Fact
from checker.observations.failure import Failure

IPAddress = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class RRset:
    """All records of one name and type (class IN) in one section of a message.

    `name` is absolute and lower-case presentation form ("example.se."); `type` a mnemonic ("A", "TYPE65280");
    `ttl` seconds; `rdata` and `signatures` hold uncompressed wire RDATA, signatures those of covering RRSIGs.
    """

    name: str
    type: str
    ttl: int
    rdata: tuple[bytes, ...]
    signatures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a reply said, without its id: equal replies of several servers are one value."""

    rcode: str
    authoritative: bool
    answer: tuple[RRset, ...]
    authority: tuple[RRset, ...]
    additional: tuple[RRset, ...]
    edns: bool

    @property
    def tells(self) -> bool:
        """Whether the code is that of an answer and of no error: NOERROR or NXDOMAIN (RFC 2308 §2)."""
        return self.rcode in ("NOERROR", "NXDOMAIN")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServer:
    """One authoritative server address: where a question was sent."""

    name: str
    address: IPAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One question to one server address and what came of it: a message, or why there is none."""

    server: NameServer
    name: str
    type: str
    message: Message | None
    failure: Failure | None = None
    transport: str = "udp"


class LookupOutcome(StrEnum):
    """What resolving a name and type came to. Only NODATA and NXDOMAIN mean absent."""

    FOUND = "found"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """One name and type resolved without validation, CNAMEs followed.

    `values` are presentation forms of the RDATA ("192.0.2.1", "10 mail.example.se."); `aliases` the names that
    the CNAME chain led through, last the canonical name; `detail` English words about a failure.
    """

    name: str
    type: str
    outcome: LookupOutcome
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    failure: Failure | None = None
    detail: str = ""

    @property
    def addresses(self) -> tuple[IPAddress, ...]:
        """The values of an A or AAAA lookup as addresses."""
        return tuple(ip_address(value) for value in self.values)

    @property
    def absent(self) -> bool:
        """Whether the DNS said authoritatively that there is none."""
        return self.outcome in (LookupOutcome.NODATA, LookupOutcome.NXDOMAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One step down the chain of trust: what the parent's servers said of DS at `name`.

    `dnskey` is the DNSKEY reply of the zone `name`; None where the name is no zone cut, or where nobody gave one.
    """

    parent: str
    name: str
    ds: Reply | None
    dnskey: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerView:
    """What one address of a zone's servers said to each of the row's questions, DNSKEY first.

    `tcp`: whether it answers over TCP at all, whatever it was asked over.
    """

    server: NameServer
    replies: tuple[Reply, ...]
    tcp: Fact = Fact.NOT_TESTED


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainObservation:
    """The replies that a chain of trust to one name rests on, complete enough to be judged again.

    `anchors` are the DS and DNSKEY RRsets of the closest anchored zone above `name` (none: nothing is anchored);
    `start` that zone's DNSKEY reply; `cuts` lead from there down, label by label. Each reply is the one that
    validated, where any server's did.
    """

    name: str
    anchors: tuple[RRset, ...]
    start: Reply | None
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A name of the row that other zones than the domain's own answer for: where an alias leads, or an MX host.

    `origin` is the record that leads there ("www.example.se. CNAME"); `chain` goes down to the name; `reply` is what
    its zone said to one address question, None where the chain is not secure.
    """

    origin: str
    name: str
    chain: ChainObservation
    reply: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DnssecObservation:
    """The zone that holds one domain, asked from every authoritative server address.

    `existence` is a plain lookup of the domain's SOA, None where a secure chain has proven that the domain exists; `views` are the servers of the zone at the end of the chain,
    asked only when the chain is secure; `nonexistent` the random name asked for denial. `delegation` are the NS names
    that the parent gives (none: no referral was seen); `signals` one server's replies to CDS and CDNSKEY; `hops` lead
    out of the zone. `left_out` counts server addresses past the most that are asked. `failure` is set when nothing could
    be asked at all (row deadline, excluded).
    """

    domain: str
    observed_at: datetime
    existence: Lookup | None
    chain: ChainObservation
    views: tuple[ServerView, ...] = ()
    nonexistent: str = ""
    delegation: tuple[str, ...] = ()
    signals: tuple[Reply, ...] = ()
    hops: tuple[Hop, ...] = ()
    left_out: int = 0
    failure: Failure | None = None
