"""What mail servers and MX records do, up to the 220 to STARTTLS."""

from tests.behaviours.behaviour import Behaviour
from tests.lab.scenario import MailServer, Smtp

MAIL: tuple[Behaviour, ...] = (
    Behaviour(
        name="no-starttls",
        says="A full EHLO dialogue that does not offer STARTTLS.",
        mail=(MailServer(smtp=Smtp.NO_STARTTLS),),
        cells={"starttls": "Nej", "mail_ipv6": "Nej"},
        findings=frozenset({"starttls_not_offered", "mail_ipv6_no_aaaa"}),
        daemon="postfix",
    ),
)
