"""A server's first flight as it comes in, before OpenSSL sees it: refuses what would cost too much to compute.

Looks at nothing but the length of a finite-field Diffie-Hellman prime, and never at what is encrypted.
"""

from checker.network.errors import NetworkError
from checker.observations.failure import Failure

MAX_DH_PRIME_BITS = 4_096
"""Longer primes are not computed with: at 10 000 bits one handshake of 4 KiB takes seconds, and nobody else gets a turn."""

_CHANGE_CIPHER_SPEC, _HANDSHAKE, _APPLICATION_DATA = 20, 22, 23
_SERVER_KEY_EXCHANGE = 12
_MAX_BYTES = 131_072


class FirstFlight:
    """Feed it what the server sends during a handshake, in whatever pieces."""

    def __init__(self) -> None:
        self._input = bytearray()
        self._messages = bytearray()
        self._begun = self._over = False

    def see(self, data: bytes) -> None:
        """Take the next bytes. Raises NetworkError (TOO_MUCH) at a prime that is too long."""
        if self._over:
            return
        self._input += data
        while not self._over and self._record():
            pass
        if self._over or len(self._input) + len(self._messages) > _MAX_BYTES:
            self._over = True
            self._input.clear()
            self._messages.clear()

    def _record(self) -> bool:
        data = self._input
        if len(data) < 5:
            return False
        length = int.from_bytes(data[3:5])
        if data[0] in (_CHANGE_CIPHER_SPEC, _APPLICATION_DATA) and self._begun:
            self._over = True  # what follows is encrypted
            return False
        if len(data) < 5 + length:
            return False
        if data[0] != _HANDSHAKE:  # a warning, or what OpenSSL will complain of
            del data[: 5 + length]
            return True
        self._begun = True
        self._messages += data[5 : 5 + length]
        del data[: 5 + length]
        while self._message():
            pass
        return True

    def _message(self) -> bool:
        data = self._messages
        length = int.from_bytes(data[1:4])
        if len(data) < 4 or len(data) < 4 + length:
            return False
        if data[0] == _SERVER_KEY_EXCHANGE and dh_prime_bits(bytes(data[4 : 4 + length])) > MAX_DH_PRIME_BITS:
            raise NetworkError(Failure.TOO_MUCH, f"a Diffie-Hellman prime of over {MAX_DH_PRIME_BITS} bits")
        del data[: 4 + length]
        return True


def dh_prime_bits(body: bytes) -> int:
    """The bits of the prime when the body of a ServerKeyExchange reads as ServerDHParams, else 0 (RFC 5246 §7.4.3).

    Which suite was chosen is not asked: elliptic-curve parameters do not read as three numbers and a signature that
    end where the message ends.
    """
    numbers: list[bytes] = []
    at = 0
    for _ in range(3):
        length = int.from_bytes(body[at : at + 2])
        numbers.append(body[at + 2 : at + 2 + length])
        at += 2 + length
    if at > len(body):
        return 0
    signature = body[at:]
    bare = not signature  # anonymous
    old = len(signature) >= 2 and len(signature) == 2 + int.from_bytes(signature[:2])
    tls12 = len(signature) >= 4 and len(signature) == 4 + int.from_bytes(signature[2:4])
    return 8 * len(numbers[0].lstrip(b"\0")) if bare or old or tls12 else 0
