"""Which ports of a web host answer, and what they do before there is HTTP."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.web_rows import NOT_REDIRECTED, web
from tests.lab.scenario import Certificate, Http, Https, Tls, Web

NO_HTTPS = frozenset({"https_not_offered"})
NO_ANSWER = frozenset({"web_no_answer"})
SILENT = frozenset({"https_tls_silent"})

PORTS: tuple[Behaviour, ...] = (
    Behaviour(
        name="http-closed",
        says="Port 80 is closed.",
        web=web(Http.CLOSED),
        cells={"https": "Ja"},
        never=NOT_REDIRECTED,
        daemon="nginx",
    ),
    Behaviour(
        name="http-filtered",
        says="Port 80 gives no answer.",
        web=web(Http.FILTERED),
        cells={"https": "Ja"},
        never=NOT_REDIRECTED,
    ),
    Behaviour(
        name="http-silent",
        says="Port 80 accepts and says nothing.",
        web=web(Http.SILENT),
        cells={"https": "Ja"},
        notes=frozenset({"http_no_reply"}),
        never=NOT_REDIRECTED,
    ),
    Behaviour(
        name="both-ports-closed",
        says="Both ports are closed.",
        web=web(Http.CLOSED, Https.CLOSED),
        cells={"https": "Ej mätt", "www_ipv6": "Nej"},
        findings=NO_ANSWER | {"www_ipv6_no_aaaa"},
        daemon="nginx",
    ),
    Behaviour(
        name="both-ports-filtered",
        says="Neither port gives an answer.",
        web=web(Http.FILTERED, Https.FILTERED),
        cells={"https": "Ej mätt"},
        findings=NO_ANSWER,
    ),
    Behaviour(
        name="https-closed",
        says="Port 443 is closed, port 80 shows the page.",
        web=web(Http.CONTENT, Https.CLOSED),
        cells={"https": "Nej"},
        findings=NO_HTTPS,
        daemon="nginx",
    ),
    Behaviour(
        name="https-filtered",
        says="Port 443 gives no answer, port 80 shows the page.",
        web=web(Http.CONTENT, Https.FILTERED),
        cells={"https": "Nej"},
        findings=NO_HTTPS,
    ),
    Behaviour(
        name="https-published-but-closed",
        says="Port 80 redirects to https, where port 443 is closed.",
        web=web(https=Https.CLOSED),
        cells={"https": "Ja (trasig)"},
        findings=frozenset({"https_published_but_dead"}),
        daemon="nginx",
    ),
    Behaviour(
        name="https-published-but-filtered",
        says="Port 80 redirects to https, where port 443 gives no answer.",
        web=web(https=Https.FILTERED),
        cells={"https": "Ja (trasig)"},
        findings=frozenset({"https_published_but_dead"}),
    ),
    Behaviour(
        name="https-speaks-plain-http",
        says="Port 443 speaks HTTP without TLS.",
        web=web(https=Https.NOT_TLS),
        cells={"https": "Ja (trasig)"},
        findings=frozenset({"https_not_tls"}),
        daemon="nginx",
    ),
    Behaviour(
        name="https-resets",
        says="Port 443 accepts and resets at the first bytes.",
        web=web(https=Https.RESET),
        cells={"https": "Ja (trasig)"},
        findings=SILENT,
    ),
    Behaviour(
        name="https-resets-once",
        says="Port 443 resets the ordinary handshake, and answers the raw hello after it.",
        web=Web(tls=Tls.MODERN, https_resets=1),
        cells={"https": "Ja"},
        findings=frozenset({"tls_ordinary_handshake_lost"}),
        notes=frozenset({"https_content_not_tested"}),
        never=frozenset({"tls_raw_hello_only"}),
    ),
    Behaviour(
        name="https-resets-until-retest",
        says="Port 443 resets everything at the first attempt, and has recovered at the second.",
        web=Web(tls=Tls.MODERN, https_resets=2),
        cells={"https": "Ja"},
        notes=frozenset({"second_attempt"}),
        never=SILENT,
        retest=True,
    ),
    Behaviour(
        name="https-silent",
        says="Port 443 accepts and says nothing, port 80 is closed.",
        web=web(Http.CLOSED, Https.SILENT),
        cells={"https": "Ja (trasig)"},
        findings=SILENT,
    ),
    Behaviour(
        name="sni-only",
        says="A ClientHello without a server name is refused with alert 112.",
        web=Web(tls=Tls.MODERN, sni_only=True),
        cells={"https": "Ja"},
    ),
    Behaviour(
        name="default-site",
        says="Port 443 does not know the host: another's certificate, and 404.",
        web=Web(http=Http.CONTENT, https=Https.NOT_FOUND, tls=Tls.MODERN, certificate=Certificate.WRONG_NAME),
        cells={"https": "Nej (A)"},
        findings=frozenset({"https_error_status", "certificate_wrong_name"}),
    ),
)
