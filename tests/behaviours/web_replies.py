"""How web servers reply: headers and bodies, sound and unsound, on their way over the wire."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.web_rows import NOT_REDIRECTED, sent, status, to, web
from tests.lab.scenario import Http, Https
from tests.lab.web_answers import Answer, Answers, Wire

MALFORMED = frozenset({"https_reply_malformed"})


def hsts(value: str) -> Answers:
    """A port that sends its page with this header."""
    return (Answer(fields=(f"Strict-Transport-Security: {value}",)),)


def _both(name: str, says: str, wire: Wire) -> Behaviour:
    """Both ports send the page in an odd way: content over https, and port 80 leads nowhere."""
    return Behaviour(
        name=name,
        says=says,
        web=web(sent(wire), sent(wire)),
        cells={"https": "Ja (N)"},
        findings=NOT_REDIRECTED,
    )


HEADERS = (
    Behaviour(
        name="hsts",
        says="Port 443 sends HSTS.",
        web=web(https=hsts("max-age=31536000; includeSubDomains")),
        cells={"https": "Ja"},
        never=frozenset({"hsts_missing", "hsts_malformed", "hsts_off"}),
        daemon="nginx",
    ),
    Behaviour(
        name="hsts-malformed",
        says="Port 443 sends HSTS without max-age.",
        web=web(https=hsts("includeSubDomains; preload")),
        cells={"https": "Ja"},
        notes=frozenset({"hsts_malformed"}),
        never=frozenset({"hsts_missing", "hsts_off"}),
        daemon="nginx",
    ),
    Behaviour(
        name="hsts-off",
        says="Port 443 sends HSTS with max-age 0, which tells browsers to forget it.",
        web=web(https=hsts('max-age="0"')),
        cells={"https": "Ja"},
        notes=frozenset({"hsts_off"}),
        never=frozenset({"hsts_missing", "hsts_malformed"}),
        daemon="nginx",
    ),
    Behaviour(
        name="unsound-head",
        says="The head has a blank before a colon, a line without any, and a senseless length; browsers show the page.",
        web=web((to("https://{host}/", wire=Wire.UNSOUND_HEAD),), sent(Wire.UNSOUND_HEAD)),
        cells={"https": "Ja"},
    ),
)

WIRES = (
    _both("empty-body", "Both ports send a page without a body.", Wire.NO_BODY),
    _both("http-1-0", "Both ports speak HTTP/1.0.", Wire.HTTP_1_0),
    _both("no-reason-phrase", "The status line ends after the number.", Wire.NO_REASON),
    _both("100-continue-first", "100 Continue comes before the response.", Wire.CONTINUE_FIRST),
    _both("103-early-hints-first", "103 Early Hints comes before the response.", Wire.HINTS_FIRST),
    _both("body-cut-short", "Content-Length says more than what comes.", Wire.CUT_SHORT),
    _both("bad-chunks", "Transfer-Encoding says chunked, but no chunks come.", Wire.BAD_CHUNKS),
    _both("gzip-bomb", "A few KB that hold 16 MB, though nobody asked for gzip.", Wire.GZIP_BOMB),
    _both(
        "no-close-notify", "The body ends with the connection, without close_notify.", Wire.NO_CLOSE_NOTIFY
    ),
    _both("reset-after-response", "The connection is reset after the response.", Wire.RESET_AFTER),
    _both("endless-body", "The body never ends.", Wire.ENDLESS_BODY),
    _both("slow-body", "The body comes a byte a second.", Wire.SLOW_BODY),
    Behaviour(
        name="204-no-content",
        says="Port 443 says 204 No Content.",
        web=web(https=status(204)),
        cells={"https": "Ja"},
        daemon="nginx",
    ),
    Behaviour(
        name="slow-head-on-http",
        says="Port 80 sends its head a byte a second, port 443 shows the page.",
        web=web(sent(Wire.SLOW_HEAD)),
        cells={"https": "Ja"},
        notes=frozenset({"http_no_reply"}),
    ),
    Behaviour(
        name="slow-head-on-https",
        says="Port 443 sends its head a byte a second, port 80 shows the page.",
        web=web(Http.CONTENT, sent(Wire.SLOW_HEAD)),
        cells={"https": "Nej (A)"},
        findings=frozenset({"https_reply_late"}),
    ),
    Behaviour(
        name="endless-head-on-http",
        says="The head on port 80 never ends, port 443 shows the page.",
        web=web(sent(Wire.ENDLESS_HEAD)),
        cells={"https": "Ja"},
        notes=frozenset({"http_no_reply"}),
    ),
    Behaviour(
        name="endless-head-on-https",
        says="The head on port 443 never ends, port 80 shows the page.",
        web=web(Http.CONTENT, sent(Wire.ENDLESS_HEAD)),
        cells={"https": "Nej (A)"},
        findings=MALFORMED,
    ),
    Behaviour(
        name="header-line-of-1-mb",
        says="A header line on port 443 is 1 MB long.",
        web=web(Http.CONTENT, sent(Wire.LONG_LINE)),
        cells={"https": "Nej (A)"},
        findings=MALFORMED,
    ),
    Behaviour(
        name="bare-bytes-on-https",
        says="Port 443 sends a page and no head, as in HTTP/0.9.",
        web=web(Http.CONTENT, sent(Wire.BARE_BYTES)),
        cells={"https": "Nej (A)"},
        findings=MALFORMED,
    ),
    Behaviour(
        name="no-reply-inside-tls",
        says="Port 443 does TLS and closes without a reply.",
        web=web(Http.CONTENT, Https.NO_HTTP),
        cells={"https": "Nej (A)"},
        findings=frozenset({"https_no_reply"}),
        daemon="nginx",
    ),
)

REPLIES: tuple[Behaviour, ...] = (*HEADERS, *WIRES)
