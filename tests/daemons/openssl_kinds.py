"""The kinds of TLS that today's OpenSSL plays in real servers: versions, suites, DH parameters, key. Pure data."""

from dataclasses import dataclass
from pathlib import Path

from tests.lab.certificates import KEYS
from tests.lab.scenario import Tls
from tests.lab.tls_contexts import INTERMEDIATE_SUITES, MODERN_SUITES, OLD_CBC_SUITES

OLD = ("TLSv1", "TLSv1.1")
MODERN = ("TLSv1.2", "TLSv1.3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`versions` by the names that nginx and Postfix share, `suites` in OpenSSL's notation."""

    versions: tuple[str, ...] = (*OLD, *MODERN)
    suites: str = INTERMEDIATE_SUITES
    dh_parameters: Path | None = None
    rsa_key: bool = False

    @property
    def cipher_list(self) -> str:
        """The suites with nothing forbidden for its age."""
        return f"{self.suites}:@SECLEVEL=0"


_DH_1024, _DH_2048 = KEYS / "dh_1024.pem", KEYS / "dh_2048.pem"

KINDS = {
    Tls.MODERN: Kind(versions=MODERN, suites=MODERN_SUITES),
    Tls.INTERMEDIATE: Kind(),
    Tls.TLS13_ONLY: Kind(versions=MODERN[1:], suites=MODERN_SUITES),
    Tls.TLS12_ONLY: Kind(versions=MODERN[:1], suites=MODERN_SUITES),
    Tls.TLS10_ONLY: Kind(versions=OLD[:1], suites=OLD_CBC_SUITES),
    Tls.RSA_KEY_EXCHANGE_ONLY: Kind(versions=MODERN[:1], suites="kRSA+AESGCM:kRSA+AES:!AESCCM", rsa_key=True),
    Tls.NULL_TOO: Kind(suites=f"{INTERMEDIATE_SUITES}:eNULL:!aNULL", rsa_key=True),
    Tls.ANONYMOUS_TOO: Kind(suites=f"{INTERMEDIATE_SUITES}:AECDH+AES:ADH+AES", dh_parameters=_DH_2048),
    Tls.DH_1024: Kind(suites=f"{INTERMEDIATE_SUITES}:DHE+AES:!aNULL", dh_parameters=_DH_1024, rsa_key=True),
    Tls.DH_2048: Kind(
        versions=MODERN, suites=f"{MODERN_SUITES}:DHE+AESGCM:!aNULL", dh_parameters=_DH_2048, rsa_key=True
    ),
}
