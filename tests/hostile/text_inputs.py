"""One hostile Location, Refresh, cookie or other header each: what is made of it is safe to pass on."""

import random
import re

import httpx

from checker.probes.web_request import MAX_HEADER_CHARACTERS
from checker.protocols import cookies
from checker.protocols.hsts import LONGEST_S, max_age
from checker.protocols.locations import (
    DEFAULT_PORTS,
    MAX_LOCATION_CHARACTERS,
    BadLocation,
    WebUrl,
    resolve,
)
from checker.protocols.refresh import MAX_TARGET_CHARACTERS, meta_refresh, refresh_target
from checker.protocols.registrable_domain import registrable_domain
from tests.hostile.changes import HOSTILE_BYTES, HOSTILE_TEXTS, change

_LOCATIONS = (
    "https://www.example.se/",
    "//www.example.se/a/../b?c=d#e",
    "/sv/?q=1",
    "../../x",
    "?only=query",
    "https:///www.example.se",
    "https:\\\\evil.example\\@www.example.se",
    "http://user:pass@example.se:8080/",
    "https://[2001:db8::1]:443/%zz",
    "https://[::ffff:127.0.0.1%25lo]/",
    "http://127.1/",
    "http://0x7f000001/",
    "https://räksmörgås.se/ö?å=ä",
    "https://ex%61mple.se/",
    "https://ex\u3002ample\uff0ese/",
    "javascript:alert(1)",
    "https://xn--/",
    "https://xn--a-/",
    "https://-a_.example.se./",
    "https://" + "ß" * 60 + ".se/",
    "/" + "../" * 2_000,
    "/" + "\u20ac" * 3_000,
    "https:relative",
    "http://example.se:65536/",
    "http://example.se:/",
    "\t https://exa\tmple.se/ \x00",
    "https://\ud800.se/\udfff",
)
_BASES = (
    WebUrl(scheme="http", host="www.example.se", port=80),
    WebUrl(scheme="https", host="www.example.se", port=443, target="/a/b/c?d=e"),
    WebUrl(scheme="https", host="2001:db8::1", port=443, target="/?"),
)


def location(draw: random.Random) -> None:
    """A Location, changed: a URL that can be asked as it is written, or a reason why not."""
    current = draw.choice(_BASES)
    text = change_text(draw, draw.choice(_LOCATIONS))
    url = resolve(text, current)
    if isinstance(url, BadLocation):
        return
    assert url.scheme in DEFAULT_PORTS
    assert 0 <= url.port <= 65_535
    assert url.address is not None or re.fullmatch(r"[a-z0-9_.-]{1,254}", url.host), url
    assert re.fullmatch(r"/[!-~]*", url.target), url
    assert len(url.target) <= MAX_LOCATION_CHARACTERS
    assert resolve(str(url), current) == url, (text, url)
    request = httpx.Request("GET", str(url), headers={"Host": url.authority})
    assert request.url.raw_path == url.target.encode("ascii"), (text, url)
    assert request.url.raw_host.decode("ascii") == url.host, (text, url)


def change_text(draw: random.Random, text: str) -> str:
    """Characters put in, taken out, doubled or replaced."""
    for _ in range(draw.choice((0, 1, 1, 2, 4))):
        at = draw.randrange(len(text) + 1)
        kind = draw.randrange(4)
        if kind == 0:
            text = (
                text[:at]
                + draw.choice((*HOSTILE_TEXTS, *"/\\?#@:[]%.&;= \t", chr(draw.randrange(0x3000))))
                + text[at:]
            )
        elif kind == 1:
            text = text[:at] + text[at + draw.choice((1, 3, 10)) :]
        elif kind == 2:
            text = text[:at] + text[at : at + 8] * draw.choice((2, 40)) + text[at:]
        else:
            text = (
                text[:at]
                + chr(draw.choice((draw.randrange(0x20), draw.randrange(0x110000))))
                + text[at + 1 :]
            )
    return text


_REFRESHES = (
    "0; url=https://www.example.se/",
    "0;URL='https://x.se/'",
    "5 10.0.0.1/x",
    "300",
    "0 , url = x",
    '0 "a"b',
    "<meta http-equiv=refresh content='0; url=/sv'>",
    '<meta content="0;url=/sv" http-equiv = "refresh">',
    "<!-- <meta http-equiv=refresh content=0;x> -->",
)
_REPEATED = (
    " ",
    "0",
    ";",
    "0 ",
    "url",
    "url=",
    "'",
    '"',
    "<meta",
    "<meta ",
    "http-equiv",
    "http-equiv=",
    "content= ",
    "\t\n",
)
_LONGEST = 65_536


def refresh(draw: random.Random) -> None:
    """A page or header value, changed and with something repeated up to the cap: a short target or none, at once."""
    text = change_text(draw, draw.choice(_REFRESHES))
    at = draw.randrange(len(text) + 1)
    repeated = draw.choice(_REPEATED)
    times = draw.choice((0, 1, 30, 900)) if draw.random() < 0.97 else _LONGEST // len(repeated)
    text = text[:at] + repeated * times + text[at:]
    page = (
        change(draw, text.encode("utf-8", "surrogatepass"))
        if draw.random() < 0.3
        else text.encode("utf-8", "replace")
    )
    for target in (refresh_target(text), meta_refresh(page)):
        assert target is None or 0 < len(target) <= MAX_TARGET_CHARACTERS


def set_cookies(draw: random.Random) -> None:
    """Set-Cookie lines as they are read from a response: what goes back fits into one header line."""
    jar: tuple[cookies.Cookie, ...] = ()
    for _ in range(draw.choice((1, 3, 30))):
        line = draw.choice(
            (b"a=b; Secure; path=/", b"=x", b"session=" + draw.randbytes(8), b"a=1; Max-Age=0", b"n" * 5_000)
        )
        line = change(draw, line) + draw.choice((b"", draw.choice(HOSTILE_BYTES)))
        jar = cookies.remember(jar, draw.choice(("a.se", "b.se")), [line.decode("latin-1")])
        assert len(jar) <= cookies.MAX_COOKIES
        for scheme in DEFAULT_PORTS:
            header = cookies.header(jar, scheme, "a.se")
            wire = header.encode("latin-1")
            assert not re.search(rb"[\x00-\x1f\x7f]", wire), wire
            assert len(wire) <= cookies.MAX_COOKIES * (cookies.MAX_COOKIE_CHARACTERS + 3)
            assert scheme == "https" or not any(
                one.secure and one.host == "a.se" and f"{one.name}={one.value}" == header for one in jar
            )


def host_domain(draw: random.Random) -> None:
    """A mail host's name as the DNS may hold it: the domain that its turns are taken at is the end of it."""
    labels = draw.choices(
        ("mx", "co", "uk", "se", "XN--P1AI", "xn--", "xn--a-", "\\027", "a\\.b", "", "*", "1", "com"),
        k=draw.randrange(6),
    )
    host = change_text(draw, ".".join(labels)) if draw.random() < 0.5 else ".".join(labels)
    found = registrable_domain(host)
    assert host.lower().rstrip(".").endswith(found) or ".." in host or "\\" in host or host.startswith("."), (
        host,
        found,
    )


def strict_transport(draw: random.Random) -> None:
    """A Strict-Transport-Security value, as long as one is kept: a number of seconds or nothing."""
    text = change_text(
        draw,
        draw.choice(
            (
                "max-age=31536000; includeSubDomains",
                'max-age="0"',
                "max-age=" + "9" * 280,
                '"' * 9,
                " = ;" * 60,
            )
        ),
    )
    seconds = max_age(text[:MAX_HEADER_CHARACTERS])
    assert seconds is None or 0 <= seconds <= LONGEST_S
