"""The laboratory's reader of ClientHellos."""

from hypothesis import given
from hypothesis import strategies as st

from tests.lab.client_hello import ClientHello, MalformedHelloError, is_ssl2, missing, parse_client_hello
from tests.lab.raw_hello import SSL3, TLS10, TLS11, TLS12, hello, sni, ssl2_hello

HOST = "www.region.example"


def test_parse() -> None:
    versions = (43, b"\x06\x0a\x0a\x03\x04\x03\x03")
    parsed = parse_client_hello(hello(TLS12, (0x1301, 5), extensions=(sni(HOST), versions)))
    assert parsed.server_name == HOST
    assert (parsed.version, parsed.highest(), parsed.highest(TLS12), parsed.highest(TLS11)) == (
        TLS12,
        0x0304,
        TLS12,
        0,
    )
    assert parsed.suites == (0x1301, 5)
    assert not parsed.secure_renegotiation
    assert parse_client_hello(hello(TLS12, (0x00FF,))).secure_renegotiation


HELLOS = st.builds(
    hello,
    st.sampled_from([SSL3, TLS10, TLS11, TLS12]),
    st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=64),
    extensions=st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40)), max_size=6),
    compressions=st.binary(min_size=1, max_size=3),
)


@given(HELLOS)
def test_missing_counts_down_to_a_whole_hello(data: bytes) -> None:
    got = b""
    while wanted := missing(got):
        assert len(got) + wanted <= len(data)
        got = data[: len(got) + wanted]
    assert got == data
    assert isinstance(parse_client_hello(got), ClientHello)


@given(
    st.one_of(
        st.binary(max_size=200),
        HELLOS.flatmap(lambda data: st.integers(0, len(data)).map(lambda n: data[:n])),
    )
)
def test_parser_has_one_way_to_fail(data: bytes) -> None:
    assert missing(data) >= 0
    try:
        parsed = parse_client_hello(data)
    except MalformedHelloError:
        return
    assert parsed.ssl2_format == is_ssl2(data)
    assert isinstance(parsed.server_name, str | None)
    assert parsed.highest() <= 0x0304


def test_parse_ssl2() -> None:
    data = ssl2_hello(0x0002, (0x010080, 0x0700C0))
    assert missing(data[:20]) == len(data) - 20
    parsed = parse_client_hello(data)
    assert (parsed.version, parsed.suites, parsed.ssl2_format) == (0x0002, (0x010080, 0x0700C0), True)
