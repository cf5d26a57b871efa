"""Web hosts with several addresses, and how those that should be alike differ."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.web_rows import NOT_REDIRECTED, web
from tests.lab.scenario import Certificate, Http, Https, Tls, Web

DEAD = "203.0.113.250"
PRIVATE = "10.11.12.13"


def dual(ipv6: Web | None = None) -> Web:
    """A host in both families, `ipv6` being what it does over IPv6."""
    return Web(ipv6=True, tls=Tls.MODERN, ipv6_server=ipv6)


ADDRESSES: tuple[Behaviour, ...] = (
    Behaviour(
        name="dual-stack",
        says="Both families alike.",
        web=dual(),
        cells={"https": "Ja", "www_ipv6": "Ja"},
        daemon="nginx",
    ),
    Behaviour(
        name="ipv6-only",
        says="The host has an IPv6 address only.",
        web=Web(ipv4=False, ipv6=True, tls=Tls.MODERN),
        cells={"https": "Ja", "www_ipv6": "Ja"},
        daemon="nginx",
    ),
    Behaviour(
        name="ipv6-without-https",
        says="Port 443 is closed over IPv6.",
        web=dual(web(https=Https.CLOSED)),
        cells={"https": "Ja", "www_ipv6": "Ja"},
        findings=frozenset({"https_address_refused"}),
    ),
    Behaviour(
        name="ipv6-https-filtered",
        says="Port 443 gives no answer over IPv6.",
        web=dual(web(https=Https.FILTERED)),
        cells={"https": "Ja", "www_ipv6": "Ja"},
        findings=frozenset({"https_address_silent"}),
    ),
    Behaviour(
        name="ipv6-speaks-plain-http",
        says="Port 443 speaks HTTP without TLS over IPv6: counts on any single address.",
        web=dual(web(https=Https.NOT_TLS)),
        cells={"https": "Ja (trasig)", "www_ipv6": "Ja"},
        findings=frozenset({"https_not_tls"}),
    ),
    Behaviour(
        name="ipv6-wrong-certificate",
        says="Another host's certificate over IPv6.",
        web=dual(Web(tls=Tls.MODERN, certificate=Certificate.WRONG_NAME)),
        cells={"https": "Ja (F)", "www_ipv6": "Ja"},
        findings=frozenset({"certificate_wrong_name"}),
    ),
    Behaviour(
        name="ipv6-404",
        says="404 over IPv6, the page over IPv4.",
        web=dual(web(https=Https.NOT_FOUND)),
        cells={"https": "Ja", "www_ipv6": "Ja"},
        findings=frozenset({"https_address_error_status"}),
    ),
    Behaviour(
        name="ipv6-back-to-http",
        says="Over IPv6 port 443 redirects to http, which shows the page.",
        web=dual(web(Http.CONTENT, Https.TO_HTTP)),
        cells={"https": "Ja (N)", "www_ipv6": "Ja"},
        findings=NOT_REDIRECTED | {"https_address_back_to_http"},
    ),
    Behaviour(
        name="ipv6-loop",
        says="Over IPv6 port 443 redirects to itself.",
        web=dual(web(https=Https.LOOP)),
        cells={"https": "Ja", "www_ipv6": "Ja"},
        findings=frozenset({"https_content_differs"}),
    ),
    Behaviour(
        name="ipv6-http-shows-the-page",
        says="Port 80 does not redirect over IPv6.",
        web=dual(web(Http.CONTENT)),
        cells={"https": "Ja (N)", "www_ipv6": "Ja"},
        findings=NOT_REDIRECTED,
    ),
    Behaviour(
        name="ipv6-dead",
        says="Nothing answers over IPv6.",
        web=Web(ipv6_dead=True, tls=Tls.MODERN),
        cells={"https": "Ja", "www_ipv6": "Nej"},
        findings=frozenset({"https_address_refused", "www_ipv6_address_dead"}),
    ),
    Behaviour(
        name="one-of-two-ipv4-dead",
        says="Two IPv4 addresses, and nothing answers at one of them.",
        web=Web(tls=Tls.MODERN, dead_ipv4=DEAD),
        cells={"https": "Ja"},
        findings=frozenset({"https_address_refused"}),
        notes=frozenset({"http_address_dead"}),
    ),
    Behaviour(
        name="private-address-besides",
        says="A public and a private address.",
        web=Web(tls=Tls.MODERN, private_ipv4=PRIVATE),
        cells={"https": "Ja"},
        findings=frozenset({"web_address_special_purpose"}),
    ),
    Behaviour(
        name="private-address-only",
        says="A private address and no other.",
        web=Web(ipv4=False, tls=Tls.MODERN, private_ipv4=PRIVATE),
        cells={"https": "Ej mätt"},
        findings=frozenset({"web_address_special_purpose"}),
    ),
    Behaviour(
        name="no-address",
        says="The web host has no address.",
        web=Web(ipv4=False),
        cells={"https": "–", "www_ipv6": "Nej"},
        findings=frozenset({"web_host_no_address", "www_ipv6_no_aaaa"}),
    ),
)
