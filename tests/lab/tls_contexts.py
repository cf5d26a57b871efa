"""OpenSSL's settings for each kind of laboratory server: versions, suites, DH parameters, chain. No conversation."""

import ssl
import tempfile
import warnings

from tests.lab.canned import CANNED
from tests.lab.certificates import KEYS, Chain, chain_pem
from tests.lab.scenario import Tls

MODERN_SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
INTERMEDIATE_SUITES = f"{MODERN_SUITES}:ECDHE+AES:kRSA+AESGCM:kRSA+AES:!AESCCM"
OLD_CBC_SUITES = "ECDHE+AES:kRSA+AES:!AESGCM:!AESCCM:!SHA256:!SHA384"
_EXTRA_SUITES = {
    Tls.NULL_TOO: "eNULL:!aNULL",
    Tls.ANONYMOUS_TOO: "AECDH+AES:ADH+AES",
    Tls.DH_1024: "DHE+AES:!aNULL",
}
_DH_PARAMETERS = {
    Tls.ANONYMOUS_TOO: "dh_2048.pem",
    Tls.DH_1024: "dh_1024.pem",
    Tls.DH_2048: "dh_2048.pem",
}
RSA_LEAF = CANNED | {Tls.NULL_TOO, Tls.DH_1024, Tls.DH_2048, Tls.RSA_KEY_EXCHANGE_ONLY}
_RANGES = {
    Tls.TLS13_ONLY: (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.MAXIMUM_SUPPORTED),
    Tls.TLS12_ONLY: (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2),
    Tls.FRAGMENTED: (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2),
    Tls.RSA_KEY_EXCHANGE_ONLY: (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2),
    # TLS 1.0 in effect: SSLv3 is off by an option. Naming it would be deprecated.
    Tls.TLS10_ONLY: (ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.MINIMUM_SUPPORTED),
}
_MODERN = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.MAXIMUM_SUPPORTED)
_INTERMEDIATE = (ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.MAXIMUM_SUPPORTED)
_MODERN_KINDS = frozenset(
    {
        *(Tls.MODERN, Tls.DH_2048, Tls.HEARTBEAT, Tls.NO_RENEGOTIATION_INFO, Tls.NO_MASTER_SECRET),
        *(Tls.BYTE_BY_BYTE, Tls.DROPS_OLD, Tls.RESETS_ON_REFUSAL, Tls.AT_MOST_64_SUITES, Tls.FED_UP),
        *(Tls.WARNS_OF_NAME, Tls.TLS13_ONLY, Tls.TLS12_ONLY, Tls.FRAGMENTED),
    }
)
_SUITES = {
    Tls.RSA_KEY_EXCHANGE_ONLY: "kRSA+AESGCM:kRSA+AES:!AESCCM",
    Tls.TLS10_ONLY: OLD_CBC_SUITES,
    Tls.DH_2048: f"{MODERN_SUITES}:DHE+AESGCM:!aNULL",
}


def context_for(tls: Tls, chain: Chain) -> ssl.SSLContext:
    """The settings of a server of this kind that shows this chain."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    modern = tls in _MODERN_KINDS
    lowest, highest = _RANGES.get(tls, _MODERN if modern else _INTERMEDIATE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what is played
        context.minimum_version, context.maximum_version = lowest, highest
    usual = MODERN_SUITES if modern else ":".join(filter(None, (INTERMEDIATE_SUITES, _EXTRA_SUITES.get(tls))))
    suites = _SUITES.get(tls, usual)
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_TICKET
    context.num_tickets = 0
    if tls in _DH_PARAMETERS:
        context.load_dh_params(str(KEYS / _DH_PARAMETERS[tls]))
    with tempfile.NamedTemporaryFile(suffix=".pem") as pem:  # the ssl module reads chains from files only
        pem.write(chain_pem(chain))
        pem.flush()
        context.load_cert_chain(pem.name)
    return context
