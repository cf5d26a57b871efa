"""What web servers show for certificates, and the chains that they send."""

from tests.behaviours.behaviour import Behaviour
from tests.lab.scenario import Certificate, Tls, Web


def _shown(name: str, says: str, certificate: Certificate, *findings: str, in_2017: str = "") -> Behaviour:
    """A modern server with a certificate that brings these findings, `(F)` when there are any."""
    cell = "Ja (F)" if findings else "Ja"
    return Behaviour(
        name=name,
        says=says,
        web=Web(tls=Tls.MODERN, certificate=certificate),
        cells={"https": cell},
        cells_2017={"https": in_2017} if in_2017 else {},
        findings=frozenset(findings),
        daemon="nginx",
    )


CERTIFICATES: tuple[Behaviour, ...] = (
    _shown("certificate-expired", "The certificate has expired.", Certificate.EXPIRED, "certificate_expired"),
    _shown(
        "certificate-early",
        "The certificate is not valid yet.",
        Certificate.NOT_YET_VALID,
        "certificate_not_yet_valid",
    ),
    _shown("certificate-self-signed", "Self-signed.", Certificate.SELF_SIGNED, "certificate_self_signed"),
    _shown(
        "certificate-unknown-issuer",
        "An issuer that leads to no known root.",
        Certificate.UNKNOWN_ISSUER,
        "certificate_unknown_issuer",
    ),
    _shown("certificate-wrong-name", "For another host.", Certificate.WRONG_NAME, "certificate_wrong_name"),
    _shown(
        "certificate-cn-only",
        "The name stands in CN only.",
        Certificate.CN_ONLY,
        "certificate_common_name_only",
        in_2017="Ja",
    ),
    _shown("certificate-wildcard", "A wildcard of the domain.", Certificate.WILDCARD),
    _shown(
        "certificate-rsa-1024",
        "RSA of 1024 bits.",
        Certificate.RSA_1024,
        "certificate_rsa_below_2048",
        in_2017="Ja",
    ),
    _shown("certificate-sha1", "Signed with SHA-1.", Certificate.SHA1, "certificate_signature_sha1"),
    _shown("certificate-md5", "Signed with MD5.", Certificate.MD5, "certificate_signature_md5"),
    _shown("certificate-ed25519", "An Ed25519 key.", Certificate.ED25519),
    _shown("certificate-pss", "Signed with RSA-PSS.", Certificate.PSS),
    _shown("certificate-ca", "Says that it is a certificate authority.", Certificate.CA),
    _shown(
        "certificate-for-clients",
        "Not for TLS servers.",
        Certificate.FOR_CLIENTS,
        "certificate_not_for_servers",
    ),
    _shown(
        "certificate-unknown-critical",
        "A critical extension that nobody knows.",
        Certificate.UNKNOWN_CRITICAL,
        "certificate_unknown_extension",
    ),
    _shown(
        "chain-incomplete",
        "The intermediate is not sent; the certificate says where it is.",
        Certificate.INCOMPLETE,
        "certificate_incomplete_chain",
        in_2017="Ja",
    ),
    _shown(
        "chain-incomplete-without-aia",
        "The intermediate is not sent, and nothing says where it is.",
        Certificate.INCOMPLETE_WITHOUT_AIA,
        "certificate_unknown_issuer",
    ),
    _shown("chain-with-root", "The root is sent along.", Certificate.ROOT_SENT),
    _shown("chain-of-two", "Two intermediates.", Certificate.TWO_INTERMEDIATES),
    _shown("chain-in-wrong-order", "Two intermediates, the upper first.", Certificate.WRONG_ORDER),
    _shown("chain-with-strays", "Foreign certificates and the leaf twice.", Certificate.SUPERFLUOUS),
    _shown(
        "chain-with-expired-cross-sign",
        "The root is sent along as signed by an older root that has expired.",
        Certificate.CROSS_SIGNED,
    ),
    _shown(
        "intermediate-expired",
        "The intermediate has expired.",
        Certificate.EXPIRED_INTERMEDIATE,
        "certificate_expired",
    ),
    _shown(
        "intermediate-no-ca",
        "The issuer is no certificate authority.",
        Certificate.INTERMEDIATE_NO_CA,
        "certificate_no_authority",
    ),
    _shown(
        "intermediate-may-not-sign",
        "The issuer's key is not for certificates.",
        Certificate.INTERMEDIATE_MAY_NOT_SIGN,
        "certificate_no_authority",
    ),
    _shown(
        "intermediate-one-too-many",
        "More intermediates than the upper one allows.",
        Certificate.PATH_TOO_LONG,
        "certificate_path_too_long",
    ),
    _shown("names-permitted", "The issuer is constrained to the domain.", Certificate.NAME_PERMITTED),
    _shown(
        "names-not-permitted",
        "The issuer is constrained to another domain.",
        Certificate.NAME_NOT_PERMITTED,
        "certificate_name_not_allowed",
    ),
    _shown(
        "names-excluded",
        "The issuer may not issue for the domain.",
        Certificate.NAME_EXCLUDED,
        "certificate_name_not_allowed",
    ),
)
