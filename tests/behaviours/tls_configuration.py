"""What web servers offer of TLS: versions, suites, extensions, and odd ways to answer hellos."""

from tests.behaviours.behaviour import Behaviour
from tests.lab.scenario import Http, Tls, Web

OLD_VERSIONS = frozenset({"tls10_offered", "tls11_offered"})
WITH_RSA_KEY = OLD_VERSIONS | {"rsa_key_exchange"}
"""What every INTERMEDIATE server has whose certificate has an RSA key: those that play suites from before ECDSA."""


def _web(tls: Tls) -> Web:
    return Web(tls=tls)


def _good(
    name: str, says: str, tls: Tls, *findings: str, notes: tuple[str, ...] = (), daemon: str = ""
) -> Behaviour:
    """One whose cell is `Ja`: warnings at the most."""
    return Behaviour(
        name=name,
        says=says,
        web=_web(tls),
        cells={"https": "Ja"},
        findings=frozenset(findings),
        notes=frozenset(notes),
        never=frozenset({"tls_not_tested"}),
        daemon=daemon,
    )


def _weak(
    name: str,
    says: str,
    tls: Tls,
    *findings: str,
    besides: frozenset[str] = WITH_RSA_KEY,
    in_2017: str = "",
    daemon: str = "",
) -> Behaviour:
    """One that is INTERMEDIATE but for a weakness."""
    return Behaviour(
        name=name,
        says=says,
        web=_web(tls),
        cells={"https": "Ja (F)"},
        cells_2017={"https": in_2017} if in_2017 else {},
        findings=besides | set(findings),
        daemon=daemon,
    )


CONFIGURATION: tuple[Behaviour, ...] = (
    _good("tls-modern", "TLS 1.2 and 1.3, ECDHE with AEAD.", Tls.MODERN, daemon="nginx"),
    _good("tls13-only", "TLS 1.3 and nothing else.", Tls.TLS13_ONLY, daemon="nginx"),
    _good("tls12-only", "TLS 1.2 and nothing else.", Tls.TLS12_ONLY, notes=("no_tls13",), daemon="nginx"),
    _weak(
        "tls-intermediate",
        "TLS 1.0 to 1.3, what was good in 2017.",
        Tls.INTERMEDIATE,
        besides=OLD_VERSIONS,
        in_2017="Ja",
        daemon="nginx",
    ),
    Behaviour(
        name="tls10-only",
        says="TLS 1.0 and nothing newer.",
        web=_web(Tls.TLS10_ONLY),
        cells={"https": "Ja (F)"},
        cells_2017={"https": "Ja"},
        findings=frozenset({"tls10_offered", "no_tls12_or_newer"}),
        never=frozenset({"no_tls13", "tls_not_tested"}),
        daemon="openssl",
    ),
    _weak("ssl3-too", "SSLv3 besides newer versions.", Tls.SSL3_TOO, "ssl3_offered", daemon="jsse"),
    Behaviour(
        name="ssl3-only",
        says="SSLv3 and nothing newer: only a raw hello can talk to it.",
        web=_web(Tls.SSL3_ONLY),
        cells={"https": "Ja (F)"},
        findings=frozenset(
            {
                *("tls_raw_hello_only", "ssl3_offered", "no_tls12_or_newer"),
                *("rc4_suites", "block64_suites", "rsa_key_exchange"),
            }
        ),
        notes=frozenset({"https_content_not_tested"}),
        never=frozenset({"rc4_only", "https_published_but_dead"}),
        daemon="jsse",
    ),
    _weak("ssl2-too", "An SSLv2 hello gets an SSLv2 answer.", Tls.SSL2_TOO, "ssl2_offered"),
    _weak(
        "rc4-too",
        "RC4 for clients that have nothing better.",
        Tls.RC4_TOO,
        "rc4_suites",
        in_2017="Ja",
        daemon="jsse",
    ),
    Behaviour(
        name="rc4-only",
        says="TLS 1.0 with RC4 and nothing else.",
        web=_web(Tls.RC4_ONLY),
        cells={"https": "Ja (F)"},
        findings=frozenset(
            {
                *("tls_raw_hello_only", "rc4_only", "tls10_offered", "no_tls12_or_newer"),
                *("rsa_key_exchange", "no_secure_renegotiation", "no_extended_master_secret"),
            }
        ),
        notes=frozenset({"https_content_not_tested"}),
        daemon="jsse",
    ),
    _weak(
        "export-too",
        "EXPORT suites with 40-bit keys, RC4 and RC2 among them.",
        Tls.EXPORT_TOO,
        *("export_suites", "rc4_suites", "block64_suites"),
        daemon="jsse",
    ),
    _weak("des-too", "Single DES, for hellos older than TLS 1.2.", Tls.DES_TOO, "des_suites", daemon="jsse"),
    _weak(
        "triple-des-too",
        "3DES for clients that have nothing better.",
        Tls.TRIPLE_DES_TOO,
        "block64_suites",
        in_2017="Ja",
        daemon="jsse",
    ),
    _weak("null-too", "Suites without encryption.", Tls.NULL_TOO, "null_suites", daemon="nginx"),
    _weak(
        "anonymous-too",
        "Suites without a certificate.",
        Tls.ANONYMOUS_TOO,
        "anonymous_suites",
        besides=OLD_VERSIONS,
        daemon="nginx",
    ),
    _weak("dh-512", "Diffie-Hellman over 512 bits.", Tls.DH_512, "dh_prime_below_1024"),
    _weak(
        "dh-1024",
        "Diffie-Hellman over 1024 bits.",
        Tls.DH_1024,
        "dh_prime_below_2048",
        in_2017="Ja",
        daemon="nginx",
    ),
    _good("dh-2048", "Diffie-Hellman over 2048 bits.", Tls.DH_2048, "dhe_key_exchange", daemon="nginx"),
    _good(
        "rsa-key-exchange-only",
        "TLS 1.2 without forward secrecy.",
        Tls.RSA_KEY_EXCHANGE_ONLY,
        "rsa_key_exchange",
        notes=("no_tls13",),
        daemon="nginx",
    ),
    _weak(
        "compression",
        "TLS compression.",
        Tls.COMPRESSION,
        "tls_compression",
        besides=OLD_VERSIONS,
        in_2017="Ja",
    ),
    _good("heartbeat", "The heartbeat extension is answered.", Tls.HEARTBEAT, notes=("heartbeat_offered",)),
    _good(
        "no-rfc5746",
        "Knows nothing of secure renegotiation.",
        Tls.NO_RENEGOTIATION_INFO,
        "no_secure_renegotiation",
    ),
    _good(
        "no-master-secret",
        "Knows nothing of the extended master secret.",
        Tls.NO_MASTER_SECRET,
        "no_extended_master_secret",
    ),
    _good("tls-fragmented", "A handshake in records of seven bytes.", Tls.FRAGMENTED, notes=("no_tls13",)),
    _good("tls-byte-by-byte", "A handshake that comes a byte at a time.", Tls.BYTE_BY_BYTE),
    _good("drops-old-hellos", "A firewall that answers no hello older than TLS 1.2.", Tls.DROPS_OLD),
    _good("resets-on-refusal", "Resets where others send an alert.", Tls.RESETS_ON_REFUSAL),
    _good("at-most-64-suites", "Resets on hellos with over 64 suites.", Tls.AT_MOST_64_SUITES),
    _good("warns-of-the-name", "A warning of unrecognized_name comes first.", Tls.WARNS_OF_NAME),
    Behaviour(
        name="fed-up-with-hellos",
        says="Answers three raw hellos in a row and then no more.",
        web=Web(tls=Tls.FED_UP, http=Http.CONTENT),
        cells={"https": "Ja (N)"},
        findings=frozenset({"http_not_redirected"}),
        notes=frozenset({"tls_not_tested"}),
    ),
)
