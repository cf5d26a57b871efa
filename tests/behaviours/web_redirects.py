"""Where port 80 sends its visitors, and whether that leads to https."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.web_rows import GOOD_HOST, NOT_REDIRECTED, to, web
from tests.lab.scenario import Http, Https
from tests.lab.web_answers import Answer, Wire

REDIRECTS: tuple[Behaviour, ...] = (
    Behaviour(
        name="http-301-to-https",
        says="Port 80 redirects to https on the same host.",
        cells={"https": "Ja"},
        notes=frozenset({"hsts_missing"}),
        daemon="nginx",
    ),
    *(
        Behaviour(
            name=f"http-{status}-to-https",
            says=f"Port 80 redirects to https with status {status}.",
            web=web((to("https://{host}/", status=status),)),
            cells={"https": "Ja"},
            daemon="nginx",
        )
        for status in (302, 303, 307, 308)
    ),
    Behaviour(
        name="http-redirect-without-body",
        says="Port 80 redirects to https, with no body at all.",
        web=web((to("https://{host}/", wire=Wire.NO_BODY),)),
        cells={"https": "Ja"},
    ),
    Behaviour(
        name="http-redirect-names-the-port",
        says="Port 80 redirects to HTTPS://…:443/, in capitals and with the port.",
        web=web((to("HTTPS://{host}:443/"),)),
        cells={"https": "Ja"},
        daemon="nginx",
    ),
    Behaviour(
        name="http-keeps-port-80",
        says="Port 80 redirects to https://…:80/, where no TLS is spoken; port 443 shows the page.",
        web=web((to("https://{host}:80/"),)),
        cells={"https": "Ja"},
        findings=frozenset({"http_leads_to_no_page"}),
    ),
    Behaviour(
        name="http-keeps-port-80-https-closed",
        says="Port 80 redirects to https://…:80/, where no TLS is spoken, and port 443 is closed.",
        web=web((to("https://{host}:80/"),), Https.CLOSED),
        cells={"https": "Ja (trasig)"},
        findings=frozenset({"https_published_but_dead"}),
    ),
    Behaviour(
        name="http-shows-the-page",
        says="Port 80 shows the page and leads nowhere.",
        web=web(Http.CONTENT),
        cells={"https": "Ja (N)"},
        findings=NOT_REDIRECTED,
        daemon="nginx",
    ),
    Behaviour(
        name="http-relative-location",
        says="Port 80 redirects to a path of its own, and from there to https.",
        web=web((to("start", path="/"), to("https://{host}/"))),
        cells={"https": "Ja"},
        daemon="nginx",
    ),
    Behaviour(
        name="http-relative-location-stays",
        says="Port 80 redirects to a path of its own, where it shows the page.",
        web=web((to("/start", path="/"),)),
        cells={"https": "Ja (N)"},
        findings=NOT_REDIRECTED,
        daemon="nginx",
    ),
    Behaviour(
        name="http-protocol-relative",
        says="Port 80 redirects to //host/start, which is http again.",
        web=web((to("//{host}/start", path="/"),)),
        cells={"https": "Ja (N)"},
        findings=NOT_REDIRECTED,
        daemon="nginx",
    ),
    Behaviour(
        name="https-protocol-relative",
        says="Port 443 redirects to //host/start, which is https again.",
        web=web(https=(to("//{host}/start", path="/"),)),
        cells={"https": "Ja"},
        daemon="nginx",
    ),
    Behaviour(
        name="several-hops",
        says="Two hops on http, a change to https, two hops there.",
        web=web((to("/a", path="/"), to("https://{host}/a")), (to("/b", path="/a"), to("/c", path="/b"))),
        cells={"https": "Ja"},
        daemon="nginx",
    ),
    Behaviour(
        name="http-cookie-check",
        says="Port 80 redirects to itself until its cookie comes back, then to https.",
        web=web(
            (
                Answer(
                    status=302, location="/", fields=("Set-Cookie: seen=1; Path=/",), unless_cookie="seen=1"
                ),
                to("https://{host}/"),
            )
        ),
        cells={"https": "Ja"},
    ),
    Behaviour(
        name="http-meta-refresh",
        says="The page on port 80 refreshes to https.",
        web=web(Http.META_REFRESH),
        cells={"https": "Ja (N)"},
        findings=NOT_REDIRECTED,
        notes=frozenset({"http_refresh"}),
        daemon="nginx",
    ),
    Behaviour(
        name="http-refresh-header",
        says="A Refresh header on port 80 leads to https.",
        web=web((Answer(fields=("Refresh: 0; url=https://{host}/",)),)),
        cells={"https": "Ja (N)"},
        findings=NOT_REDIRECTED,
        notes=frozenset({"http_refresh"}),
        daemon="nginx",
    ),
    Behaviour(
        name="http-by-another-host",
        says="Port 80 redirects to http on another host, which redirects to its https.",
        web=web((to(f"http://{GOOD_HOST}/"),)),
        cells={"https": "Ja"},
        daemon="nginx",
    ),
    Behaviour(
        name="http-location-is-no-url",
        says="Port 80 redirects to https:// and no host.",
        web=web((to("https://"),)),
        cells={"https": "Ja (N)"},
        findings=NOT_REDIRECTED,
    ),
    Behaviour(
        name="http-location-missing",
        says="Port 80 says 301 without a Location.",
        web=web((to(None, status=301),)),
        cells={"https": "Ja (N)"},
        findings=NOT_REDIRECTED | {"redirect_without_location"},
    ),
)
