"""The plan's web hosts as one nginx, as far as nginx can play them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.daemons.daemon import Daemon
from tests.daemons.nginx_answers import directives, plays
from tests.daemons.openssl_kinds import KINDS
from tests.lab.certificates import Authority, chain_pem
from tests.lab.plan import WebHost
from tests.lab.scenario import Http, Https, Web
from tests.lab.web_answers import Answer, Answers
from tests.lab.web_server import PLAIN, SECURE

NO_HTTP = "return 444;"  # close without a response
# Debian's own settings forbid what was good in 2017.
OPENSSL_CONF = """openssl_conf = settings
[settings]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
MinProtocol = TLSv1
CipherString = DEFAULT:@SECLEVEL=0
"""


def is_described(web: Web) -> bool:
    """Whether nothing else is said of the host than what the real servers know of."""
    return replace(web, **{name: getattr(_NOTHING_SAID, name) for name in _KNOWN}) == _NOTHING_SAID


_KNOWN = (
    *("ipv4", "ipv6", "http", "https", "tls", "certificate", "sni_only"),
    *("ipv6_dead", "alias", "ipv6_server", "dead_ipv4", "private_ipv4"),
)
_NOTHING_SAID = Web()


def plays_http(web: Web) -> bool:
    """Whether nginx can do what the host does on port 80; a closed port is nobody's."""
    if not is_described(web):
        return False
    answers = _answers(web.http, PLAIN)
    return answers is not None and plays(answers)


def plays_https(web: Web) -> bool:
    """Whether nginx can do what the host does on port 443, and its TLS."""
    if not is_described(web):
        return False
    if web.https is Https.NOT_TLS:
        return True
    answers = _answers(web.https, SECURE)
    content = web.https is Https.NO_HTTP or (answers is not None and plays(answers))
    return content and web.tls in KINDS


def divide(host: WebHost) -> tuple[WebHost, WebHost]:
    """What nginx plays of a host and what others must; a port that is not theirs is CLOSED there."""
    web = host.web
    own_http, own_https = plays_http(web), plays_https(web)
    mine = replace(
        web,
        http=web.http if own_http else Http.CLOSED,
        https=web.https if own_https else Https.CLOSED,
    )
    rest = replace(
        web,
        http=Http.CLOSED if own_http else web.http,
        https=Https.CLOSED if own_https else web.https,
    )
    return replace(host, web=mine), replace(host, web=rest)


def _answers(port: Http | Https | Answers, known: Mapping[Any, Answer]) -> Answers | None:
    """What a port answers; None where it does something else."""
    if isinstance(port, tuple):
        return port
    return (known[port],) if port in known else None


def nginx(hosts: Iterable[WebHost], authority: Authority, directory: Path) -> Daemon:
    """Write settings and certificates; `hosts` are first halves of what `divide` gave."""
    own = directory / "nginx"
    own.mkdir()
    servers, serves = [], []
    for host in hosts:
        if host.web.http is not Http.CLOSED:
            servers.append("\n".join(_server(host, 80, _plain(host))))
            serves += [(address, 80) for address in host.addresses]
        if host.web.https is not Https.CLOSED:
            lines = [*_secure(host, authority, own)]
            servers.append("\n".join(_server(host, 443, lines, tls=host.web.https is not Https.NOT_TLS)))
            serves += [(address, 443) for address in host.addresses]
    # A surrogate stands for an octet that is no UTF-8, as in `Answer`.
    configuration = "\n".join((*_head(own), *servers, "}", "")).encode("utf-8", "surrogateescape")
    (own / "nginx.conf").write_bytes(configuration)
    (own / "openssl.cnf").write_text(OPENSSL_CONF, encoding="ascii")
    return Daemon(
        name="nginx",
        command=("nginx", "-p", str(own), "-c", str(own / "nginx.conf"), "-e", str(own / "error.log")),
        directory=own,
        serves=tuple(serves),
        environment={"OPENSSL_CONF": str(own / "openssl.cnf")},
    )


def _head(directory: Path) -> Iterator[str]:
    yield from (
        "daemon off;",
        "user root;",  # nobody else may exist here, and the namespaces are fence enough
        "worker_processes 1;",
        f"pid {directory}/nginx.pid;",
        "events { worker_connections 4096; }",  # each address that it listens at counts
        "http {",
        "access_log off;",
        "server_names_hash_bucket_size 128;",
        "absolute_redirect off;",
        "default_type text/html;",
    )
    for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        yield f"{kind}_temp_path {directory}/{kind};"


def _server(host: WebHost, port: int, lines: Iterable[str], *, tls: bool = False) -> Iterator[str]:
    places = [f"[{address}]:{port}" if ":" in address else f"{address}:{port}" for address in host.addresses]
    if tls and host.web.sni_only:
        # Whoever says no name gets here: alert 112.
        yield "server {"
        yield from (f"  listen {place} ssl default_server;" for place in places)
        yield "  ssl_reject_handshake on;"
        yield "}"
    yield "server {"
    yield from (f"  listen {place}{' ssl' if tls else ''};" for place in places)
    yield f"  server_name {own_name(host)};"
    yield from (f"  {line}" for line in lines)
    yield "}"


def own_name(host: WebHost) -> str:
    """The name that clients ask for; the plan tells the servers of one name apart by what follows it."""
    return host.name.partition(" ")[0]


def _plain(host: WebHost) -> Iterator[str]:
    answers = _answers(host.web.http, PLAIN)
    assert answers is not None
    yield from directives(answers, _words(host))


def _secure(host: WebHost, authority: Authority, directory: Path) -> Iterator[str]:
    web = host.web
    if web.https is Https.NOT_TLS:
        yield "return 400;"
        return
    kind = KINDS[web.tls]
    chain = directory / f"{host.name.replace(' ', '-')}.pem"
    pair = authority.chain(own_name(host), web.certificate, host.domain, rsa_key=kind.rsa_key)
    chain.write_bytes(chain_pem(pair))
    yield f"ssl_certificate {chain};"
    yield f"ssl_certificate_key {chain};"
    yield f"ssl_protocols {' '.join(kind.versions)};"
    yield f"ssl_ciphers {kind.cipher_list};"
    if kind.dh_parameters:
        yield f"ssl_dhparam {kind.dh_parameters};"
    answers = _answers(web.https, SECURE)
    if answers is None:
        yield NO_HTTP
    else:
        yield from directives(answers, _words(host))


def _words(host: WebHost) -> dict[str, str]:
    addresses = {"ipv6" if ":" in address else "ipv4": address for address in host.addresses}
    return {"host": own_name(host), "domain": host.domain, "path": "${request_uri}", **addresses}
