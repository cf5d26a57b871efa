"""The web host of one organisation: a small HTTP/1.1 responder on port 80 and, inside TLS, on port 443."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.lab.certificates import Authority
from tests.lab.listener import Connection, LabServer, Peer
from tests.lab.scenario import Http, Https, Web
from tests.lab.tls_server import TlsServer

REQUEST_MAX_BYTES = 16_384
_REASONS = {
    200: "OK",
    301: "Moved Permanently",
    302: "Found",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    421: "Misdirected Request",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The head of one request; `host` without port, None when the field is missing."""

    method: str
    path: str
    version: str
    host: str | None
    close: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Status, the page (words put into HTML) and where a redirect leads."""

    status: int
    head: str = ""
    location: str = ""


Respond = Callable[[Request], Response]


async def start_web(
    host: str, web: Web, authority: Authority, domain: str, *, addresses: tuple[str, ...] = ()
) -> LabServer:
    """Start ports 80 and 443 of a web host as its scenario says; a port that is CLOSED has no listener.

    On loopback, unless `addresses` are given.
    """
    filtered = {80} if web.http is Http.FILTERED else set()
    if web.https is Https.FILTERED:
        filtered.add(443)
    server = LabServer(addresses=addresses, filtered=frozenset(filtered))
    host, domain = host.lower(), domain.lower()
    names = frozenset({host, domain})
    if web.http not in (Http.CLOSED, Http.FILTERED):

        async def speak_http(connection: Connection) -> None:
            if web.http is Http.SILENT:
                await connection.drain()
            else:
                await _converse(connection, names, lambda request: _plain(web.http, host, request))

        server.listen(80, speak_http)
    if web.https not in (Https.CLOSED, Https.FILTERED):
        tls = TlsServer(host, web.tls, web.certificate, authority=authority, domain=domain)

        async def speak_https(connection: Connection) -> None:
            await _speak_https(connection, web.https, tls, host, names)

        server.listen(443, speak_https)
    return server


async def _speak_https(
    connection: Connection, https: Https, tls: TlsServer, host: str, names: frozenset[str]
) -> None:
    match https:
        case Https.SILENT:
            await connection.drain()
            return
        case Https.RESET:
            await connection.read()
            connection.reset()
            return
        case Https.NOT_TLS:
            await connection.read()
            await connection.write(_render(Response(status=400), "HTTP/1.1", body=True, close=True))
            return
        case _:
            session = await tls.accept(connection)
    if session is None:
        return
    if https is Https.NO_HTTP:
        await _read_head(session, b"")
    else:
        await _converse(session, names, lambda request: _secure(https, host, request))
    await session.finish()


def _plain(http: Http, host: str, request: Request) -> Response:
    match http:
        case Http.TO_HTTPS:
            return Response(status=301, location=f"https://{host}{request.path}")
        case Http.TO_WWW:
            return Response(status=301, location=f"https://www.{host}{request.path}")
        case Http.META_REFRESH:
            refresh = f'<meta http-equiv="refresh" content="0; url=https://{host}/">'
            return Response(status=200, head=refresh)
        case Http.NOT_FOUND:
            return Response(status=404)
        case Http.FORBIDDEN:
            return Response(status=403)
        case _:
            return Response(status=200)


def _secure(https: Https, host: str, request: Request) -> Response:
    match https:
        case Https.TO_HTTP:
            return Response(status=301, location=f"http://{host}{request.path}")
        case Https.TO_WWW:
            return Response(status=301, location=f"https://www.{host}{request.path}")
        case Https.LOOP:
            return Response(status=302, location=f"https://{host}{request.path}")
        case Https.NOT_FOUND:
            return Response(status=404)
        case Https.FORBIDDEN:
            return Response(status=403)
        case _:
            return Response(status=200)


async def _converse(peer: Peer, names: frozenset[str], respond: Respond) -> None:
    """Answer requests one after another until either side has had enough."""
    received = b""
    while True:
        head, received = await _read_head(peer, received)
        if not head:
            return
        request = _parse(head)
        if request is None:
            await peer.write(_render(Response(status=400), "HTTP/1.1", body=True, close=True))
            return
        if request.host is None and request.version == "HTTP/1.1":
            response = Response(status=400)  # RFC 9112 §3.2
        elif request.host is not None and request.host not in names:
            response = Response(status=421)
        elif request.method not in ("GET", "HEAD"):
            response = Response(status=405)
        else:
            response = respond(request)
        body = request.method != "HEAD"
        await peer.write(_render(response, request.version, body=body, close=request.close))
        if request.close:
            return


async def _read_head(peer: Peer, received: bytes) -> tuple[bytes, bytes]:
    """One request head and what came after it; an empty head when the client is done or says too much."""
    while b"\r\n\r\n" not in received:
        data = await peer.read()
        if not data or len(received) > REQUEST_MAX_BYTES:
            return b"", b""
        received += data
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest


def _parse(head: bytes) -> Request | None:
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.0", "HTTP/1.1") or not words[1].startswith("/"):
        return None
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    wish = fields.get("connection", "").lower()
    host = fields.get("host")
    return Request(
        method=words[0],
        path=words[1],
        version=words[2],
        host=host.partition(":")[0].lower() if host is not None else None,
        close="close" in wish or (words[2] == "HTTP/1.0" and "keep-alive" not in wish),
    )


def _render(response: Response, version: str, *, body: bool, close: bool) -> bytes:
    reason = _REASONS[response.status]
    page = (
        f'<!doctype html><html lang="en"><head><title>{reason}</title>{response.head}</head>'
        f"<body><p>{response.status} {reason}</p></body></html>\n"
    ).encode()
    fields = [
        f"{version} {response.status} {reason}",
        "Server: lab",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(page)}",
        f"Connection: {'close' if close else 'keep-alive'}",
    ]
    if response.location:
        fields.append(f"Location: {response.location}")
    return "\r\n".join([*fields, "", ""]).encode("ascii") + (page if body else b"")
