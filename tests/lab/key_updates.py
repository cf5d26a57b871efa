"""A TLS 1.3 server that completes its half of a handshake and then renews its keys for ever (RFC 8446 §4.6.3, §7).

No library plays this. Only what one client of ours needs: X25519, TLS_AES_128_GCM_SHA256, an EC P-256 leaf, no client
authentication, and nothing that the client says after its hello is looked at.
"""

import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.lab.certificates import Chain

EMPTY: Final = hashlib.sha256(b"").digest()
ZEROS: Final = bytes(32)
KEY_UPDATE = b"\x18\x00\x00\x01\x01"
"""update_requested: the client is to renew its keys too."""
_X25519_SHARE = b"\x00\x1d\x00\x20"
_APPLICATION_DATA, _HANDSHAKE = b"\x17\x03\x03", b"\x16"
_CHANGE_CIPHER_SPEC = b"\x14\x03\x03\x00\x01\x01"


def renewable(record: bytes) -> bool:
    """Whether a hello, with its record header, brings what `KeyUpdates` needs."""
    return _X25519_SHARE in record and b"\x13\x01" in record


class KeyUpdates:
    """One connection: `flight` answers a hello (with its record header), `next_update` is one record more."""

    def __init__(self, record: bytes, chain: Chain) -> None:
        hello = record[5:]
        key, certificates = chain
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        at = hello.index(_X25519_SHARE) + len(_X25519_SHARE)
        ours = X25519PrivateKey.generate()
        secret = ours.exchange(X25519PublicKey.from_public_bytes(hello[at : at + 32]))
        public = ours.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        session = hello[38 : 39 + hello[38]]
        extensions = b"\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x24" + _X25519_SHARE + public
        server_hello = _message(2, b"\x03\x03" + ZEROS + session + b"\x13\x01\x00" + _vector(extensions, 2))
        said = hello + server_hello
        handshake = _extract(_derived(_extract(ZEROS, ZEROS)), secret)
        traffic = _expand(handshake, "s hs traffic", hashlib.sha256(said).digest())
        listed = b"".join(_vector(one.public_bytes(Encoding.DER), 3) + b"\x00\x00" for one in certificates)
        messages = _message(8, b"\x00\x00") + _message(11, b"\x00" + _vector(listed, 3))
        signed = (
            b" " * 64 + b"TLS 1.3, server CertificateVerify\x00" + hashlib.sha256(said + messages).digest()
        )
        messages += _message(15, b"\x04\x03" + _vector(key.sign(signed, ec.ECDSA(hashes.SHA256())), 2))
        finished = _expand(traffic, "finished", b"")
        digest = hashlib.sha256(said + messages).digest()
        messages += _message(20, hmac.digest(finished, digest, "sha256"))
        self._secret = _expand(
            _extract(_derived(handshake), ZEROS), "s ap traffic", hashlib.sha256(said + messages).digest()
        )
        self.flight = (
            b"\x16\x03\x03" + _vector(server_hello, 2) + _CHANGE_CIPHER_SPEC + _sealed(traffic, messages)
        )

    def next_update(self) -> bytes:
        """A KeyUpdate under the keys at hand, which are renewed with it."""
        record = _sealed(self._secret, KEY_UPDATE)
        self._secret = _expand(self._secret, "traffic upd", b"")
        return record


def _sealed(secret: bytes, messages: bytes) -> bytes:
    """The first record under the keys of `secret`."""
    key, nonce = _expand(secret, "key", b"", 16), _expand(secret, "iv", b"", 12)
    inner = messages + _HANDSHAKE
    header = _APPLICATION_DATA + (len(inner) + 16).to_bytes(2, "big")
    return header + AESGCM(key).encrypt(nonce, inner, header)


def _extract(salt: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt, secret, "sha256")


def _derived(secret: bytes) -> bytes:
    return _expand(secret, "derived", EMPTY)


def _expand(secret: bytes, label: str, context: bytes, size: int = 32) -> bytes:
    """HKDF-Expand-Label, for at most one block."""
    info = size.to_bytes(2, "big") + _vector(b"tls13 " + label.encode("ascii"), 1) + _vector(context, 1)
    return hmac.digest(secret, info + b"\x01", "sha256")[:size]


def _message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + _vector(body, 3)


def _vector(data: bytes, size: int) -> bytes:
    return len(data).to_bytes(size, "big") + data
