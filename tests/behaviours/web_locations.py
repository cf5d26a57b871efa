"""Locations that port 443 sends its visitors to: sound, unsound, and going round in circles."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.web_rows import steps, to, web
from tests.lab.scenario import Http, Https
from tests.lab.web_answers import Answer

NO_PAGE = frozenset({"https_bad_location"})
LOOP = frozenset({"https_redirect_loop"})

LOCATIONS = (
    Behaviour(
        name="https-location-is-no-url",
        says="Port 443 redirects to https:// and no host.",
        web=web(Http.CONTENT, (to("https://"),)),
        cells={"https": "Nej (A)"},
        findings=NO_PAGE,
    ),
    Behaviour(
        name="https-location-no-host-name",
        says="Port 443 redirects to a host with a control character in it.",
        web=web(https=(to("https://www\x01.{domain}/"),)),
        cells={"https": "Nej (A)"},
        findings=NO_PAGE,
    ),
    Behaviour(
        name="https-location-control-character",
        says="Port 443 redirects to a path with a control character in it, which browsers escape.",
        web=web(https=(to("/a\x01b", path="/"), Answer(path="/a%01b"), Answer(status=404))),
        cells={"https": "Ja"},
    ),
    Behaviour(
        name="https-location-in-latin-1",
        says="Port 443 redirects to /välkommen in ISO 8859-1, whose octets browsers escape as they are.",
        web=web(https=(to("/v\udce4lkommen", path="/"), Answer(path="/v%E4lkommen"), Answer(status=404))),
        cells={"https": "Ja"},
    ),
    Behaviour(
        name="https-location-in-utf-8",
        says="Port 443 redirects to /välkommen in UTF-8, unescaped.",
        web=web(https=(to("/välkommen", path="/"), Answer(path="/v%C3%A4lkommen"), Answer(status=404))),
        cells={"https": "Ja"},
    ),
    Behaviour(
        name="https-location-empty",
        says="Port 443 says 302 with an empty Location, and shows a page.",
        web=web(https=(to(""),)),
        cells={"https": "Ja"},
        findings=frozenset({"redirect_without_location"}),
    ),
    Behaviour(
        name="https-location-missing",
        says="Port 443 says 302 without a Location, and shows a page.",
        web=web(https=(to(None),)),
        cells={"https": "Ja"},
        findings=frozenset({"redirect_without_location"}),
    ),
    Behaviour(
        name="https-location-other-scheme",
        says="Port 443 redirects to a mail address.",
        web=web(https=(to("mailto:info@{domain}"),)),
        cells={"https": "Nej (A)"},
        findings=NO_PAGE,
    ),
    Behaviour(
        name="https-location-bad-port",
        says="Port 443 redirects to a port that does not exist.",
        web=web(https=(to("https://{host}:99999/"),)),
        cells={"https": "Nej (A)"},
        findings=NO_PAGE,
    ),
)

CIRCLES = (
    Behaviour(
        name="https-loop-to-itself",
        says="Port 443 redirects to itself for ever.",
        web=web(https=Https.LOOP),
        cells={"https": "Nej (A)"},
        findings=LOOP,
        daemon="nginx",
    ),
    Behaviour(
        name="https-loop-of-two",
        says="Two URLs on https redirect to each other.",
        web=web(https=(to("/a", path="/"), to("/", path="/a"))),
        cells={"https": "Nej (A)"},
        findings=LOOP,
        daemon="nginx",
    ),
    Behaviour(
        name="loop-between-http-and-https",
        says="Port 80 redirects to https, port 443 back to http.",
        web=web(https=Https.TO_HTTP),
        cells={"https": "Nej (A)"},
        findings=LOOP,
        daemon="nginx",
    ),
    Behaviour(
        name="loop-with-new-cookies",
        says="Port 443 redirects to itself for ever, with another cookie each time.",
        web=web(
            https=tuple(
                Answer(
                    status=302, location="/", fields=(f"Set-Cookie: n={n}; Path=/",), unless_cookie=f"n={n}"
                )
                for n in (1, 2)
            )
        ),
        cells={"https": "Nej (A)"},
        findings=LOOP,
    ),
    Behaviour(
        name="cookie-check",
        says="Port 443 redirects to itself until its cookie comes back.",
        web=web(
            https=(
                Answer(
                    status=302,
                    location="/",
                    fields=("Set-Cookie: seen=1; Path=/; Secure; HttpOnly",),
                    unless_cookie="seen=1",
                ),
            )
        ),
        cells={"https": "Ja"},
        never=frozenset({"https_redirect_loop"}),
    ),
    Behaviour(
        name="ten-redirects",
        says="Ten redirects on https, and then the page.",
        web=web(https=steps(10)),
        cells={"https": "Ja"},
        daemon="nginx",
    ),
    Behaviour(
        name="eleven-redirects",
        says="Eleven redirects on https, one more than we follow: what comes then is not known.",
        web=web(https=steps(11)),
        cells={"https": "Ja"},
        findings=frozenset({"redirects_too_many"}),
        daemon="nginx",
    ),
    Behaviour(
        name="redirect-maze",
        says="Every page on https redirects to a longer path.",
        web=web(https=(to("https://{host}{path}x/"),)),
        cells={"https": "Ja"},
        findings=frozenset({"redirects_too_many"}),
    ),
)

LOCATIONS_AND_CIRCLES: tuple[Behaviour, ...] = (*LOCATIONS, *CIRCLES)
