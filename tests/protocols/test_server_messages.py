import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.protocols.server_messages import (
    Fields,
    MalformedError,
    certificates,
    dh_prime_bits,
    server_hello,
    ssl2_version,
)

HELLO = b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2f" + b"\x00"


def test_server_hello() -> None:
    chosen = server_hello(HELLO + b"\x00\x09" + b"\xff\x01\x00\x01\x00" + b"\x00\x17\x00\x00")
    assert (chosen.version, chosen.suite, chosen.compression) == (0x0303, 0xC02F, 0)
    assert chosen.extensions == {0xFF01, 23}
    assert server_hello(HELLO).extensions == frozenset()


@pytest.mark.parametrize(
    "body",
    [HELLO[:-1], HELLO + b"\x00", HELLO + b"\x00\x05\x00\x17\x00\x02\x00", HELLO[:34] + b"\x21" + bytes(60)],
    ids=["cut short", "half a length", "an extension that lies", "session id of 33 bytes"],
)
def test_malformed_server_hello(body: bytes) -> None:
    with pytest.raises(MalformedError):
        server_hello(body)


def test_certificates() -> None:
    assert certificates(b"\x00\x00\x09" + b"\x00\x00\x01a" + b"\x00\x00\x02bc") == (b"a", b"bc")
    assert certificates(b"\x00\x00\x00") == ()
    with pytest.raises(MalformedError):
        certificates(b"\x00\x00\x04" + b"\x00\x00\x02b")


@pytest.mark.parametrize(
    ("prime", "bits"),
    [(b"\x80" + bytes(63), 512), (b"\x00\x7f", 7), (b"\x00", 0)],
    ids=["512", "leading zero", "zero"],
)
def test_dh_prime_bits(prime: bytes, bits: int) -> None:
    assert dh_prime_bits(len(prime).to_bytes(2) + prime + b"whatever follows") == bits


def test_ssl2_version() -> None:
    assert (
        ssl2_version(b"\x00\x01\x00\x02" + b"\x00\x01\x00\x03\x00\x02" + b"C" + b"\x01\x00\x80" + b"id") == 2
    )
    with pytest.raises(MalformedError):
        ssl2_version(b"\x00\x01\x00\x02" + b"\x00\x01\x00\x03\x00\x02" + b"C")


@given(st.binary(max_size=80), st.lists(st.integers(0, 12), max_size=6))
def test_fields_take_all_or_fail(data: bytes, sizes: list[int]) -> None:
    fields, taken = Fields(data), b""
    for size in sizes:
        if size > fields.left:
            with pytest.raises(MalformedError):
                fields.take(size)
        else:
            taken += fields.take(size)
    assert data.startswith(taken)
    assert fields.left == len(data) - len(taken)
