"""TLS cipher suites as data: IANA numbers, IANA names, and the families that judgements speak of.

Knows nothing of hellos or of what a family is worth. Families are read off the names, which are built by rule
(`TLS_<key exchange>_WITH_<cipher>_<MAC>`).
"""

from collections.abc import Iterable, Mapping
from enum import Enum, auto
from types import MappingProxyType


class Family(Enum):
    """A property of a cipher suite that a fact rests on; a suite may have several."""

    NULL = auto()
    """No encryption."""
    ANONYMOUS = auto()
    """No server authentication (DH_anon, ECDH_anon)."""
    EXPORT = auto()
    """Keys shortened to 40 or 56 bits."""
    DES = auto()
    """Single DES with its full 56 bits; the shortened one is EXPORT."""
    RC4 = auto()
    BLOCK64 = auto()
    """A 64-bit block cipher other than DES: 3DES, IDEA, RC2 (Sweet32, CVE-2016-2183)."""
    RSA_KEY_EXCHANGE = auto()
    """The session key is sent under the certificate's RSA key: no forward secrecy."""
    FINITE_FIELD_DH = auto()
    """Ephemeral Diffie-Hellman over a prime, authenticated or not: its ServerKeyExchange shows the prime."""
    AEAD = auto()
    """GCM, CCM or ChaCha20-Poly1305."""


WORSE_THAN_CBC = frozenset({Family.NULL, Family.ANONYMOUS, Family.EXPORT, Family.DES, Family.RC4})
"""The families that `weak` asks for; a suite in none of them is better than RC4."""

# IANA TLS Cipher Suites registry; 0x0060–0x0066 are of the expired draft-ietf-tls-56-bit-ciphersuites-01.
NAMES: Mapping[int, str] = MappingProxyType(
    {
        0x0001: "TLS_RSA_WITH_NULL_MD5",
        0x0002: "TLS_RSA_WITH_NULL_SHA",
        0x0003: "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
        0x0004: "TLS_RSA_WITH_RC4_128_MD5",
        0x0005: "TLS_RSA_WITH_RC4_128_SHA",
        0x0006: "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5",
        0x0007: "TLS_RSA_WITH_IDEA_CBC_SHA",
        0x0008: "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA",
        0x0009: "TLS_RSA_WITH_DES_CBC_SHA",
        0x000A: "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
        0x000B: "TLS_DH_DSS_EXPORT_WITH_DES40_CBC_SHA",
        0x000C: "TLS_DH_DSS_WITH_DES_CBC_SHA",
        0x000D: "TLS_DH_DSS_WITH_3DES_EDE_CBC_SHA",
        0x000E: "TLS_DH_RSA_EXPORT_WITH_DES40_CBC_SHA",
        0x000F: "TLS_DH_RSA_WITH_DES_CBC_SHA",
        0x0010: "TLS_DH_RSA_WITH_3DES_EDE_CBC_SHA",
        0x0011: "TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA",
        0x0012: "TLS_DHE_DSS_WITH_DES_CBC_SHA",
        0x0013: "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA",
        0x0014: "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA",
        0x0015: "TLS_DHE_RSA_WITH_DES_CBC_SHA",
        0x0016: "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
        0x0017: "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5",
        0x0018: "TLS_DH_anon_WITH_RC4_128_MD5",
        0x0019: "TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA",
        0x001A: "TLS_DH_anon_WITH_DES_CBC_SHA",
        0x001B: "TLS_DH_anon_WITH_3DES_EDE_CBC_SHA",
        0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA",
        0x0032: "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",
        0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
        0x0034: "TLS_DH_anon_WITH_AES_128_CBC_SHA",
        0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
        0x0038: "TLS_DHE_DSS_WITH_AES_256_CBC_SHA",
        0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
        0x003A: "TLS_DH_anon_WITH_AES_256_CBC_SHA",
        0x003B: "TLS_RSA_WITH_NULL_SHA256",
        0x003C: "TLS_RSA_WITH_AES_128_CBC_SHA256",
        0x003D: "TLS_RSA_WITH_AES_256_CBC_SHA256",
        0x0040: "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256",
        0x0041: "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA",
        0x0044: "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA",
        0x0045: "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA",
        0x0046: "TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA",
        0x0060: "TLS_RSA_EXPORT1024_WITH_RC4_56_MD5",
        0x0061: "TLS_RSA_EXPORT1024_WITH_RC2_CBC_56_MD5",
        0x0062: "TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA",
        0x0063: "TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA",
        0x0064: "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA",
        0x0065: "TLS_DHE_DSS_EXPORT1024_WITH_RC4_56_SHA",
        0x0066: "TLS_DHE_DSS_WITH_RC4_128_SHA",
        0x0067: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
        0x006A: "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256",
        0x006B: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
        0x006C: "TLS_DH_anon_WITH_AES_128_CBC_SHA256",
        0x006D: "TLS_DH_anon_WITH_AES_256_CBC_SHA256",
        0x0084: "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA",
        0x0087: "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA",
        0x0088: "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA",
        0x0089: "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA",
        0x0096: "TLS_RSA_WITH_SEED_CBC_SHA",
        0x0099: "TLS_DHE_DSS_WITH_SEED_CBC_SHA",
        0x009A: "TLS_DHE_RSA_WITH_SEED_CBC_SHA",
        0x009B: "TLS_DH_anon_WITH_SEED_CBC_SHA",
        0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256",
        0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
        0x009E: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
        0x009F: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
        0x00A2: "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256",
        0x00A3: "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384",
        0x00A6: "TLS_DH_anon_WITH_AES_128_GCM_SHA256",
        0x00A7: "TLS_DH_anon_WITH_AES_256_GCM_SHA384",
        0x00BA: "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256",
        0x00BE: "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256",
        0x00C0: "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256",
        0x00C4: "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256",
        0xC001: "TLS_ECDH_ECDSA_WITH_NULL_SHA",
        0xC002: "TLS_ECDH_ECDSA_WITH_RC4_128_SHA",
        0xC003: "TLS_ECDH_ECDSA_WITH_3DES_EDE_CBC_SHA",
        0xC006: "TLS_ECDHE_ECDSA_WITH_NULL_SHA",
        0xC007: "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
        0xC008: "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA",
        0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        0xC00B: "TLS_ECDH_RSA_WITH_NULL_SHA",
        0xC00C: "TLS_ECDH_RSA_WITH_RC4_128_SHA",
        0xC00D: "TLS_ECDH_RSA_WITH_3DES_EDE_CBC_SHA",
        0xC010: "TLS_ECDHE_RSA_WITH_NULL_SHA",
        0xC011: "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
        0xC012: "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        0xC015: "TLS_ECDH_anon_WITH_NULL_SHA",
        0xC016: "TLS_ECDH_anon_WITH_RC4_128_SHA",
        0xC017: "TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA",
        0xC018: "TLS_ECDH_anon_WITH_AES_128_CBC_SHA",
        0xC019: "TLS_ECDH_anon_WITH_AES_256_CBC_SHA",
        0xC023: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        0xC024: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
        0xC027: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        0xC028: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xC09C: "TLS_RSA_WITH_AES_128_CCM",
        0xC09D: "TLS_RSA_WITH_AES_256_CCM",
        0xC09E: "TLS_DHE_RSA_WITH_AES_128_CCM",
        0xC09F: "TLS_DHE_RSA_WITH_AES_256_CCM",
        0xC0AC: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
        0xC0AD: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM",
        0xC0AE: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
        0xC0AF: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8",
        0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCAA: "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    }
)

_MARKS = (
    ("_WITH_NULL_", Family.NULL),
    ("_anon_", Family.ANONYMOUS),
    ("_EXPORT", Family.EXPORT),
    ("_DES_CBC", Family.DES),
    ("_RC4_", Family.RC4),
    ("_3DES_", Family.BLOCK64),
    ("_IDEA_", Family.BLOCK64),
    ("_RC2_", Family.BLOCK64),
    ("TLS_RSA_", Family.RSA_KEY_EXCHANGE),
    ("TLS_DHE_", Family.FINITE_FIELD_DH),
    ("TLS_DH_anon_", Family.FINITE_FIELD_DH),
    ("_GCM_", Family.AEAD),
    ("_CCM", Family.AEAD),
    ("_POLY1305_", Family.AEAD),
)


def _by_name(name: str) -> frozenset[Family]:
    return frozenset(family for mark, family in _MARKS if mark in name)


FAMILIES: Mapping[int, frozenset[Family]] = MappingProxyType({n: _by_name(name) for n, name in NAMES.items()})


def suites_of(families: Iterable[Family], numbers: Iterable[int] = NAMES) -> tuple[int, ...]:
    """Those of `numbers` that have at least one of the families, in their order."""
    wanted = frozenset(families)
    return tuple(number for number in numbers if FAMILIES[number] & wanted)


_OPENSSL_CIPHERS = ("AES", "ARIA", "CAMELLIA", "DES", "IDEA", "NULL", "RC4", "SEED")
_OPENSSL_MARKS = (
    ("NULL", Family.NULL),
    ("RC4", Family.RC4),
    ("DES-CBC-", Family.DES),
    ("DES-CBC3", Family.BLOCK64),
    ("IDEA", Family.BLOCK64),
    ("RC2", Family.BLOCK64),
    ("GCM", Family.AEAD),
    ("CCM", Family.AEAD),
    ("POLY1305", Family.AEAD),
)
_OPENSSL_PREFIXES = (
    (("ADH-", "AECDH-"), Family.ANONYMOUS),
    (("EXP-",), Family.EXPORT),
    (("ADH-", "DHE-RSA-", "DHE-DSS-", "EDH-"), Family.FINITE_FIELD_DH),
    (_OPENSSL_CIPHERS, Family.RSA_KEY_EXCHANGE),
)


def families_of_openssl_name(name: str) -> frozenset[Family]:
    """The families of the suite that the ordinary handshake reported, by its OpenSSL name ("AES128-SHA").

    Source: openssl-ciphers(1), "CIPHER SUITE NAMES": no key exchange in the name means RSA.
    """
    found = {family for mark, family in _OPENSSL_MARKS if mark in name}
    found |= {family for prefixes, family in _OPENSSL_PREFIXES if name.startswith(prefixes)}
    return frozenset(found)
