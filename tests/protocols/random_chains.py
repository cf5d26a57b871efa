"""Random chains for comparing verdicts: mostly sound, with some defects each. The same seed gives the same chains."""

import functools
import random
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address, ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.protocols.made_certificates import NOW

HOST = "www.example.se"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey
PURPOSES = {
    "servers": [ExtendedKeyUsageOID.SERVER_AUTH],
    "clients": [ExtendedKeyUsageOID.CLIENT_AUTH],
    "both": [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH],
    "any": [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE],
}
SUBTREES: dict[str, x509.GeneralName] = {
    "example.se": x509.DNSName("example.se"),
    "EXAMPLE.se": x509.DNSName("EXAMPLE.se"),
    "other.se": x509.DNSName("other.se"),
    "ample.se": x509.DNSName("ample.se"),
    ".example.se": x509.DNSName(".example.se"),
    HOST: x509.DNSName(HOST),
    "192.0.2.0/24": x509.IPAddress(ip_network("192.0.2.0/24")),
    "2001:db8::/32": x509.IPAddress(ip_network("2001:db8::/32")),
    "O=Example": x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])),
    "O=Other": x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Other")])),
}


@functools.cache
def _dsa_parameters() -> dsa.DSAParameters:
    return dsa.generate_parameters(1024)  # longer ones take seconds to find


@functools.cache
def key(kind: str, name: str) -> Key:
    match kind:
        case "rsa":
            return rsa.generate_private_key(65537, 2048)
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case "dsa":
            return _dsa_parameters().generate_private_key()
        case _:
            return ec.generate_private_key(ec.SECP384R1() if kind == "p384" else ec.SECP256R1())


@dataclass
class Sort:
    """What one certificate is like, before it is made."""

    name: str
    key: str = "ec"
    ca: bool | None = True
    path_length: int | None = None
    usage: str = "none"
    purpose: str = ""
    days: tuple[int, int] = (-10, 30)
    permitted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    critical: bool = False
    forged: bool = False
    string: _ASN1Type = _ASN1Type.UTF8String
    names: tuple[str, ...] = ()


@dataclass
class Random:
    """One chain: what the server sends, what the store holds, and what was done to it."""

    sent: list[x509.Certificate]
    store: list[x509.Certificate]
    sorts: list[Sort] = field(default_factory=list)
    done: list[str] = field(default_factory=list)


def _name(text: str, string: _ASN1Type) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, text, _type=string),
        ]
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def make(sort: Sort, issuer: Sort, issuer_string: _ASN1Type) -> x509.Certificate:
    mine, signer = key(sort.key, sort.name), key(issuer.key, "forger" if sort.forged else issuer.name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(sort.name.partition("#")[0], sort.string))
        .issuer_name(_name(issuer.name.partition("#")[0], issuer_string))
        .public_key(mine.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=sort.days[0]))
        .not_valid_after(NOW + timedelta(days=sort.days[1]))
    )
    # With key identifiers, or OpenSSL takes the first issuer whose name fits and never comes back.
    named = key(issuer.key, issuer.name).public_key()
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(mine.public_key()), critical=False
    )
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(named), critical=False)
    for extension, critical in _extensions(sort):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer, None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def _extensions(sort: Sort) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if sort.ca is not None:
        found.append((x509.BasicConstraints(sort.ca, sort.path_length if sort.ca else None), True))
    if sort.usage != "none":
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"), False
        ) | dict.fromkeys(
            ("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
        )
        found.append((x509.KeyUsage(**(usage | {sort.usage: True})), True))
    if sort.purpose:
        found.append((x509.ExtendedKeyUsage(PURPOSES[sort.purpose]), False))
    if sort.permitted or sort.excluded:
        permitted, excluded = (
            [SUBTREES[each] for each in some] or None for some in (sort.permitted, sort.excluded)
        )
        found.append((x509.NameConstraints(permitted, excluded), True))
    if sort.names:
        found.append((x509.SubjectAlternativeName([_general(name) for name in sort.names]), False))
    if sort.critical:
        strange = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
        found.append((x509.UnrecognizedExtension(strange, b"\x05\x00"), True))
    return found


DEFECTS = (
    *("expired", "early", "forged", "critical", "ca", "path_length", "usage", "purpose", "leaf_usage"),
    *(
        "leaf_purpose",
        "permitted",
        "permitted",
        "excluded",
        "string",
        "names",
        "leaf_ca",
        "self_issued",
        "key",
    ),
)
NAMES = (HOST, "*.example.se", "example.se", "mail.other.se", "192.0.2.7", "2001:db8::7", "10.0.0.1")
LEAF_USAGES = ("digital_signature", "content_commitment", "key_encipherment", "key_agreement")


def _change(draw: random.Random, sorts: list[Sort]) -> str:
    """Do something, good or bad, to one certificate; the last of `sorts` is the root, the first the leaf."""
    what = draw.choice(DEFECTS)
    leaf, authority, any_of = sorts[0], draw.choice(sorts[1:]), draw.choice(sorts)
    subtrees = tuple(SUBTREES)
    changes: dict[str, tuple[Sort, dict[str, object]]] = {
        "expired": (any_of, {"days": (-30, -1)}),
        "early": (any_of, {"days": (1, 30)}),
        "forged": (any_of, {"forged": True}),
        "critical": (any_of, {"critical": True}),
        "ca": (authority, {"ca": draw.choice((False, None))}),
        "path_length": (authority, {"path_length": draw.choice((0, 0, 1, 2))}),
        "usage": (authority, {"usage": draw.choice(("key_cert_sign", "digital_signature"))}),
        "purpose": (authority, {"purpose": draw.choice(tuple(PURPOSES))}),
        "leaf_usage": (leaf, {"usage": draw.choice(LEAF_USAGES)}),
        "leaf_purpose": (leaf, {"purpose": draw.choice(tuple(PURPOSES))}),
        "permitted": (authority, {"permitted": tuple(draw.sample(subtrees, draw.randint(1, 3)))}),
        "excluded": (authority, {"excluded": (draw.choice(subtrees),)}),
        "string": (any_of, {"string": _ASN1Type.PrintableString}),
        "names": (leaf, {"names": tuple(draw.sample(NAMES, draw.randint(0, 3)))}),
        "leaf_ca": (leaf, {"ca": draw.choice((True, None))}),
        "self_issued": (sorts[-2], {"name": "Root#new key"} if len(sorts) > 2 else {}),
        "key": (any_of, {"key": draw.choice(("rsa", "p384", "ed25519", "dsa"))}),
    }
    changed, how = changes[what]
    for attribute, value in how.items():
        setattr(changed, attribute, value)
    return what


def random_chain(seed: int) -> Random:
    """The chain of a seed: up to three intermediates, up to three defects, sent in some order."""
    draw = random.Random(seed)
    depth = draw.choice((0, 1, 1, 1, 2, 2, 3))
    leaf = Sort(name=HOST, ca=False, names=(HOST,))
    sorts = [leaf, *(Sort(name=f"Issuing {level}") for level in range(depth)), Sort(name="Root")]
    done = [_change(draw, sorts) for _ in range(draw.choice((0, 1, 1, 1, 2, 2, 3)))]
    issuers = [*sorts[1:], sorts[-1]]
    upper = draw.random() < 0.1  # some write their issuer's name in another string type
    made = [
        make(sort, issuer, _ASN1Type.PrintableString if upper else issuer.string)
        for sort, issuer in zip(sorts, issuers, strict=True)
    ]
    *sent, root = made
    store = [root]
    roll = draw.random()
    if roll < 0.08:
        store = [make(Sort(name="Another Root"), Sort(name="Another Root"), _ASN1Type.UTF8String)]
        done.append("unknown root")
    elif roll < 0.14 and depth:
        store = [sent[-1]]
        done.append("an intermediate is the anchor")
    if draw.random() < 0.25 and len(sent) > 1:
        rest = sent[1:]
        draw.shuffle(rest)
        sent = [sent[0], *rest]
        done.append("order")
    if draw.random() < 0.12 and len(sent) > 1:
        sent.pop(draw.randrange(1, len(sent)))
        done.append("missing")
    if draw.random() < 0.15:
        sent.append(root)
        done.append("root sent")
    if draw.random() < 0.1:
        sent.append(draw.choice(sent))
        done.append("duplicate")
    return Random(sent=sent, store=store, sorts=sorts, done=done)


def pem(certificates: list[x509.Certificate]) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)
