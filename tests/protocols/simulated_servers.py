"""Arbitrary servers for the plan of hellos: any mix of versions, suites and ways to refuse, and what is true of them."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.protocols.client_hello import (
    SSL2,
    SSL3,
    TLS10,
    TLS11,
    TLS12,
    VERSION_NAMES,
    Hello,
)
from checker.protocols.hello_plan import next_hello
from checker.protocols.hellos import BROAD, OLD, TLS12_CONTROL
from checker.protocols.suites import FAMILIES, NAMES, WORSE_THAN_CBC, Family
from checker.protocols.tls_facts import tls_facts

VERSIONS = (SSL3, TLS10, TLS11, TLS12)
# Static ECDH and its like need certificates that nobody has had for twenty years; no hello is about them alone.
SUITES = sorted({suite for hello in (OLD, TLS12_CONTROL, BROAD) for suite in hello.suites})
ORDINARY = {
    0xC02F: "ECDHE-RSA-AES128-GCM-SHA256",
    0xC013: "ECDHE-RSA-AES128-SHA",
    0x009E: "DHE-RSA-AES128-GCM-SHA256",
    0x0033: "DHE-RSA-AES128-SHA",
    0x009C: "AES128-GCM-SHA256",
    0x002F: "AES128-SHA",
    0xC006: "ECDHE-ECDSA-NULL-SHA",
    0x0002: "NULL-SHA",
}
"""Suites that the ordinary handshake offers, by OpenSSL's names."""
RAW_ONLY = tuple(suite for suite in SUITES if FAMILIES[suite] & (WORSE_THAN_CBC | {Family.BLOCK64}))
REFUSALS = (
    "alert 40",
    "alert 70",
    "alert 71",
    "alert 80",
    "alert 112",
    "silence",
    "reset",
    "close",
    "garbage",
)


def lowest_version(suite: int) -> int:
    name = NAMES[suite]
    if "SHA256" in name or "SHA384" in name or "CCM" in name:
        return TLS12
    return TLS10 if suite >= 0xC000 else SSL3


def highest_version(suite: int) -> int:
    """RFC 4346 §A.5 and RFC 5469 §4: EXPORT ended with TLS 1.0, DES with TLS 1.1."""
    if Family.EXPORT in FAMILIES[suite]:
        return TLS10
    return TLS11 if Family.DES in FAMILIES[suite] else TLS12


def refuse(hello: Hello, how: str) -> HelloReply:
    kind, _, number = how.partition(" ")
    name, offered = hello.name, VERSION_NAMES[hello.version]
    match kind:
        case "alert":
            return HelloReply(name=name, outcome=TlsOutcome.ALERT, alert=int(number), offered_version=offered)
        case "garbage":
            outcome, failure = TlsOutcome.NOT_TLS, Failure.MALFORMED
        case _:
            failures = {"silence": Failure.TIMEOUT, "reset": Failure.RESET, "close": Failure.CLOSED}
            outcome, failure = TlsOutcome.SILENT, failures[kind]
    return HelloReply(name=name, outcome=outcome, failure=failure, offered_version=offered)


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """Takes the highest version it shares, then a suite of its own or the client's preference.

    It answers consistently until the connection `bans_after` (never, when None); from then on as `ban` says.
    """

    tls13: bool
    ssl2: bool
    versions: tuple[int, ...]
    suites: tuple[int, ...]
    prefers_its_own: bool
    wrong_version: str
    wrong_suite: str
    bans_after: int | None
    ban: str
    asked: list[str] = field(default_factory=list)

    def usable(self, version: int) -> tuple[int, ...]:
        if version not in self.versions:
            return ()
        return tuple(s for s in self.suites if lowest_version(s) <= version <= highest_version(s))

    @property
    def sensible(self) -> bool:
        """Whether no version is enabled that has no suite while an older one has."""
        return all(
            self.usable(version) or not any(self.usable(older) for older in VERSIONS if older < version)
            for version in self.versions
        )

    def choose(self, version: int, offered: tuple[int, ...]) -> int | None:
        mine = self.usable(version)
        order = mine if self.prefers_its_own else offered
        return next((suite for suite in order if suite in mine and suite in offered), None)

    @property
    def handshake(self) -> Handshake:
        if self.tls13:
            suite = "TLS_AES_256_GCM_SHA384"
            return Handshake(outcome=TlsOutcome.ESTABLISHED, version="TLSv1.3", suite=suite)
        version = max((v for v in self.versions if v >= TLS10), default=None)
        chosen = self.choose(version, tuple(ORDINARY)) if version else None
        if version is None or chosen is None:
            how = self.wrong_version if version is None else self.wrong_suite
            reply = refuse(BROAD, how)
            return Handshake(outcome=reply.outcome, alert=reply.alert, failure=reply.failure)
        return Handshake(
            outcome=TlsOutcome.ESTABLISHED, version=VERSION_NAMES[version], suite=ORDINARY[chosen]
        )

    def answer(self, hello: Hello) -> HelloReply | None:
        """None when no connection comes about."""
        self.asked.append(hello.name)
        if self.bans_after is not None and len(self.asked) > self.bans_after:
            return None if self.ban == "refused" else refuse(hello, self.ban)
        offered = VERSION_NAMES[hello.version]
        if hello.version == SSL2:
            if not self.ssl2:
                return refuse(hello, self.wrong_version)
            return HelloReply(
                name=hello.name, outcome=TlsOutcome.ESTABLISHED, version="SSLv2", offered_version=offered
            )
        version = max((v for v in self.versions if v <= hello.version), default=None)
        if version is None:
            return refuse(hello, self.wrong_version)
        suite = self.choose(version, hello.suites)
        if suite is None:
            return refuse(hello, self.wrong_suite)
        return HelloReply(
            name=hello.name,
            outcome=TlsOutcome.ESTABLISHED,
            version=VERSION_NAMES[version],
            suite=suite,
            offered_version=offered,
            dh_prime_bits=1024 if Family.FINITE_FIELD_DH in FAMILIES[suite] else None,
        )

    @property
    def truth(self) -> dict[str, bool]:
        """Every fact of it: what some hello would get a ServerHello for."""
        taken = [FAMILIES[suite] for version in self.versions for suite in self.usable(version)]
        spoken = {VERSION_NAMES[version] for version in self.versions if self.usable(version)}
        any_of = {family: any(family in families for families in taken) for family in Family}
        outdated = {Family.EXPORT, Family.DES}
        kept = [families for families in taken if not families & outdated]
        return {
            "ssl2": self.ssl2,
            "ssl3": "SSLv3" in spoken,
            "tls10": "TLSv1.0" in spoken,
            "tls11": "TLSv1.1" in spoken,
            "tls12": "TLSv1.2" in spoken,
            "tls13": self.tls13,
            "null_suites": any_of[Family.NULL],
            "anonymous_suites": any_of[Family.ANONYMOUS],
            "export_suites": any_of[Family.EXPORT],
            "des_suites": any_of[Family.DES],
            "rc4_suites": any_of[Family.RC4],
            "block64_suites": any(Family.BLOCK64 in families for families in kept),
            "rsa_key_exchange": any(Family.RSA_KEY_EXCHANGE in families for families in kept),
            "dhe": any(
                Family.FINITE_FIELD_DH in families and Family.ANONYMOUS not in families for families in kept
            ),
            "better_than_rc4": self.tls13 or any(not families & WORSE_THAN_CBC for families in taken),
        }


OUTDATED_TOO = frozenset({"block64_suites", "rsa_key_exchange", "dhe"})
"""Facts that an EXPORT or DES suite may show, but whose absence leaves those aside (TlsFacts)."""


def followed(server: Simulated) -> TlsFacts:
    """Follow the plan as the probe does: two connections in a row that do not come about are the end."""
    replies: list[HelloReply] = []
    failed = in_a_row = 0
    handshake = server.handshake
    while in_a_row < 2 and (hello := next_hello(handshake, replies, failed=failed)):
        reply = server.answer(hello)
        if reply is None:
            failed, in_a_row = failed + 1, in_a_row + 1
        else:
            replies, in_a_row = [*replies, reply], 0
    return tls_facts(handshake, replies)


def wrong_facts(server: Simulated, facts: TlsFacts) -> dict[str, Fact]:
    """The facts that say YES or NO against the truth."""
    found = {name: getattr(facts, name) for name in server.truth}
    return {
        name: fact
        for name, fact in found.items()
        if (fact is Fact.YES and not server.truth[name] and name not in OUTDATED_TOO)
        or (fact is Fact.NO and server.truth[name])
    }


def _unbroken(ends: tuple[int, int]) -> tuple[int, ...]:
    return VERSIONS[min(ends) : max(ends) + 1]


SIMULATED = st.builds(
    Simulated,
    tls13=st.booleans(),
    ssl2=st.booleans(),
    versions=st.one_of(
        st.tuples(st.integers(0, 3), st.integers(0, 3)).map(_unbroken),
        st.sampled_from([(), (TLS10, TLS12), (SSL3, TLS12), (SSL3, TLS10, TLS12)]),
    ),
    suites=st.one_of(
        st.lists(st.sampled_from(SUITES), max_size=8, unique=True).map(tuple),
        st.lists(st.sampled_from(RAW_ONLY), min_size=1, max_size=5, unique=True).map(tuple),
        st.lists(st.sampled_from(sorted(ORDINARY)), min_size=1, max_size=5, unique=True).map(tuple),
    ),
    prefers_its_own=st.booleans(),
    wrong_version=st.sampled_from(REFUSALS),
    wrong_suite=st.sampled_from([how for how in REFUSALS if how != "alert 70"]),  # 70 is about versions alone
    bans_after=st.one_of(st.none(), st.integers(0, 9)),
    ban=st.sampled_from(["silence", "reset", "close", "refused"]),
).filter(lambda server: server.sensible)
