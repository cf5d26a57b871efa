"""What meets the visitor who leaves out "www.": findings, and never the cell."""

from tests.behaviours.behaviour import Behaviour
from tests.lab.scenario import Certificate, Http, Https, Tls, Web

BARE_DOMAIN: tuple[Behaviour, ...] = (
    Behaviour(
        name="bare-leads-to-www",
        says="The bare domain redirects to the website, from http and from https.",
        bare=Web(tls=Tls.MODERN, http=Http.TO_WWW, https=Https.TO_WWW),
        cells={"https": "Ja"},
        daemon="nginx",
    ),
    Behaviour(
        name="bare-has-no-address",
        says="The bare domain has neither A nor AAAA.",
        cells={"https": "Ja"},
        notes=frozenset({"bare_domain_no_address"}),
        daemon="nginx",
    ),
    Behaviour(
        name="bare-is-dead",
        says="The bare domain has an address where nothing answers.",
        bare=Web(http=Http.CLOSED, https=Https.CLOSED),
        cells={"https": "Ja"},
        notes=frozenset({"bare_domain_no_answer"}),
        daemon="nginx",
    ),
    Behaviour(
        name="bare-without-https",
        says="The bare domain has http only, which leads to the website.",
        bare=Web(http=Http.TO_WWW, https=Https.CLOSED),
        cells={"https": "Ja"},
        findings=frozenset({"bare_domain_no_https"}),
        daemon="nginx",
    ),
    Behaviour(
        name="bare-port-443-without-tls",
        says="The bare domain speaks plain http on port 443.",
        bare=Web(http=Http.TO_WWW, https=Https.NOT_TLS),
        cells={"https": "Ja"},
        findings=frozenset({"bare_domain_tls_fails"}),
        daemon="nginx",
    ),
    Behaviour(
        name="bare-certificate-is-for-www",
        says="The certificate of the bare domain names other hosts only.",
        bare=Web(tls=Tls.MODERN, http=Http.TO_WWW, https=Https.TO_WWW, certificate=Certificate.WRONG_NAME),
        cells={"https": "Ja"},
        findings=frozenset({"bare_domain_certificate_wrong_name"}),
        daemon="nginx",
    ),
    Behaviour(
        name="bare-certificate-expired",
        says="The certificate of the bare domain has expired.",
        bare=Web(tls=Tls.MODERN, http=Http.TO_WWW, https=Https.TO_WWW, certificate=Certificate.EXPIRED),
        cells={"https": "Ja"},
        findings=frozenset({"bare_domain_certificate_untrusted"}),
        daemon="nginx",
    ),
    Behaviour(
        name="bare-stays-on-http",
        says="The bare domain shows a page over http and leads nowhere.",
        bare=Web(tls=Tls.MODERN, http=Http.CONTENT, https=Https.TO_WWW),
        cells={"https": "Ja"},
        findings=frozenset({"bare_domain_not_redirected"}),
        daemon="nginx",
    ),
    Behaviour(
        name="bare-sent-back-to-http",
        says="The bare domain sends its https visitors to http, where a page is.",
        bare=Web(tls=Tls.MODERN, http=Http.CONTENT, https=Https.TO_HTTP),
        cells={"https": "Ja"},
        findings=frozenset({"bare_domain_not_redirected", "bare_domain_back_to_http"}),
        daemon="nginx",
    ),
    Behaviour(
        name="bare-not-found",
        says="The bare domain answers 404.",
        bare=Web(tls=Tls.MODERN, http=Http.NOT_FOUND, https=Https.NOT_FOUND),
        cells={"https": "Ja"},
        findings=frozenset({"bare_domain_no_page"}),
        daemon="nginx",
    ),
    Behaviour(
        name="bare-is-the-web-host",
        says="The website is the bare domain itself.",
        web_host="bare-is-the-web-host.se",
        cells={"https": "Ja"},
        never=frozenset({"bare_domain_no_address", "bare_domain_no_answer"}),
        daemon="nginx",
    ),
)
