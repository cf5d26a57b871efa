"""RRSIG RDATA, read (RFC 4034 §3.1). Pure; a validator reads more of these than of anything else, so it is cheap."""

import functools
import struct
from dataclasses import dataclass

from checker.dns.wire_names import MalformedNameError, WireNames

_FIXED = struct.Struct("!HBBIIIH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rrsig:
    """One RRSIG: `signer` absolute and lower case; `head` the RDATA before the signature, in canonical form."""

    type_covered: int
    algorithm: int
    labels: int
    original_ttl: int
    expiration: int
    inception: int
    key_tag: int
    signer: str
    signature: bytes
    head: bytes


@functools.lru_cache(maxsize=4096)
def rrsig_of(wire: bytes) -> Rrsig | None:
    """The RRSIG behind an observation's wire RDATA, or None when that cannot be read."""
    try:
        covered, algorithm, labels, ttl, expiration, inception, tag = _FIXED.unpack_from(wire)
        signer, end = WireNames(wire).read(_FIXED.size, len(wire))
    except (struct.error, MalformedNameError):
        return None
    if len(signer.wire) != end - _FIXED.size:
        return None  # a pointer, which is not allowed here
    return Rrsig(
        type_covered=covered,
        algorithm=algorithm,
        labels=labels,
        original_ttl=ttl,
        expiration=expiration,
        inception=inception,
        key_tag=tag,
        signer=signer.text,
        signature=wire[end:],
        head=wire[: _FIXED.size] + signer.wire.lower(),  # lengths are under 64 and so no letters
    )
