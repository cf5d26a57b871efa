"""Where validators may differ: every disagreement that stands, by oracle and cause, with the reason why ours stands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.daemons.verdicts import BOGUS, FAILED, INSECURE, SECURE

UNBOUND, DELV, COLUMN = "unbound-host", "delv", "column"


@dataclass(frozen=True, slots=True)
class Argued:
    """Traits of a zone under which our status and the oracle's may be any of these pairs.

    `traits` are patterns of a defect's name or of "denial:…", of the zone asked, one above it or one that it leads to.
    `beside` must fit another trait, `asked` the question ("www.example.se. A"). `by_chance` entries need not occur each time.
    """

    oracle: str
    traits: str
    pairs: tuple[tuple[str, str], ...]
    why: str
    by_chance: bool = False
    beside: str = ""
    asked: str = ".*"

    def covers(self, oracle: str, traits: Iterable[str], asked: str, ours: str, theirs: str) -> bool:
        """Whether this disagreement is the one that is argued here."""
        known = tuple(traits)
        fits = any(re.fullmatch(self.traits, trait) for trait in known)
        also = not self.beside or any(re.fullmatch(self.beside, trait) for trait in known)
        fits = fits and also and re.fullmatch(self.asked, asked) is not None
        return oracle == self.oracle and fits and (ours, theirs) in self.pairs


_BAD_SOA = "(flipped|stripped)-soa|original-ttl"
_OPT_OUT = "denial:nsec3-optout|opt-out-flag-turned"

ARGUED = (
    Argued(
        UNBOUND,
        "ds-sha1-beside-wrong-sha256",
        ((BOGUS, SECURE), (BOGUS, INSECURE)),
        "SHA-1 is ignored beside a stronger digest (RFC 4509 §3), and that one fits no key: bogus, as delv says too.",
    ),
    Argued(
        UNBOUND,
        "key-revoked",
        ((BOGUS, SECURE), (BOGUS, INSECURE)),
        "A revoked key must not be used as a trust anchor or to vouch for others (RFC 5011 §2.1); delv agrees.",
    ),
    Argued(
        UNBOUND,
        "algorithm-16",
        ((SECURE, INSECURE), (BOGUS, INSECURE), (BOGUS, SECURE)),
        "Debian's unbound 1.17 is built without Ed448; RFC 8624 §3.1 recommends it, and delv validates it.",
    ),
    Argued(
        UNBOUND,
        "dname",
        ((SECURE, BOGUS), (INSECURE, BOGUS), (SECURE, INSECURE)),
        "A CNAME asked for below a DNAME: it is made from the signed DNAME (RFC 6672 §5.3.1). unbound wants a DS there.",
        asked=r"\S+\.inside\S+ CNAME",
    ),
    Argued(
        DELV,
        "dname",
        ((SECURE, INSECURE), (SECURE, BOGUS)),
        "The same question: delv is told by the resolver between that there is no such CNAME, and judges that denial.",
        by_chance=True,
        asked=r"\S+\.inside\S+ CNAME",
    ),
    Argued(
        UNBOUND,
        _BAD_SOA,
        ((SECURE, BOGUS), (INSECURE, BOGUS)),
        "A negative answer is proven by its NSEC or NSEC3 (RFC 4035 §5.4); the SOA beside them gives but the TTL. "
        "delv leaves that open, and the column, which asks for the SOA itself, says broken.",
    ),
    Argued(
        DELV,
        _BAD_SOA + "|signature-beside-bad",
        ((SECURE, FAILED), (INSECURE, FAILED)),
        "A negative answer with a bad SOA: the proof is good. delv prints 'signed answer, pending validation'.",
    ),
    *(
        Argued(
            oracle,
            "bitmap-of-delegation",
            ((INSECURE, SECURE), (INSECURE, BOGUS)),
            "The zone itself has signed that www is delegated without DS: what is said below that cut is nobody's to "
            "validate (RFC 4035 §5.2). The oracles take the answer's signature alone.",
            asked=r"(www|alias|second|x\.walias)\..+",
        )
        for oracle in (UNBOUND, DELV)
    ),
    *(
        Argued(
            oracle,
            "denial-as-nxdomain",
            ((SECURE, BOGUS), (INSECURE, BOGUS)),
            "The response's code is not signed; the records are, and they prove that the name lacks the type. unbound is "
            "lenient about names that NSEC shows to be empty non-terminals, and about no others.",
            by_chance=True,
        )
        for oracle in (UNBOUND, DELV)
    ),
    *(
        Argued(
            oracle,
            "nsec3-mixed-parameters|bitmap-has-cname|denial-.*",
            ((BOGUS, INSECURE),),
            "Insecure by an opt-out span for the oracles; but on the way to the name there is no proof, sound in itself, "
            "that no secure zone begins (RFC 5155 §8.2, §8.9).",
            by_chance=True,
            beside=_OPT_OUT,
        )
        for oracle in (UNBOUND, DELV)
    ),
    Argued(
        UNBOUND,
        "denial-as-noerror",
        ((BOGUS, SECURE),),
        "NOERROR with the proof of NXDOMAIN is bogus for unbound too, unless it is met behind an alias.",
        by_chance=True,
        beside="dname|alias-.*|wildcard-alias",
    ),
    Argued(
        DELV,
        "denial-next-too-far",
        ((INSECURE, BOGUS),),
        "The chain denies a name that it also has: what comes out depends on which record is met (unbound agrees).",
        by_chance=True,
    ),
    Argued(
        UNBOUND,
        "second-server-.*",
        ((SECURE, BOGUS), (INSECURE, BOGUS)),
        "One of two servers is bad: unbound tries again by chance, ours tries each address (RFC 4035 §4.7).",
        by_chance=True,
    ),
    Argued(
        DELV,
        _OPT_OUT,
        ((INSECURE, SECURE),),
        "Behind an opt-out span there may be an unsigned delegation: no AD (RFC 5155 §9.2); unbound agrees.",
    ),
    Argued(
        DELV,
        "nsec3-unknown-flag",
        ((BOGUS, SECURE), (BOGUS, INSECURE)),
        "NSEC3 records with flags of unknown meaning must be ignored (RFC 5155 §8.2); unbound agrees.",
    ),
    Argued(
        DELV,
        "key-other-protocol",
        ((BOGUS, SECURE), (BOGUS, INSECURE)),
        "A DNSKEY whose protocol is not 3 must be treated as invalid (RFC 4034 §2.1.2); unbound agrees.",
    ),
    Argued(
        DELV,
        "key-without-zone-flag",
        ((BOGUS, SECURE), (BOGUS, INSECURE)),
        "A DNSKEY without the zone flag must not verify RRsets (RFC 4034 §2.1.1); unbound agrees.",
    ),
    Argued(
        DELV,
        "signature-beside-bad",
        ((SECURE, BOGUS), (INSECURE, BOGUS)),
        "One good signature is enough (RFC 4035 §5.3.3); BIND gives up after one failure, its cap against KeyTrap, "
        "if it comes to the bad one first.",
        by_chance=True,
    ),
    Argued(
        COLUMN,
        "(flipped|stripped|changed)-ns",
        (("Ja (trasig)", SECURE),),
        "Stricter by design: the column asks for the NS RRset too (measuring.md).",
    ),
    Argued(
        COLUMN,
        "bitmap-of-delegation",
        (("Ja (trasig)", SECURE),),
        "What the zone signs for www is sound but for AAAA, which a record of a delegation cannot deny (RFC 6840 §4.1): "
        "unbound calls that answer bogus.",
        by_chance=True,
    ),
    Argued(
        COLUMN,
        "denial-(missing|next-too-near|next-too-far|of-wildcard-untold)|nsec3-mixed-parameters",
        (("Ja", BOGUS), ("Ja (trasig)", SECURE)),
        "The column asks for another name that does not exist, and the chain has its hole at one of the two.",
        by_chance=True,
    ),
    Argued(
        COLUMN,
        "second-server-.*",
        (("Ja (trasig)", SECURE), ("Ja (trasig)", INSECURE), ("Ja (trasig)", FAILED), ("Ja (trasig)", BOGUS)),
        "Stricter by design: a bad answer from any server that answers makes the cell (notation.md).",
        by_chance=True,
    ),
)


def argued(oracle: str, traits: Iterable[str], asked: str, ours: str, theirs: str) -> Argued | None:
    """The entry that covers a disagreement, if any."""
    known = tuple(traits)
    return next((entry for entry in ARGUED if entry.covers(oracle, known, asked, ours, theirs)), None)
