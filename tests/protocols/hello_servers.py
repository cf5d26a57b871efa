"""A server as a rule: which suites it takes at which version, and how it refuses; answers hellos as replies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.protocols.client_hello import SSL2, VERSION_NAMES, Hello
from checker.protocols.hello_plan import next_hello
from checker.protocols.suites import FAMILIES, Family
from checker.protocols.tls_facts import tls_facts

Refusal = Callable[[Hello], HelloReply]
ALERT, SILENT = TlsOutcome.ALERT, TlsOutcome.SILENT

AEAD, CBC, RSA = (0xC02F, 0xC030), (0xC014, 0xC013), (0x0035, 0x002F)
TLS10, TLS11, TLS12, SSL3 = 0x0301, 0x0302, 0x0303, 0x0300
MODERN: Mapping[int, tuple[int, ...]] = {TLS12: AEAD}
INTERMEDIATE: Mapping[int, tuple[int, ...]] = {TLS12: AEAD + CBC, TLS11: CBC, TLS10: CBC}


def established(version: str = "TLSv1.3", suite: str = "TLS_AES_256_GCM_SHA384") -> Handshake:
    return Handshake(outcome=TlsOutcome.ESTABLISHED, version=version, suite=suite)


def alert(number: int) -> Refusal:
    return lambda hello: HelloReply(
        name=hello.name, outcome=ALERT, alert=number, offered_version=VERSION_NAMES[hello.version]
    )


def silence(failure: Failure) -> Refusal:
    return lambda hello: HelloReply(
        name=hello.name, outcome=SILENT, failure=failure, offered_version=VERSION_NAMES[hello.version]
    )


@dataclass(frozen=True, kw_only=True)
class Server:
    """Negotiates the highest shared version, then the first of its suites there that the hello offers."""

    suites: Mapping[int, tuple[int, ...]]
    ssl2: bool = False
    wrong_version: Refusal = field(default_factory=lambda: alert(70))
    wrong_suite: Refusal = field(default_factory=lambda: alert(40))
    prime_bits: int = 2048
    heartbeat: Fact = Fact.NO
    compression: Fact = Fact.NO

    def answer(self, hello: Hello) -> HelloReply:
        if hello.version == SSL2 and self.ssl2:
            return HelloReply(
                name=hello.name, outcome=TlsOutcome.ESTABLISHED, version="SSLv2", offered_version="SSLv2"
            )
        version = max((v for v in self.suites if v <= hello.version), default=None)
        if version is None:
            return self.wrong_version(hello)
        suite = next((s for s in self.suites[version] if s in hello.suites), None)
        if suite is None:
            return self.wrong_suite(hello)
        return HelloReply(
            name=hello.name,
            outcome=TlsOutcome.ESTABLISHED,
            version=VERSION_NAMES[version],
            suite=suite,
            offered_version=VERSION_NAMES[hello.version],
            dh_prime_bits=self.prime_bits if Family.FINITE_FIELD_DH in FAMILIES[suite] else None,
            secure_renegotiation=Fact.YES,
            extended_master_secret=Fact.YES,
            heartbeat=self.heartbeat if hello.heartbeat else Fact.NOT_TESTED,
            compression=self.compression if hello.deflate else Fact.NOT_TESTED,
        )


def follow(server: Server, handshake: Handshake) -> tuple[TlsFacts, list[str]]:
    """Run the plan to its end against a server; the facts and the names of the hellos in order."""
    replies: list[HelloReply] = []
    while hello := next_hello(handshake, replies):
        assert len(replies) < 10, "the plan does not end"
        replies.append(server.answer(hello))
    return tls_facts(handshake, replies), [reply.name for reply in replies]
