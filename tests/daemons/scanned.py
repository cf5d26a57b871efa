"""The TLS services that scanners are asked about: every kind of TLS and of certificate that somebody here can play. Pure.

They have addresses and no names in DNS: scanners take addresses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.daemons import gnutls, jsse, postfix
from tests.daemons.cast import JSSE, LAB, Cast, cast
from tests.daemons.openssl_kinds import KINDS
from tests.daemons.tls_words import FAMILIES, VERSIONS, Words, families, truth
from tests.lab.plan import MailHost, Plan, WebHost
from tests.lab.scenario import Certificate, MailServer, Organisation, Tls, Web
from tests.lab.zones import plan

__all__ = ("LAB", "MUSEUM", "Service", "services")

ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
GNUTLS = "gnutls"
MUSEUM = "museum"
MUSEUM_HOST, MUSEUM_ADDRESS = "www.museum.example", "198.51.100.80"
CANNED = (Tls.SSL2_TOO, Tls.COMPRESSION, Tls.DH_512)
"""What nobody but the lab plays: the scanners see it as we do."""
MUSEUM_PROTOCOLS = (*jsse.SSL3, *jsse.ALL_TLS)
MUSEUM_SUITES = (
    *jsse.INTERMEDIATE,
    *("TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "SSL_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"),
    *(*jsse.TRIPLE_DES, *jsse.RC4, *jsse.DES, *jsse.EXPORT, *jsse.NULL, *jsse.ANONYMOUS),
)
"""All that Java can do and should not."""
_BY_PROTOCOL = {
    "SSLv3": "ssl3",
    "TLSv1": "tls10",
    "TLSv1.1": "tls11",
    "TLSv1.2": "tls12",
    "TLSv1.3": "tls13",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One TLS service; `kind` says what is special about it, `configured` which facts its settings make.

    `of_certificate` ones are there for their certificate, and speak TLS like one another.
    """

    kind: str
    of_certificate: bool = False
    player: str
    host: str
    address: str
    port: int
    configured: Mapping[str, str]

    @property
    def label(self) -> str:
        """How a test names it."""
        return f"{self.player}:{self.port} {self.kind}"


def rows() -> Iterator[Organisation]:
    """A row for every kind of TLS, on the web and behind STARTTLS, and for every kind of certificate."""
    for kind in dict.fromkeys((*KINDS, *jsse.PLAYS, *CANNED)):
        name = kind.name.lower().replace("_", "-")
        mail = () if kind in CANNED else (MailServer(tls=kind),)
        yield Organisation(code=name, region=name, domain=f"tls-{name}.se", web=Web(tls=kind), mail=mail)
    for certificate in Certificate:
        if certificate is Certificate.GOOD:
            continue
        name = certificate.name.lower().replace("_", "-")
        web = Web(tls=Tls.MODERN, certificate=certificate)
        yield Organisation(code=name, region=name, domain=f"of-{name}.se", web=web, mail=())


def drawn(now: datetime | None = None) -> tuple[Plan, Cast]:
    """The plan of these rows and who plays what."""
    whole = plan(tuple(rows()), now or ANY_DAY)
    return whole, cast(whole, with_postfix=True, with_java=True)


def services() -> tuple[Service, ...]:
    """Everything that there is to scan, always the same."""
    _, parts = drawn()
    found = [_web(player, host) for player, hosts in parts.web.items() for host in hosts if _has_tls(host)]
    found += [_mail(player, host) for player, hosts in parts.mail.items() for host in hosts]
    found += [_museum(443), _museum(25)]
    found += [
        Service(kind=kind, player=GNUTLS, host=MUSEUM_HOST, address=address, port=port, configured={})
        for kind, address, port in gnutls.places(MUSEUM_ADDRESS)
    ]
    return tuple(found)


def _has_tls(host: WebHost) -> bool:
    return host.web.https.name != "CLOSED"  # type: ignore[union-attr] # the rows here answer with words of Https


def _web(player: str, host: WebHost) -> Service:
    web = host.web
    kind = web.tls.name if web.certificate is Certificate.GOOD else web.certificate.name
    return Service(
        kind=kind.lower(),
        of_certificate=web.certificate is not Certificate.GOOD,
        player=player,
        host=host.name,
        address=host.addresses[0],
        port=443,
        configured=_of_java(*jsse.PLAYS[web.tls]) if player == JSSE else {},
    )


def _mail(player: str, host: MailHost) -> Service:
    return Service(
        kind=host.server.tls.name.lower(),
        player=player,
        host=host.name,
        address=host.addresses[0],
        port=postfix.SMTP_PORT,
        configured=_of_java(*jsse.PLAYS[host.server.tls]) if player == JSSE else {},
    )


def _museum(port: int) -> Service:
    return Service(
        kind=MUSEUM,
        player=JSSE,
        host=MUSEUM_HOST,
        address=MUSEUM_ADDRESS,
        port=port,
        configured=_of_java(MUSEUM_PROTOCOLS, MUSEUM_SUITES),
    )


def _of_java(protocols: object, suites: object) -> Words:
    """The facts that Java's settings make: the suites have IANA's names but for their first letters."""
    assert isinstance(protocols, tuple)
    assert isinstance(suites, tuple)
    spoken = {_BY_PROTOCOL[protocol] for protocol in protocols}
    offered = set().union(*(families(suite.replace("SSL_", "TLS_", 1)) for suite in suites))
    words = {version: truth(yes=version in spoken) for version in VERSIONS}
    return words | {family: truth(yes=family in offered) for family in FAMILIES}
