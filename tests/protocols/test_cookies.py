import pytest

from checker.protocols.cookies import MAX_COOKIES, header, remember


@pytest.mark.parametrize(
    ("lines", "scheme", "host", "sent"),
    [
        pytest.param(["seen=1; Path=/; HttpOnly"], "http", "a.se", "seen=1", id="one"),
        pytest.param(["a=1", "b=2", "a=3"], "http", "a.se", "a=3; b=2", id="the last of a name"),
        pytest.param(["a=1"], "http", "b.se", "", id="another host"),
        pytest.param(["a=1"], "http", "www.a.se", "", id="a host below"),
        pytest.param(["a=1; Domain=.A.se"], "http", "www.a.se", "a=1", id="for a domain, a host below"),
        pytest.param(["a=1; Domain=a.se"], "http", "a.se", "a=1", id="for a domain, the host itself"),
        pytest.param(["a=1; Domain=a.se"], "http", "xa.se", "", id="for a domain, another one"),
        pytest.param(["a=1; Domain=b.se"], "http", "b.se", "", id="for somebody else's domain"),
        pytest.param(["a=1; Domain="], "http", "a.se", "a=1", id="for no domain"),
        pytest.param(["a=1; Secure"], "http", "a.se", "", id="secure, over http"),
        pytest.param(["a=1; Secure"], "https", "a.se", "a=1", id="secure, over https"),
        pytest.param(["a=1", "a=x; Max-Age=0"], "http", "a.se", "", id="taken back"),
        pytest.param(["=1", "; x", ""], "http", "a.se", "", id="no name"),
        pytest.param(["a=\x01"], "http", "a.se", "", id="control character"),
        pytest.param([f"a={'x' * 5000}"], "http", "a.se", "", id="too long"),
    ],
)
def test_echo(lines: list[str], scheme: str, host: str, sent: str) -> None:
    assert header(remember((), "a.se", lines), scheme, host) == sent


def test_the_jar_is_bounded() -> None:
    assert len(remember((), "a.se", [f"c{number}=1" for number in range(100)])) == MAX_COOKIES
