"""The addresses behind MX, and hosts that differ from one another."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.mail_row import NOT_MEASURED, row, server
from tests.lab.scenario import Smtp

NO_STARTTLS = Smtp.NO_STARTTLS

ADDRESSES: tuple[Behaviour, ...] = (
    row("mx-ipv4-only", "No AAAA.", server(), daemon="postfix"),
    row("mx-ipv6-only", "No A.", server(ipv4=False, ipv6=True), mail_ipv6="Ja", daemon="postfix"),
    row(
        "mx-ipv6-refuses",
        "An AAAA where port 25 refuses connections.",
        server(ipv6_dead=True),
        findings={"mail_ipv6_address_dead"},
        notes={"starttls_connection_refused"},
        daemon="postfix",
    ),
    row(
        "mx-ipv6-silent",
        "An AAAA where nobody answers.",
        server(ipv6_dead=True, ipv6_silent=True),
        findings={"mail_ipv6_address_dead"},
        notes={"starttls_no_answer"},
    ),
    row(
        "mx-ipv6-dead-at-one-of-two",
        "Two hosts with AAAA; one refuses over IPv6.",
        server(ipv6=True),
        server(ipv6_dead=True),
        mail_ipv6="Ja",
        findings={"mail_ipv6_address_dead"},
        notes={"starttls_connection_refused"},
    ),
    row(
        "mx-private-address",
        "The only MX host has a private address.",
        server(ipv4=False, published=("10.1.2.3",)),
        starttls=NOT_MEASURED,
        findings={"mail_address_not_allowed"},
    ),
    row(
        "mx-loopback-address",
        "The only MX host is at 127.0.0.1.",
        server(ipv4=False, published=("127.0.0.1",)),
        starttls=NOT_MEASURED,
        findings={"mail_address_not_allowed"},
    ),
    row(
        "mx-loopback-beside-good",
        "A host at 127.0.0.1 as the first of two; the other is good.",
        server(ipv4=False, published=("127.0.0.1",)),
        server(preference=20),
        findings={"mail_address_not_allowed"},
    ),
    row(
        "mx-private-ipv6-address",
        "A public IPv4 address and a unique local IPv6 one.",
        server(published=("fd00::25",)),
        findings={"mail_address_not_allowed", "mail_ipv6_special_purpose"},
    ),
    row(
        "mx-private-beside-public",
        "One host with a private and a public address.",
        server(published=("10.1.2.3",)),
        findings={"mail_address_not_allowed"},
    ),
    row(
        "mx-one-of-two-no-starttls",
        "Two hosts; one does not offer STARTTLS.",
        server(),
        server(preference=20, smtp=NO_STARTTLS),
        starttls="Delvis",
        findings={"starttls_not_offered"},
        daemon="postfix",
    ),
    row(
        "mx-one-of-two-says-421",
        "Two hosts; one is too busy.",
        server(smtp=Smtp.TEMPFAIL),
        server(preference=20),
        notes={"starttls_refused_us"},
    ),
    row(
        "mx-one-of-two-silent",
        "Two hosts; one accepts connections and never greets.",
        server(),
        server(preference=20, smtp=Smtp.SILENT),
        notes={"starttls_no_greeting"},
    ),
    row(
        "mx-one-421-one-no-starttls",
        "Two hosts; one is too busy, the other does not offer STARTTLS.",
        server(smtp=Smtp.TEMPFAIL),
        server(preference=20, smtp=NO_STARTTLS),
        starttls="Nej",
        findings={"starttls_not_offered"},
        notes={"starttls_refused_us"},
    ),
)
