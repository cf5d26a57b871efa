"""Java's TLS as web and mail servers: what no OpenSSL of today plays (SSLv3, RC4, DES, EXPORT), as far as Java can."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.daemons.daemon import Daemon
from tests.daemons.nginx import is_described
from tests.lab.certificates import Authority, Chain, chain_pem
from tests.lab.plan import MailHost, WebHost
from tests.lab.scenario import Https, MailServer, Smtp, Tls, Web
from tests.lab.smtp_script import SmtpScript

SOURCE = Path(__file__).with_name("JsseServers.java")
# One process for all of them, which lives for a minute: no time for a second compiler or a large heap.
JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-Xshare:auto")

SSL3 = ("SSLv3",)
TO_TLS11 = ("TLSv1", "TLSv1.1")
ALL_TLS = (*TO_TLS11, "TLSv1.2", "TLSv1.3")
AEAD = (
    "TLS_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
)
CBC = (
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
)
INTERMEDIATE = (*AEAD, *CBC, "TLS_RSA_WITH_AES_128_GCM_SHA256")
RC4 = ("SSL_RSA_WITH_RC4_128_SHA", "SSL_RSA_WITH_RC4_128_MD5")
TRIPLE_DES = ("SSL_RSA_WITH_3DES_EDE_CBC_SHA",)
DES = ("SSL_RSA_WITH_DES_CBC_SHA",)
EXPORT = ("SSL_RSA_EXPORT_WITH_RC4_40_MD5", "SSL_RSA_EXPORT_WITH_DES40_CBC_SHA")
NULL = ("TLS_RSA_WITH_NULL_SHA256", "SSL_RSA_WITH_NULL_SHA")
ANONYMOUS = ("TLS_ECDH_anon_WITH_AES_128_CBC_SHA", "TLS_DH_anon_WITH_AES_128_GCM_SHA256")

PLAYS: dict[Tls, tuple[Sequence[str], Sequence[str]]] = {
    Tls.SSL3_TOO: ((*SSL3, *ALL_TLS), INTERMEDIATE),
    Tls.SSL3_ONLY: (SSL3, (*CBC[-2:], *TRIPLE_DES, *RC4)),
    Tls.RC4_ONLY: (TO_TLS11[:1], RC4),
    Tls.RC4_TOO: (ALL_TLS, (*INTERMEDIATE, *RC4)),
    Tls.EXPORT_TOO: (ALL_TLS, (*INTERMEDIATE, *EXPORT)),
    Tls.DES_TOO: (ALL_TLS, (*INTERMEDIATE, *DES)),
    Tls.TRIPLE_DES_TOO: (ALL_TLS, (*INTERMEDIATE, *TRIPLE_DES)),
    Tls.NULL_TOO: (ALL_TLS, (*INTERMEDIATE, *NULL)),
    Tls.ANONYMOUS_TOO: (ALL_TLS, (*INTERMEDIATE, *ANONYMOUS)),
}
"""Protocols and suites, by Java's names, of what Java plays; all of it with an RSA leaf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One listener: https, or SMTP with STARTTLS where the port is 25."""

    address: str
    port: int
    protocols: Sequence[str]
    suites: Sequence[str]
    chain: Chain


def plays_https(web: Web) -> bool:
    """Whether Java can do what the host does on port 443."""
    return is_described(web) and web.https is Https.CONTENT and web.tls in PLAYS and not web.sni_only


def plays_mail(server: MailServer) -> bool:
    """Whether Java can do what the host does on port 25."""
    ordinary = server.smtp is Smtp.STARTTLS and not server.first and server.script == SmtpScript()
    return ordinary and server.tls in PLAYS


def web_places(hosts: Iterable[WebHost], authority: Authority) -> Iterator[Place]:
    """Port 443 of web hosts that `plays_https`."""
    for host in hosts:
        name = host.name.partition(" ")[0]
        chain = authority.chain(name, host.web.certificate, host.domain, rsa_key=True)
        yield from _places(host.addresses, 443, host.web.tls, chain)


def mail_places(hosts: Iterable[MailHost], authority: Authority) -> Iterator[Place]:
    """Port 25 of mail hosts that `plays_mail`."""
    for host in hosts:
        chain = authority.chain(host.name, host.server.certificate, host.mail_domain, rsa_key=True)
        yield from _places(host.addresses, 25, host.server.tls, chain)


def _places(addresses: Iterable[str], port: int, tls: Tls, chain: Chain) -> Iterator[Place]:
    protocols, suites = PLAYS[tls]
    for address in addresses:
        yield Place(address=address, port=port, protocols=protocols, suites=suites, chain=chain)


def jsse(places: Sequence[Place], directory: Path) -> Daemon:
    """Write keys, certificates and settings; all places are listeners of one process."""
    own = directory / "jsse"
    own.mkdir()
    lines = []
    for place in places:
        pem = own / f"{place.address.replace(':', '-')}-{place.port}.pem"
        pem.write_bytes(chain_pem(place.chain))
        words = (place.address, str(place.port), str(pem), ",".join(place.protocols), ",".join(place.suites))
        lines.append(" ".join(words))
    settings = own / "places"
    settings.write_text("\n".join((*lines, "")), encoding="ascii")
    return Daemon(
        name="jsse",
        command=(*JAVA, str(SOURCE), str(settings)),
        directory=own,
        serves=tuple((place.address, place.port) for place in places),
    )
