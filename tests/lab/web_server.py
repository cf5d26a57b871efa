"""The web host of one organisation: a small HTTP/1.1 responder on port 80 and, inside TLS, on port 443."""

from collections import Counter
from collections.abc import Callable, Mapping

from tests.lab.certificates import Authority
from tests.lab.listener import Connection, LabServer, Peer
from tests.lab.scenario import Http, Https, Web
from tests.lab.tls_server import TlsServer
from tests.lab.web_answers import Answer, Answers, Wire
from tests.lab.web_pages import CLOSING, Request, send

REQUEST_MAX_BYTES = 16_384
PAGE = Answer()
PLAIN: Mapping[Http, Answer] = {
    Http.TO_HTTPS: Answer(status=301, location="https://{host}{path}"),
    Http.TO_WWW: Answer(status=301, location="https://www.{host}{path}"),
    Http.CONTENT: PAGE,
    Http.NOT_FOUND: Answer(status=404),
    Http.FORBIDDEN: Answer(status=403),
    Http.META_REFRESH: Answer(head='<meta http-equiv="refresh" content="0; url=https://{host}/">'),
}
SECURE: Mapping[Https, Answer] = {
    Https.CONTENT: PAGE,
    Https.TO_HTTP: Answer(status=301, location="http://{host}{path}"),
    Https.TO_WWW: Answer(status=301, location="https://www.{host}{path}"),
    Https.NOT_FOUND: Answer(status=404),
    Https.FORBIDDEN: Answer(status=403),
    Https.LOOP: Answer(status=302, location="https://{host}{path}"),
}

Respond = Callable[[Request], Answer]


async def start_web(
    host: str,
    web: Web,
    authority: Authority,
    domain: str,
    *,
    addresses: tuple[str, ...] = (),
    published: tuple[str, ...] = (),
) -> LabServer:
    """Start ports 80 and 443 of a web host as its scenario says; a port that is CLOSED has no listener.

    On loopback, unless `addresses` are given. `published` are the addresses that clients know it by.
    """
    filtered = {80} if web.http is Http.FILTERED else set()
    if web.https is Https.FILTERED:
        filtered.add(443)
    server = LabServer(addresses=addresses, filtered=frozenset(filtered))
    host, domain = host.lower(), domain.lower()
    words = {"host": host, "domain": domain}
    words |= {"ipv6" if ":" in address else "ipv4": address for address in published}
    if web.http not in (Http.CLOSED, Http.FILTERED):
        respond_http = _answering(web.http if isinstance(web.http, tuple) else _answers(PLAIN.get(web.http)))

        async def speak_http(connection: Connection) -> None:
            if web.http is Http.SILENT:
                await connection.drain()
            elif await _converse(connection, words, respond_http) is Wire.RESET_AFTER:
                connection.reset()

        server.listen(80, speak_http)
    if web.https not in (Https.CLOSED, Https.FILTERED):
        tls = TlsServer(
            host, web.tls, web.certificate, authority=authority, domain=domain, sni_only=web.sni_only
        )
        respond_https = _answering(
            web.https if isinstance(web.https, tuple) else _answers(SECURE.get(web.https))
        )

        to_reset = iter(range(web.https_resets))

        async def speak_https(connection: Connection) -> None:
            if next(to_reset, None) is not None:
                await _speak_https(connection, Https.RESET, tls, words, respond_https)
                return
            await _speak_https(connection, web.https, tls, words, respond_https)

        server.listen(443, speak_https)
    return server


async def _speak_https(
    connection: Connection, https: Https | Answers, tls: TlsServer, words: Mapping[str, str], respond: Respond
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
            request = Request(method="GET", path="/", version="HTTP/1.1", host=None, close=True)
            await send(connection, Answer(status=400), request, words)
            return
        case _:
            session = await tls.accept(connection)
    if session is None:
        return
    if https is Https.NO_HTTP:
        await _read_head(session, b"")
        await session.finish()
        return
    match await _converse(session, words, respond):
        case Wire.RESET_AFTER:
            connection.reset()
        case Wire.NO_CLOSE_NOTIFY:
            pass
        case _:
            await session.finish()


def _answers(answer: Answer | None) -> Answers:
    return () if answer is None else (answer,)


def _answering(answers: Answers) -> Respond:
    """The first answer that fits each request; it counts those that are given only so many times."""
    given: Counter[int] = Counter()

    def respond(request: Request) -> Answer:
        for index, answer in enumerate(answers):
            fits = answer.path in ("", request.path) and (
                not answer.unless_cookie or answer.unless_cookie not in request.cookies
            )
            if fits and (not answer.times or given[index] < answer.times):
                given[index] += 1
                return answer
        return PAGE

    return respond


async def _converse(peer: Peer, words: Mapping[str, str], respond: Respond) -> Wire:
    """Answer requests one after another until either side has had enough; how the last answer was sent."""
    names = frozenset(words.values())
    received, wire = b"", Wire.ORDINARY
    while True:
        head, received = await _read_head(peer, received)
        if not head:
            return wire
        request = _parse(head)
        if request is None:
            request = Request(method="GET", path="/", version="HTTP/1.1", host=None, close=True)
            answer = Answer(status=400)
        elif request.host is None and request.version == "HTTP/1.1":
            answer = Answer(status=400)  # RFC 9112 §3.2
        elif request.host is not None and request.host not in names:
            answer = Answer(status=421)
        elif request.method not in ("GET", "HEAD"):
            answer = Answer(status=405)
        else:
            answer = respond(request)
        wire = answer.wire
        await send(peer, answer, request, {**words, "path": request.path})
        if request.close or wire in CLOSING:
            return wire


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
    return Request(
        method=words[0],
        path=words[1],
        version=words[2],
        host=_host(fields["host"]) if "host" in fields else None,
        close="close" in wish or (words[2] == "HTTP/1.0" and "keep-alive" not in wish),
        cookies=frozenset(cookie.strip() for cookie in fields.get("cookie", "").split(";")),
    )


def _host(authority: str) -> str:
    """The host of a Host field, lower case, without port and brackets."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    return authority.partition(":")[0].lower()
