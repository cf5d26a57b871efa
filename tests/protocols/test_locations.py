from ipaddress import ip_address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.protocols.locations import MAX_LOCATION_CHARACTERS, BadLocation, WebUrl, resolve

HERE = WebUrl(scheme="http", host="www.example.se", port=80, target="/a/b?q=1")


@pytest.mark.parametrize(
    ("location", "url"),
    [
        pytest.param("https://www.example.se/", "https://www.example.se/", id="absolute"),
        pytest.param("https://www.example.se", "https://www.example.se/", id="no path"),
        pytest.param("HTTPS://WWW.Example.SE./x", "https://www.example.se/x", id="case and trailing dot"),
        pytest.param("https://www.example.se:443/", "https://www.example.se/", id="default port"),
        pytest.param("https://www.example.se:/", "https://www.example.se/", id="empty port"),
        pytest.param("https://www.example.se:8443/", "https://www.example.se:8443/", id="odd port"),
        pytest.param("//cdn.example/x", "http://cdn.example/x", id="protocol-relative"),
        pytest.param("/x?y#z", "http://www.example.se/x?y", id="path, fragment dropped"),
        pytest.param("c", "http://www.example.se/a/c", id="relative"),
        pytest.param("../c/./d/..", "http://www.example.se/c/", id="dots"),
        pytest.param("../../../c", "http://www.example.se/c", id="dots past the top"),
        pytest.param("?x=2", "http://www.example.se/a/b?x=2", id="query only"),
        pytest.param("#top", "http://www.example.se/a/b?q=1", id="fragment only"),
        pytest.param(" \t/x\t ", "http://www.example.se/x", id="white space around"),
        pytest.param("/sv/å?ö", "http://www.example.se/sv/%C3%A5?%C3%B6", id="not ASCII"),
        pytest.param("/v\udce4lkommen?\udce5", "http://www.example.se/v%E4lkommen?%E5", id="ISO 8859-1"),
        pytest.param("/\ud800", "http://www.example.se/%3F", id="half a character"),
        pytest.param("/a\x07b\x7f", "http://www.example.se/a%07b%7F", id="control characters"),
        pytest.param("/a\r\n\tb", "http://www.example.se/ab", id="a line break"),
        pytest.param("/a b%20c", "http://www.example.se/a%20b%20c", id="a space"),
        pytest.param("https://user:pass@www.example.se/", "https://www.example.se/", id="userinfo"),
        pytest.param(
            "https://www.example.se@evil.example/", "https://evil.example/", id="userinfo in disguise"
        ),
        pytest.param("https://räksmörgås.se/", "https://xn--rksmrgs-5wao1o.se/", id="IDN"),
        pytest.param("https://XN--RKSMRGS-5WAO1O.se/", "https://xn--rksmrgs-5wao1o.se/", id="A-label"),
        pytest.param("https://www%2eexample.se/", "https://www.example.se/", id="escaped host"),
        pytest.param("https://my_host.example/", "https://my_host.example/", id="underscore"),
        pytest.param(r"https:\\www.example.se\x", "https://www.example.se/x", id="backslashes"),
        pytest.param("https:/www.example.se/", "https://www.example.se/", id="one slash, other scheme"),
        pytest.param("http:c", "http://www.example.se/a/c", id="own scheme without slashes"),
        pytest.param("https:////www.example.se/", "https://www.example.se/", id="too many slashes"),
        pytest.param("http://192.0.2.7/", "http://192.0.2.7/", id="IPv4"),
        pytest.param("http://[2001:DB8::7]:80/", "http://[2001:db8::7]/", id="IPv6"),
    ],
)
def test_good_locations(location: str, url: str) -> None:
    assert str(resolve(location, HERE)) == url


@pytest.mark.parametrize(
    ("location", "why"),
    [
        pytest.param("", BadLocation.EMPTY, id="empty"),
        pytest.param("  ", BadLocation.EMPTY, id="blank"),
        pytest.param("/" * (MAX_LOCATION_CHARACTERS + 1), BadLocation.TOO_LONG, id="long"),
        pytest.param("/" + "\U0001f512" * 1000, BadLocation.TOO_LONG, id="long once escaped"),
        pytest.param("https://www\x07.example.se/", BadLocation.BAD_HOST, id="bell in host"),
        pytest.param("https://www\x85.example.se/", BadLocation.BAD_HOST, id="C1 in host"),
        pytest.param("https://www\udce4.example.se/", BadLocation.BAD_HOST, id="ISO 8859-1 in host"),
        pytest.param("mailto:info@example.se", BadLocation.OTHER_SCHEME, id="mailto"),
        pytest.param("javascript:alert(1)", BadLocation.OTHER_SCHEME, id="javascript"),
        pytest.param("htps://www.example.se/", BadLocation.OTHER_SCHEME, id="mistyped scheme"),
        pytest.param("www.example.se:443/", BadLocation.OTHER_SCHEME, id="host and port only"),
        pytest.param("https://", BadLocation.BAD_HOST, id="no host"),
        pytest.param("https:///", BadLocation.BAD_HOST, id="only slashes"),
        pytest.param("https://exa mple.se/", BadLocation.BAD_HOST, id="space in host"),
        pytest.param("https://www..example.se/", BadLocation.BAD_HOST, id="empty label"),
        pytest.param("https://-x.se/", BadLocation.BAD_HOST, id="hyphen first"),
        pytest.param(f"https://{'a' * 64}.se/", BadLocation.BAD_HOST, id="long label"),
        pytest.param(f"https://{'a.' * 130}se/", BadLocation.BAD_HOST, id="long name"),
        pytest.param("https://%ff.se/", BadLocation.BAD_HOST, id="not UTF-8"),
        pytest.param("https://a%2fb.se/", BadLocation.BAD_HOST, id="escaped slash"),
        pytest.param("https://2130706433/", BadLocation.BAD_HOST, id="decimal address"),
        pytest.param("https://0x7f.1/", BadLocation.BAD_HOST, id="short address"),
        pytest.param("https://[::1/", BadLocation.BAD_HOST, id="open bracket"),
        pytest.param("https://[1::2:80/", BadLocation.BAD_HOST, id="open bracket and port"),
        pytest.param("https://[fe80::1%25eth0]/", BadLocation.BAD_HOST, id="zone"),
        pytest.param("https://::1/", BadLocation.BAD_HOST, id="no brackets"),
        pytest.param("https://www.example.se:99999/", BadLocation.BAD_PORT, id="high port"),
        pytest.param("https://www.example.se:x/", BadLocation.BAD_PORT, id="port that is no number"),
        pytest.param("https://www.example.se:٤٤٣/", BadLocation.BAD_PORT, id="port in other digits"),
    ],
)
def test_bad_locations(location: str, why: BadLocation) -> None:
    assert resolve(location, HERE) is why


def test_literal_addresses_are_known_as_such() -> None:
    target = resolve("http://[2001:db8::7]/", HERE)
    assert isinstance(target, WebUrl)
    assert target.address == ip_address("2001:db8::7")
    assert HERE.address is None


PIECES = st.sampled_from(
    [
        "http:",
        "HTTPS:",
        "/",
        "//",
        "\\",
        "?",
        "#",
        "@",
        ":",
        "443",
        "[",
        "]",
        "::1",
        "..",
        ".",
        "%",
        "%2e",
        "å",
        "ß",
        "www.x.se",
        " ",
        "\t",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join)))
def test_whatever_comes_out_is_a_url_that_can_be_asked(location: str) -> None:
    target = resolve(location, HERE)
    if isinstance(target, BadLocation):
        return
    url = str(target)
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url
    asked = httpx.URL(url)
    assert (asked.scheme, asked.raw_host.decode()) == (target.scheme, target.host)
    assert resolve(url, HERE) == target
