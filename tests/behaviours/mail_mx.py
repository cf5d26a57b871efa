"""MX records: what they name, and what the names come to."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.mail_row import NOT_MEASURED, row, server
from tests.lab.scenario import Certificate, Dns, Smtp, Zone

NO_STARTTLS = Smtp.NO_STARTTLS
UNRESOLVABLE_MX = ("20 mx1.mx-name-servers-refuse.se.",)
TWELVE = range(1, 13)

MX: tuple[Behaviour, ...] = (
    row(
        "mail-good", "One host, both families, STARTTLS.", server(ipv6=True), mail_ipv6="Ja", daemon="postfix"
    ),
    row(
        "mx-none-but-address",
        "No MX: the domain's own address takes the mail.",
        server(),
        implicit_mx=True,
        notes={"mail_implicit_mx"},
        daemon="postfix",
    ),
    row(
        "mx-none-and-no-mail-there",
        "No MX, and the domain's own address refuses port 25.",
        server(smtp=Smtp.CLOSED),
        implicit_mx=True,
        starttls=NOT_MEASURED,
        notes={"mail_implicit_mx", "starttls_connection_refused"},
    ),
    row("mx-null", "A null MX.", null_mx=True, starttls="–", mail_ipv6="–", notes={"mail_null_mx"}),
    row(
        "mx-null-beside-others",
        "A null MX beside an ordinary one.",
        server(),
        null_mx=True,
        findings={"mail_null_mx_beside_others"},
        daemon="postfix",
    ),
    row(
        "mail-none-at-all", "Neither MX nor address.", starttls="–", mail_ipv6="–", notes={"mail_no_service"}
    ),
    row(
        "mail-domain-nonexistent",
        "The domain does not exist.",
        server(),
        zone=Zone(dns=Dns.NXDOMAIN),
        starttls="–",
        mail_ipv6="–",
        findings={"domain_nonexistent"},
    ),
    row(
        "mx-to-cname",
        "MX names an alias.",
        server(alias="mail.mx-to-cname.se"),
        findings={"mail_mx_is_cname"},
        daemon="postfix",
    ),
    row(
        "mx-to-nowhere",
        "The only MX names a host that does not exist.",
        extra_mx=("10 mx.mx-to-nowhere.se.",),
        starttls="–",
        mail_ipv6="–",
        findings={"mail_mx_hosts_nonexistent"},
    ),
    row(
        "mx-one-of-two-to-nowhere",
        "One MX names a host that does not exist, the other is good.",
        server(),
        extra_mx=("5 old.mx-one-of-two-to-nowhere.se.",),
        findings={"mail_mx_host_nonexistent"},
        daemon="postfix",
    ),
    row(
        "mx-host-without-address",
        "The only MX names a host that exists but has no address.",
        server(ipv4=False),
        starttls="–",
        mail_ipv6="–",
        findings={"mail_mx_hosts_nonexistent"},
    ),
    row(
        "mx-one-of-two-without-address",
        "One MX host has no address, the other is good.",
        server(ipv4=False),
        server(),
        findings={"mail_mx_host_nonexistent"},
        daemon="postfix",
    ),
    row(
        "mx-is-an-address",
        "MX holds an IP address where a name belongs.",
        extra_mx=("10 192.0.2.25.",),
        starttls="–",
        mail_ipv6="–",
        findings={"mail_mx_hosts_nonexistent", "mail_mx_is_address"},
    ),
    row(
        "mx-one-of-two-is-an-address",
        "One MX holds an IP address, the other is good.",
        server(),
        extra_mx=("10 192.0.2.25.",),
        findings={"mail_mx_is_address"},
        never={"mail_mx_host_nonexistent"},
        daemon="postfix",
    ),
    row("mx-equal-preferences", "Two hosts of the same preference.", server(), server(), daemon="postfix"),
    row(
        "mx-same-host-twice",
        "The same host twice, in different case and preference.",
        server(),
        extra_mx=("20 MX1.MX-SAME-HOST-TWICE.se.",),
        daemon="postfix",
    ),
    row(
        "mx-eleven-hosts",
        "Eleven hosts; the last by preference, without STARTTLS, is past the cap.",
        *(server(preference=number) for number in range(1, 11)),
        server(preference=11, smtp=NO_STARTTLS),
        notes={"mail_mx_left_out"},
    ),
    row(
        "mx-twelve-hosts",
        "Twelve hosts listed from the last to the first; those past the cap lack STARTTLS.",
        *(server(preference=20 - n, smtp=NO_STARTTLS if n < 3 else Smtp.STARTTLS) for n in TWELVE),
        notes={"mail_mx_left_out"},
    ),
    row(
        "mx-name-servers-refuse",
        "The name servers refuse to answer for the domain.",
        server(),
        zone=Zone(dns=Dns.REFUSED),
        starttls=NOT_MEASURED,
        mail_ipv6=NOT_MEASURED,
        notes={"unresolvable"},
    ),
    row(
        "mx-host-unresolvable",
        "The only MX host lies in a zone whose servers refuse to answer.",
        extra_mx=UNRESOLVABLE_MX,
        starttls=NOT_MEASURED,
        mail_ipv6=NOT_MEASURED,
        notes={"unresolvable"},
    ),
    row(
        "mx-one-of-two-unresolvable",
        "One MX host cannot be resolved, the other is good.",
        server(ipv6=True),
        extra_mx=UNRESOLVABLE_MX,
        mail_ipv6="Ja",
        notes={"unresolvable"},
    ),
    row(
        "mx-one-unresolvable-ipv4-only",
        "One MX host cannot be resolved and may have IPv6; the other has none.",
        server(),
        extra_mx=UNRESOLVABLE_MX,
        mail_ipv6=NOT_MEASURED,
        notes={"unresolvable"},
    ),
    row(
        "mx-host-name-with-a-space",
        "The MX host's name has a space in it and can be no SNI; the wildcard names none.",
        server(host="mx\\032ett.mx-host-name-with-a-space.se", certificate=Certificate.WILDCARD),
    ),
)
