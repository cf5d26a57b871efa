import contextlib
import json
import zlib
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.observations import codec
from checker.observations.row import Evidence
from checker.store import packing
from checker.store.errors import DamagedError
from checker.store.packing import (
    digests,
    evidence_from,
    lifted,
    lowered,
    pack,
    pack_verdicts,
    parked_from,
    unpack,
    unpack_verdicts,
)
from checker.verdict import Verdict
from tests.observations.test_codec import AWARE
from tests.store.samples import INTERMEDIATE, LEAF, evidence

st.register_type_strategy(datetime, AWARE)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(("chain", "row", "web", "mail", "value", "flags", "a")), inner)
    ),
    max_leaves=20,
)
CODED = codec.encode(evidence(0, LEAF, INTERMEDIATE))


def test_certificates_go_apart_and_come_back() -> None:
    ders: dict[str, bytes] = {}
    data = lifted(CODED, ders.__setitem__)
    assert set(ders.values()) == {LEAF, INTERMEDIATE}
    assert digests(data) == ders.keys()
    assert lowered(data, ders.__getitem__) == CODED
    assert evidence_from(data, ders) == evidence(0, LEAF, INTERMEDIATE)


@given(JSON)
def test_any_json_unpacks_to_itself(data: Any) -> None:
    assert unpack(pack(data)) == data


@settings(max_examples=25)
@given(st.lists(st.from_type(Verdict), max_size=3))
def test_verdicts_unpack_to_themselves(given_verdicts: list[Verdict]) -> None:
    assert unpack_verdicts(pack_verdicts(tuple(given_verdicts))) == tuple(given_verdicts)


PACKED = pack(lifted(CODED, lambda *_: None))


@settings(max_examples=200)
@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_no_changed_octet_goes_unnoticed(place: int, flip: int) -> None:
    broken = bytearray(PACKED)
    broken[place] ^= flip
    with contextlib.suppress(DamagedError):
        assert unpack(bytes(broken)) == unpack(PACKED), "it changed nothing but how it is packed"


@settings(max_examples=50)
@given(st.integers(0, len(PACKED) - 1))
def test_nothing_cut_short_unpacks(length: int) -> None:
    with pytest.raises(DamagedError):
        unpack(PACKED[:length])


@pytest.mark.parametrize(
    ("scenario", "packed"),
    [
        ("empty", b""),
        ("not compressed", b"{}"),
        ("something behind", PACKED + b"\0"),
        ("twice", PACKED * 2),
        ("not JSON", zlib.compress(b"{")),
        ("not ASCII", zlib.compress(b'"\xff"')),
        ("nested deeper than Python goes", zlib.compress(b"[" * 200_000)),
        ("nested deeper, and whole", zlib.compress(b"[" * 200_000 + b"]" * 200_000)),
        ("a number without end", zlib.compress(b"9" * 100_000)),
        ("a text where octets belong", "text"),
        ("nothing where octets belong", None),
    ],
)
def test_what_was_never_packed_is_damaged(scenario: str, packed: Any) -> None:
    for read in (unpack, unpack_verdicts):
        with pytest.raises(DamagedError):
            read(packed)


def test_a_bomb_is_not_unpacked_past_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "PACKED_MAX_BYTES", 1000)
    fits = json.dumps("x" * 998).encode()
    assert len(fits) == 1000
    assert unpack(zlib.compress(fits)) == "x" * 998
    with pytest.raises(DamagedError, match="larger than anything that was packed"):
        unpack(zlib.compress(b" " + fits))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_json_of_another_kind_is_damage_and_nothing_else(data: Any) -> None:
    for read in (
        lambda: evidence_from(data, {}),
        lambda: parked_from(data, {}),
        lambda: digests(data),
        lambda: unpack_verdicts(pack(data)),
    ):
        try:
            read()
        except DamagedError:
            continue


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_an_observation_with_one_part_changed_is_another_one_or_damage(data: st.DataObject) -> None:
    changed = json.loads(json.dumps(lifted(CODED, lambda *_: None)))
    part: Any = changed
    while isinstance(part, (dict, list)) and part:
        keys = sorted(part) if isinstance(part, dict) else range(len(part))
        key = data.draw(st.sampled_from(keys))
        holder, part = part, part[key]
    holder[key] = data.draw(JSON)
    with contextlib.suppress(DamagedError):
        assert isinstance(evidence_from(changed, dict.fromkeys(digests(changed), b"")), Evidence)


@pytest.mark.parametrize("missing", [LEAF, INTERMEDIATE])
def test_a_certificate_that_is_not_there_is_named(missing: bytes) -> None:
    ders: dict[str, bytes] = {}
    data = lifted(CODED, ders.__setitem__)
    left = {digest: der for digest, der in ders.items() if der != missing}
    (gone,) = ders.keys() - left.keys()
    with pytest.raises(DamagedError, match=f"certificate '{gone}' is missing"):
        evidence_from(data, left)
