"""A row of the mail table: by default one host with IPv4 only, that offers STARTTLS as it should."""

from collections.abc import Collection
from typing import Any

from tests.behaviours.behaviour import Behaviour
from tests.lab.scenario import MailServer, Smtp, Tls
from tests.lab.smtp_script import Says, SmtpScript

NOT_MEASURED = "Ej mätt"


def row(
    name: str,
    says: str,
    *servers: MailServer,
    starttls: str = "Ja",
    mail_ipv6: str = "Nej",
    findings: Collection[str] = (),
    notes: Collection[str] = (),
    never: Collection[str] = (),
    **more: Any,
) -> Behaviour:
    """A behaviour of these mail servers; without an AAAA anywhere the IPv6 column and its finding are understood."""
    expected = set(findings)
    if mail_ipv6 == "Nej" and not any(one.ipv6 or one.ipv6_dead or _ipv6(one) for one in servers):
        expected.add("mail_ipv6_no_aaaa")
    return Behaviour(
        name=name,
        says=says,
        mail=servers,
        cells={"starttls": starttls, "mail_ipv6": mail_ipv6},
        findings=frozenset(expected),
        notes=frozenset(notes),
        never=frozenset(never),
        **more,
    )


def server(*, smtp: Smtp = Smtp.STARTTLS, tls: Tls = Tls.MODERN, **more: Any) -> MailServer:
    """A mail server with modern TLS."""
    return MailServer(smtp=smtp, tls=tls, **more)


def scripted(
    *,
    banner: Says | None = None,
    ehlo: Says | None = None,
    helo: Says | None = None,
    starttls: Says | None = None,
    instead_of_tls: Says | None = None,
    **more: Any,
) -> MailServer:
    """A mail server with modern TLS that departs from the ordinary in these places."""
    script = SmtpScript(banner=banner, ehlo=ehlo, helo=helo, starttls=starttls, instead_of_tls=instead_of_tls)
    return server(script=script, **more)


def _ipv6(one: MailServer) -> bool:
    return any(":" in address for address in one.published)
