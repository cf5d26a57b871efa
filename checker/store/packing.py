"""Observations and verdicts as the store keeps them: the codec's JSON, compressed, certificates apart. Pure.

Certificates are most of what does not compress, and the same ones stand for weeks: they are kept once, by digest.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any, TypeVar

from checker.observations import codec
from checker.observations.row import Evidence
from checker.parking import Parked
from checker.report.verdict_data import verdict_from
from checker.store.errors import DamagedError, shown, whole
from checker.verdict import Verdict

T = TypeVar("T")

PACKED_MAX_BYTES = 64 * 1024 * 1024
"""More than any observation unpacks to (caps on all reads are far below): a guard against damaged files."""
LEVEL = 6
"""Of zlib."""
_CHAIN = "chain"
"""The field of a handshake that holds certificates."""
_NESTED = (dict, list)
"""What JSON nests: exactly these types, from `json.loads` as from the codec."""


def lifted(data: Any, put: Callable[[str, bytes], None]) -> Any:
    """The codec's JSON with each certificate replaced by its digest; `put` gets digest and DER."""
    return _exchanged(data, lambda text: _digest(text, put))


def lowered(data: Any, get: Callable[[str], bytes]) -> Any:
    """What `lifted` was given; `get` gives the DER of a digest or raises KeyError."""
    return _exchanged(data, lambda digest: b64encode(get(digest)).decode("ascii"))


def digests(data: Any) -> frozenset[str]:
    """The certificates that lifted JSON refers to."""
    found: set[str] = set()
    waiting = [data]
    while waiting:
        inner = waiting.pop()
        if type(inner) is dict:
            for name, value in inner.items():
                if type(value) in _NESTED:
                    waiting.append(value)
                    if name == _CHAIN and type(value) is list:
                        found.update(digest for digest in value if type(digest) is str)
        elif type(inner) is list:
            waiting.extend([value for value in inner if type(value) in _NESTED])
    return frozenset(found)


def pack(data: Any) -> bytes:
    """JSON, compressed."""
    return packed_text(json.dumps(data, separators=(",", ":")))


def packed_text(text: str) -> bytes:
    """What `pack` makes of JSON that is text already."""
    return zlib.compress(text.encode("ascii"), LEVEL)


def unpack(packed: bytes) -> Any:
    """What `pack` was given. Raises DamagedError."""
    reader = zlib.decompressobj()
    try:
        plain = reader.decompress(packed, PACKED_MAX_BYTES)
    except (zlib.error, TypeError) as error:
        raise DamagedError(str(error)) from None
    if not reader.eof or reader.unused_data:
        raise DamagedError("cut short, or larger than anything that was packed")
    with whole("not JSON"):
        return json.loads(plain)


def without(data: Any, *parts: str) -> Any:
    """The JSON of an observation as if these parts had not been asked for: what is not read need not be decoded."""
    if not isinstance(data, dict):
        return data  # damaged, and whoever decodes it says so
    return {name: None if name in parts else value for name, value in data.items()}


def evidence_from(data: Any, ders: Mapping[str, bytes]) -> Evidence:
    """The evidence that `lifted(codec.encode(evidence))` came of. Raises DamagedError."""
    return _decoded(Evidence, data, ders)


def parked_from(data: Any, ders: Mapping[str, bytes]) -> Parked:
    """The waiting row that `lifted(codec.encode(parked))` came of. Raises DamagedError."""
    return _decoded(Parked, data, ders)


def pack_verdicts(verdicts: tuple[Verdict, ...]) -> bytes:
    """The verdicts of one row, in full."""
    return pack([asdict(verdict) for verdict in verdicts])


def unpack_verdicts(packed: bytes) -> tuple[Verdict, ...]:
    """What `pack_verdicts` was given. Raises DamagedError."""
    with whole("verdicts"):
        return tuple(map(verdict_from, unpack(packed)))


def _decoded(kind: type[T], data: Any, ders: Mapping[str, bytes]) -> T:
    missing: list[str] = []

    def der(digest: str) -> bytes:
        if digest not in ders:
            missing.append(digest)
        return ders.get(digest, b"")

    with whole("observation"):
        decoded = codec.decode(kind, lowered(data, der))
    if missing:
        raise DamagedError(f"certificate {shown(missing[0])} is missing")
    return decoded


def _exchanged(data: Any, exchange: Callable[[str], str], *, is_chain: bool = False) -> Any:
    """The same JSON with each text of each chain exchanged. Most of it is plain values: they cost no call."""
    if type(data) is dict:
        return {
            name: _exchanged(value, exchange, is_chain=name == _CHAIN) if type(value) in _NESTED else value
            for name, value in data.items()
        }
    if type(data) is not list:
        return data
    if is_chain:
        return [exchange(value) if type(value) is str else _exchanged(value, exchange) for value in data]
    return [_exchanged(value, exchange) if type(value) in _NESTED else value for value in data]


def _digest(text: str, put: Callable[[str, bytes], None]) -> str:
    der = b64decode(text)
    digest = sha256(der).hexdigest()
    put(digest, der)
    return digest
