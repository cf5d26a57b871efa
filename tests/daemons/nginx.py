"""The plan's web hosts as one nginx, as far as nginx can play them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.daemons.daemon import Daemon
from tests.lab.certificates import Authority, chain_pem
from tests.lab.plan import WebHost
from tests.lab.scenario import Http, Https, Tls
from tests.lab.tls_server import INTERMEDIATE_SUITES, MODERN_SUITES

PAGE = "<!doctype html><title>Region</title><p>OK"
REFRESH = '<meta http-equiv="refresh" content="0; url=https://{host}/">'

HTTP = {
    Http.TO_HTTPS: "return 301 https://$host$request_uri;",
    Http.CONTENT: f"return 200 '{PAGE}';",
    Http.NOT_FOUND: "return 404;",
    Http.FORBIDDEN: "return 403;",
    Http.META_REFRESH: f"return 200 '{REFRESH}{PAGE}';",
}
HTTPS = {
    Https.CONTENT: f"return 200 '{PAGE}';",
    Https.TO_HTTP: "return 301 http://$host$request_uri;",
    Https.NOT_FOUND: "return 404;",
    Https.FORBIDDEN: "return 403;",
    Https.LOOP: "return 302 https://$host$request_uri;",
    Https.NO_HTTP: "return 444;",  # close without a response
    Https.NOT_TLS: "return 400;",
}
TLS = {
    Tls.MODERN: ("TLSv1.2 TLSv1.3", MODERN_SUITES),
    Tls.INTERMEDIATE: ("TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", INTERMEDIATE_SUITES),
}
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


def divide(host: WebHost) -> tuple[WebHost, WebHost]:
    """What nginx plays of a host and what a small server must; a port that is not theirs is CLOSED there."""
    web = host.web
    own_http = web.http in HTTP
    own_https = web.https is Https.NOT_TLS or (web.https in HTTPS and web.tls in TLS)
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
    (own / "nginx.conf").write_text("\n".join((*_head(own), *servers, "}", "")), encoding="ascii")
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
        "events { worker_connections 512; }",
        "http {",
        "access_log off;",
        "server_names_hash_bucket_size 128;",
        "default_type text/html;",
    )
    for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        yield f"{kind}_temp_path {directory}/{kind};"


def _server(host: WebHost, port: int, lines: Iterable[str], *, tls: bool = False) -> Iterator[str]:
    yield "server {"
    for address in host.addresses:
        place = f"[{address}]" if ":" in address else address
        yield f"  listen {place}:{port}{' ssl' if tls else ''};"
    yield f"  server_name {host.name};"
    yield from (f"  {line}" for line in lines)
    yield "}"


def _plain(host: WebHost) -> Iterator[str]:
    yield HTTP[host.web.http].replace("{host}", host.name)


def _secure(host: WebHost, authority: Authority, directory: Path) -> Iterator[str]:
    if host.web.https is not Https.NOT_TLS:
        protocols, suites = TLS[host.web.tls]
        chain = directory / f"{host.name}.pem"
        chain.write_bytes(chain_pem(authority.chain(host.name, host.web.certificate, host.domain)))
        yield f"ssl_certificate {chain};"
        yield f"ssl_certificate_key {chain};"
        yield f"ssl_protocols {protocols};"
        yield f"ssl_ciphers {suites}:@SECLEVEL=0;"
    yield HTTPS[host.web.https]
