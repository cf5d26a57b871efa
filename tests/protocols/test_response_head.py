import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.protocols.response_head import MAX_INTERIM_RESPONSES, ResponseHead, lenient_head

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("received", "head"),
    [
        pytest.param(OK + b"A: b\r\n\r\nHej", (200, {b"A": b"b"}, b"Hej"), id="sound"),
        pytest.param(OK + b"A : b\r\n\r\n", (200, {b"A": b"b"}, b""), id="blank before the colon"),
        pytest.param(OK + b"nonsense\r\nA: b\r\n\r\n", (200, {b"A": b"b"}, b""), id="no colon"),
        pytest.param(OK + b": x\r\nA: b\r\n\r\n", (200, {b"A": b"b"}, b""), id="no name"),
        pytest.param(OK + b"A B: c\r\n\r\n", (200, {b"A B": b"c"}, b""), id="blank in the name"),
        pytest.param(
            OK + b"Content-Length: many\r\n\r\n", (200, {b"Content-Length": b"many"}, b""), id="length"
        ),
        pytest.param(OK + b"A: b\r\n  c\r\n\r\n", (200, {b"A": b"b c"}, b""), id="folded"),
        pytest.param(
            b"HTTP/1.1 302\nLocation: /\n\nx", (302, {b"Location": b"/"}, b"x"), id="bare line feeds"
        ),
        pytest.param(b"\r\n\r\nHTTP/1.0  404  \r\n\r\n", (404, {}, b""), id="blanks here and there"),
        pytest.param(b"HTTP/1.1 103 X\r\nLink : x\r\n\r\n" + OK + b"\r\n", (200, {}, b""), id="early hints"),
    ],
)
def test_heads_that_browsers_read(received: bytes, head: tuple[int, dict[bytes, bytes], bytes]) -> None:
    status, fields, rest = head
    assert lenient_head(received) == ResponseHead(status=status, fields=tuple(fields.items()), rest=rest)


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>Hej\r\n\r\n", id="no status line"),
        pytest.param(b"SSH-2.0-x\r\n\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 20\r\n\r\n", id="two digits"),
        pytest.param(b"HTTP/1.1 2000 OK\r\n\r\n", id="four digits"),
        pytest.param(b"HTTP/1.1 099 X\r\n\r\n", id="below 100"),
        pytest.param(b"HTTP/1.1 101 X\r\n\r\n", id="switching protocols"),
        pytest.param(OK + b"A : b\r\n", id="without an end"),
        pytest.param(OK + b"A: \0\r\n\r\n", id="NUL"),
        pytest.param(
            b"HTTP/1.1 100 X\r\n\r\n" * (MAX_INTERIM_RESPONSES + 1) + OK + b"\r\n", id="only interim"
        ),
    ],
)
def test_what_is_no_head(received: bytes) -> None:
    assert lenient_head(received) is None


@given(
    st.lists(
        st.sampled_from([OK, b"HTTP/1.1 103 x", b"\r\n", b"\n", b" ", b"\t", b"A", b":", b"\0", b"\xe5"])
    )
)
def test_whatever_comes_is_read_or_not(pieces: list[bytes]) -> None:
    head = lenient_head(OK + b"".join(pieces))
    if head is not None:
        assert 200 <= head.status <= 999
        assert all(name == name.strip() != b"" and b"\n" not in name + value for name, value in head.fields)
