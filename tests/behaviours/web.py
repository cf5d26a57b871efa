"""What web servers do: redirects, statuses, bodies and ports."""

from tests.behaviours.behaviour import Behaviour
from tests.lab.scenario import Http, Tls, Web

WEB: tuple[Behaviour, ...] = (
    Behaviour(
        name="http-301-to-https",
        says="Port 80 redirects to https on the same host.",
        cells={"https": "Ja"},
        notes=frozenset({"hsts_missing"}),
        daemon="nginx",
    ),
    Behaviour(
        name="http-shows-the-page",
        says="Port 80 shows the page and leads nowhere.",
        web=Web(http=Http.CONTENT, tls=Tls.MODERN),
        cells={"https": "Ja (N)"},
        findings=frozenset({"http_not_redirected"}),
        daemon="nginx",
    ),
)
