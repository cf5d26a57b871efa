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
from checker.store.errors import DamagedError, whole
from checker.verdict import Verdict

T = TypeVar("T")

PACKED_MAX_BYTES = 64 * 1024 * 1024
"""More than any observation unpacks to (caps on all reads are far below): a guard against damaged files."""
_CHAIN = "chain"
"""The field of a handshake that holds certificates."""


def lifted(data: Any, put: Callable[[str, bytes], None], key: str = "") -> Any:
    """The codec's JSON with each certificate replaced by its digest; `put` gets digest and DER."""
    if isinstance(data, dict):
        return {name: lifted(value, put, name) for name, value in data.items()}
    if isinstance(data, list):
        return [
            _digest(value, put) if key == _CHAIN and isinstance(value, str) else lifted(value, put)
            for value in data
        ]
    return data


def lowered(data: Any, get: Callable[[str], bytes], key: str = "") -> Any:
    """What `lifted` was given; `get` gives the DER of a digest or raises KeyError."""
    if isinstance(data, dict):
        return {name: lowered(value, get, name) for name, value in data.items()}
    if isinstance(data, list):
        return [
            b64encode(get(value)).decode("ascii")
            if key == _CHAIN and isinstance(value, str)
            else lowered(value, get)
            for value in data
        ]
    return data


def digests(data: Any, key: str = "") -> frozenset[str]:
    """The certificates that lifted JSON refers to. Raises DamagedError."""
    found: set[str] = set()
    with whole("observation"):
        lowered(data, lambda digest: found.add(digest) or b"", key)  # type: ignore[func-returns-value]  # add gives None
    return frozenset(found)


def pack(data: Any) -> bytes:
    """JSON, compressed."""
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode("ascii"), 6)


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
        raise DamagedError(f"certificate {missing[0][:64]!a} is missing")
    return decoded


def _digest(text: str, put: Callable[[str, bytes], None]) -> str:
    der = b64decode(text)
    digest = sha256(der).hexdigest()
    put(digest, der)
    return digest
