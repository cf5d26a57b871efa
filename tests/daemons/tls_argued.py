"""Where a scanner and we may differ on a TLS service: every disagreement that stands, with the reason why ours stands."""

import re
from dataclasses import dataclass

OPENSSL, SSLSCAN, TESTSSL, CONFIGURED = "openssl", "sslscan", "testssl", "configured"
UNTOLD = "untold"
"""What stands for a word that is not said."""


@dataclass(frozen=True, slots=True)
class Argued:
    """Services (by a pattern of their label) on which `word` may be any of these pairs, ours first."""

    oracle: str
    services: str
    word: str
    pairs: tuple[tuple[str, str], ...]
    why: str

    def covers(self, oracle: str, service: str, word: str, ours: str, theirs: str) -> bool:
        """Whether this disagreement is the one that is argued here."""
        fits = re.fullmatch(self.services, service) and re.fullmatch(self.word, word)
        return oracle == self.oracle and bool(fits) and (ours, theirs) in self.pairs


_TEN = (
    "A plan of ten connections: the first weak suite that is found decides, and a family of which none was shown is "
    "left untested unless both `weak` hellos asked for it in vain (measuring.md)."
)
_WEAK_ONES = r".*(null_too|anonymous_too|rc4_too|export_too|des_too|museum|heartbeat)"
_WEAK_WORDS = "(null|anonymous|export|des|rc4)_suites"
_NO_OLD = "Debian's OpenSSL is built without SSLv3, RC4, DES and EXPORT: it finds no common suite."
_SHORT = "OpenSSL 3 gives up on a 512-bit prime; the raw hello reads it off the ServerKeyExchange."
_OWN_SUITES = "The 512-bit prime comes with EXPORT suites, which the tool's OpenSSL does not know: the shortest prime counts."
_UNTESTED = ((UNTOLD, "no"), (UNTOLD, "yes"))

ARGUED = (
    Argued(SSLSCAN, _WEAK_ONES, _WEAK_WORDS, _UNTESTED, _TEN),
    Argued(TESTSSL, _WEAK_ONES, _WEAK_WORDS, _UNTESTED, _TEN),
    Argued(CONFIGURED, _WEAK_ONES, _WEAK_WORDS, _UNTESTED, _TEN),
    Argued(OPENSSL, _WEAK_ONES, _WEAK_WORDS, _UNTESTED, _TEN),
    Argued(OPENSSL, r"jsse:\d+ (ssl3|rc4)_only", "tls10|rsa_key_exchange", (("yes", "no"),), _NO_OLD),
    Argued(OPENSSL, "lab:443 dh_512", "dhe", (("yes", "no"),), _SHORT),
    Argued(SSLSCAN, "lab:443 dh_512", "dhe", (("yes", "no"),), _SHORT),
    Argued(OPENSSL, r"jsse:\d+ museum", "dh_prime_bits", (("512", "2048"),), _OWN_SUITES),
    Argued(SSLSCAN, r"jsse:\d+ museum", "dh_prime_bits", (("512", "2048"),), _OWN_SUITES),
    Argued(
        OPENSSL,
        "nginx:443 cn_only",
        "names_host",
        (("no", "yes"),),
        "The host stands in CN only, which OpenSSL's -checkhost still takes; RFC 9525 §2 does not.",
    ),
)


def argued(oracle: str, service: str, word: str, ours: str, theirs: str) -> Argued | None:
    """The entry that covers a disagreement, if any."""
    return next((entry for entry in ARGUED if entry.covers(oracle, service, word, ours, theirs)), None)
