"""The one adapter for reading the chain a server sent: public API on Python 3.13+, the private one before."""

import ssl
from typing import Any


def sent_chain(session: ssl.SSLObject) -> tuple[bytes, ...]:
    """DER certificates in the order sent, leaf first; empty when none came.

    The chain as sent, not as OpenSSL would have built it: `get_unverified_chain` (public since Python 3.13).
    """
    public = getattr(session, "get_unverified_chain", None)
    if public is not None:
        return tuple(bytes(der) for der in public() or ())
    private: Any = session._sslobj  # type: ignore[attr-defined]  # noqa: SLF001 - no public way before 3.13
    return tuple(bytes(certificate.public_bytes(2)) for certificate in private.get_unverified_chain() or ())
    # 2 is _ssl.ENCODING_DER
