"""What the extensions of a certificate say (RFC 5280 §4.2), in plain values. Never judges; parsing may raise."""

from itertools import islice
from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ExtensionOID

from checker.observations.dns import IPAddress

V = TypeVar("V", bound=x509.ExtensionType)

MAX_URL_CHARS = 300
"""Length to which addresses are cut; they are for showing."""

MAX_UNKNOWN = 4
"""Of unknown critical extensions: one is enough to refuse, and each becomes a finding."""

PROCESSED = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.NAME_CONSTRAINTS,
        # of no consequence for us, since any policy will do and revocation is not asked for
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.POLICY_MAPPINGS,
        ExtensionOID.POLICY_CONSTRAINTS,
        ExtensionOID.INHIBIT_ANY_POLICY,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
        ExtensionOID.OCSP_NO_CHECK,
        x509.ObjectIdentifier("2.16.840.1.113730.1.1"),  # Netscape's certificate type
    }
)
"""Critical extensions with others than these make a certificate unusable (RFC 5280 §4.2)."""


def subject_alternative_names(
    extensions: x509.Extensions,
) -> tuple[tuple[str, ...], tuple[IPAddress, ...]]:
    """The SAN's dNSNames as written and its iPAddresses; none of either without a SAN."""
    names = extension_of(extensions, ExtensionOID.SUBJECT_ALTERNATIVE_NAME, x509.SubjectAlternativeName)
    if names is None:
        return (), ()
    addresses = names.get_values_for_type(x509.IPAddress)
    return (
        tuple(names.get_values_for_type(x509.DNSName)),
        tuple(address for address in addresses if isinstance(address, IPAddress)),
    )


def has_other_names(extensions: x509.Extensions) -> bool:
    """Whether the SAN has names of other kinds than those two."""
    names = extension_of(extensions, ExtensionOID.SUBJECT_ALTERNATIVE_NAME, x509.SubjectAlternativeName)
    return any(not isinstance(name, x509.DNSName | x509.IPAddress) for name in names or ())


def for_servers(extensions: x509.Extensions) -> bool:
    """Whether extendedKeyUsage allows TLS servers; without it everything is allowed (RFC 5280 §4.2.1.12)."""
    usage = extension_of(extensions, ExtensionOID.EXTENDED_KEY_USAGE, x509.ExtendedKeyUsage)
    if usage is None:
        return True
    # The two "server gated crypto" purposes of the 1990s are not worth a thought: nothing living has them alone.
    return ExtendedKeyUsageOID.SERVER_AUTH in usage or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usage


def issuer_urls(extensions: x509.Extensions) -> tuple[str, ...]:
    """Where the issuer's certificate may be fetched (AIA caIssuers), cut to `MAX_URL_CHARS`."""
    access = extension_of(
        extensions, ExtensionOID.AUTHORITY_INFORMATION_ACCESS, x509.AuthorityInformationAccess
    )
    return tuple(
        str(description.access_location.value)[:MAX_URL_CHARS]
        for description in access or ()
        if description.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    )


def extension_of(extensions: x509.Extensions, oid: x509.ObjectIdentifier, kind: type[V]) -> V | None:
    """The value of one extension, None when the certificate has none or has it in an unknown form."""
    for extension in extensions:
        if extension.oid == oid and isinstance(extension.value, kind):
            return extension.value
    return None


def unknown_critical(extensions: x509.Extensions) -> tuple[str, ...]:
    """The OIDs of critical extensions that we do not process, the first `MAX_UNKNOWN` of them."""
    unknown = (
        extension.oid.dotted_string
        for extension in extensions
        if extension.critical and extension.oid not in PROCESSED
    )
    return tuple(islice(unknown, MAX_UNKNOWN))
