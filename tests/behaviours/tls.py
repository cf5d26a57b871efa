"""What TLS services do, on the web and behind STARTTLS: versions, suites, extensions, certificates and chains."""

from tests.behaviours.behaviour import Behaviour
from tests.lab.scenario import Certificate, Tls, Web

TLS: tuple[Behaviour, ...] = (
    Behaviour(
        name="certificate-expired",
        says="The certificate has expired.",
        web=Web(tls=Tls.MODERN, certificate=Certificate.EXPIRED),
        cells={"https": "Ja (F)"},
        findings=frozenset({"certificate_expired"}),
        daemon="nginx",
    ),
)
