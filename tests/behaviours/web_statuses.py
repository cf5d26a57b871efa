"""Which statuses web servers reply with, to us and to others, once and for good."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.web_rows import NOT_REDIRECTED, status, to, web
from tests.lab.scenario import Http, Https

AIMED = {
    401: "Unauthorized",
    403: "Forbidden",
    407: "Proxy Authentication Required",
    429: "Too Many Requests",
}
NO_CONTENT = frozenset({"https_error_status"})

STATUSES: tuple[Behaviour, ...] = (
    *(
        Behaviour(
            name=f"{number}-on-https-only",
            says=f"Port 443 says {number} {reason}, port 80 shows us the page.",
            web=web(Http.CONTENT, status(number)),
            cells={"https": "Nej (A)"},
            findings=NO_CONTENT,
            never=frozenset({"blocked"}),
            daemon="nginx",
        )
        for number, reason in AIMED.items()
    ),
    *(
        Behaviour(
            name=f"{number}-on-both",
            says=f"Both ports say {number} {reason}, perhaps to us only.",
            web=web(status(number), status(number)),
            cells={"https": "Ja (N)"},
            findings=NOT_REDIRECTED,
            notes=frozenset({"blocked", "http_blocked"}),
            daemon="nginx",
        )
        for number, reason in AIMED.items()
    ),
    *(
        Behaviour(
            name=f"{number}-behind-redirect",
            says=f"Port 80 redirects to https, which says {number} {reason}, perhaps to us only.",
            web=web(https=status(number)),
            cells={"https": "Ja"},
            notes=frozenset({"blocked"}),
            daemon="nginx",
        )
        for number, reason in AIMED.items()
    ),
    Behaviour(
        name="403-on-http-only",
        says="Port 80 says 403 Forbidden, port 443 shows the page.",
        web=web(Http.FORBIDDEN),
        cells={"https": "Ja (N)"},
        findings=NOT_REDIRECTED,
        notes=frozenset({"http_blocked"}),
        daemon="nginx",
    ),
    Behaviour(
        name="404-on-both",
        says="Both ports say 404: no fault of https.",
        web=web(Http.NOT_FOUND, Https.NOT_FOUND),
        cells={"https": "Ja (N)"},
        findings=NOT_REDIRECTED | {"https_same_error_on_http"},
        daemon="nginx",
    ),
    Behaviour(
        name="404-on-https-only",
        says="Port 443 says 404, port 80 shows the page.",
        web=web(Http.CONTENT, Https.NOT_FOUND),
        cells={"https": "Nej (A)"},
        findings=NO_CONTENT,
        daemon="nginx",
    ),
    Behaviour(
        name="404-behind-redirect",
        says="Port 80 redirects to https, which says 404.",
        web=web(https=Https.NOT_FOUND),
        cells={"https": "Nej (A)"},
        findings=NO_CONTENT,
        daemon="nginx",
    ),
    *(
        Behaviour(
            name=f"{number}-behind-redirect",
            says=f"Port 80 redirects to https, which says {number}.",
            web=web(https=status(number)),
            cells={"https": "Nej (A)"},
            findings=NO_CONTENT,
            daemon="nginx",
        )
        for number in (500, 503)
    ),
    Behaviour(
        name="503-that-heals",
        says="Port 443 says 503 once and then shows the page.",
        web=web(https=status(503, times=1)),
        cells={"https": "Ja"},
        notes=frozenset({"second_attempt"}),
        retest=True,
    ),
    Behaviour(
        name="503-that-stays",
        says="Port 443 says 503 at the second attempt as well.",
        web=web(https=status(503)),
        cells={"https": "Nej (A)"},
        findings=NO_CONTENT,
        notes=frozenset({"second_attempt"}),
        retest=True,
    ),
    Behaviour(
        name="503-on-http-that-heals",
        says="Port 80 says 503 once and then redirects to https.",
        web=web((*status(503, times=1), to("https://{host}/"))),
        cells={"https": "Ja"},
        notes=frozenset({"second_attempt"}),
        retest=True,
    ),
)
