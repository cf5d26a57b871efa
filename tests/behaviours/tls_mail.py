"""TLS behind STARTTLS: protocols and certificates, which never cost the mail column its `Ja`."""

from tests.behaviours.behaviour import Behaviour
from tests.lab.scenario import Certificate, MailServer, Tls


def _mail(
    name: str,
    says: str,
    *findings: str,
    tls: Tls = Tls.MODERN,
    certificate: Certificate = Certificate.GOOD,
    cell: str = "Ja",
    in_2017: str = "",
    notes: tuple[str, ...] = (),
    daemon: str = "postfix",
) -> Behaviour:
    return Behaviour(
        name=name,
        says=says,
        mail=(MailServer(tls=tls, certificate=certificate),),
        cells={"starttls": cell},
        cells_2017={"starttls": in_2017} if in_2017 else {},
        findings=frozenset(findings),
        notes=frozenset(notes),
        daemon=daemon,
    )


MAIL: tuple[Behaviour, ...] = (
    _mail("mail-tls13-only", "TLS 1.3 only.", tls=Tls.TLS13_ONLY),
    _mail("mail-intermediate", "TLS 1.0 to 1.3.", tls=Tls.INTERMEDIATE),
    _mail("mail-tls10-only", "TLS 1.0 only.", "starttls_old_protocols", tls=Tls.TLS10_ONLY),
    _mail("mail-ssl3-only", "SSLv3 only.", "starttls_old_protocol_only", tls=Tls.SSL3_ONLY, daemon=""),
    _mail("mail-rc4-only", "RC4 only.", "starttls_old_protocol_only", tls=Tls.RC4_ONLY, daemon=""),
    _mail("mail-anonymous-too", "Anonymous suites, which Postfix offers.", tls=Tls.ANONYMOUS_TOO),
    _mail("mail-tls-fragmented", "Handshake records of seven bytes.", tls=Tls.FRAGMENTED, daemon=""),
    _mail(
        "mail-tls-byte-by-byte", "A handshake that comes a byte at a time.", tls=Tls.BYTE_BY_BYTE, daemon=""
    ),
    _mail(
        "mail-resets-on-refusal", "Resets where others send an alert.", tls=Tls.RESETS_ON_REFUSAL, daemon=""
    ),
    _mail(
        "mail-expired",
        "An expired certificate.",
        "starttls_certificate_expired",
        certificate=Certificate.EXPIRED,
    ),
    _mail(
        "mail-self-signed-certificate",
        "A self-signed certificate, which is the norm.",
        certificate=Certificate.SELF_SIGNED,
        notes=("starttls_certificate_self_signed",),
    ),
    _mail(
        "mail-unknown-issuer",
        "An issuer that leads to no known root.",
        certificate=Certificate.UNKNOWN_ISSUER,
        notes=("starttls_certificate_untrusted",),
    ),
    _mail(
        "mail-wrong-name",
        "For another host.",
        "starttls_certificate_wrong_name",
        certificate=Certificate.WRONG_NAME,
        cell="Ja (C)",
    ),
    _mail(
        "mail-names-the-domain",
        "Names the mail domain and not the mail host.",
        "starttls_certificate_names_domain",
        certificate=Certificate.MAIL_DOMAIN,
        cell="Ja (C)",
    ),
    _mail(
        "mail-cn-only",
        "The name stands in CN only.",
        "starttls_certificate_common_name_only",
        certificate=Certificate.CN_ONLY,
        cell="Ja (C)",
        in_2017="Ja",
    ),
    _mail("mail-wildcard", "A wildcard of the domain.", certificate=Certificate.WILDCARD),
)
