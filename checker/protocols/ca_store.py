"""The certificate store that chains are judged against: pinned and named, parsed when first asked. Judges nothing."""

import base64
import binascii
import functools
import hashlib
import re
from pathlib import Path

import certifi

from checker.protocols.certificate import UNREADABLE, load
from checker.protocols.distinguished_names import Canonical, canonical

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


class CaStore:
    """Trust anchors by subject. Every certificate in the store is an anchor, also one that is not self-signed.

    `name` is recorded with each judgement, so that an old one can be understood. Instances compare by identity.
    """

    def __init__(self, name: str, pem: bytes) -> None:
        self.name = name
        self._pem = pem
        self._by_subject: dict[Canonical, tuple[bytes, ...]] | None = None

    @classmethod
    @functools.cache
    def shipped(cls) -> "CaStore":
        """The Mozilla roots that come with the installed certifi."""
        return cls(f"certifi {certifi.__version__}", Path(certifi.where()).read_bytes())

    @classmethod
    def from_file(cls, path: Path) -> "CaStore":
        """The certificates of a PEM bundle. Raises OSError, and ValueError when it holds none that can be read."""
        pem = path.read_bytes()
        store = cls(f"{path.name} sha256:{hashlib.sha256(pem).hexdigest()[:16]}", pem)
        if not store._anchors:
            raise ValueError(f"no certificates in {path.name}")
        return store

    def with_subject(self, subject: Canonical) -> tuple[bytes, ...]:
        """DER of the anchors whose subject is this name."""
        return self._anchors.get(subject, ())

    @property
    def _anchors(self) -> dict[Canonical, tuple[bytes, ...]]:
        if self._by_subject is None:
            self._by_subject = _index(self._pem)
        return self._by_subject


def _index(pem: bytes) -> dict[Canonical, tuple[bytes, ...]]:
    found: dict[Canonical, tuple[bytes, ...]] = {}
    for block in _PEM.findall(pem):
        try:
            der = base64.b64decode(block)
            certificate = load(der)
            subject = canonical(certificate.subject) if certificate else None
        except (*UNREADABLE, binascii.Error):
            continue
        if subject is not None:
            found[subject] = (*found.get(subject, ()), der)
    return found
