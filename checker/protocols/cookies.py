"""Just enough of cookies to pass a cookie check: name=value echoed to the same host. Never stored past one visit.

Some sites redirect to themselves until their cookie comes back; without the echo they would look like loops.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_COOKIES = 20
MAX_COOKIE_CHARACTERS = 4_096
"""Name and value together (RFC 6265 §6.1)."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""What no header may carry; every other octet goes back as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """One name=value pair. `host` is the host that set it; `secure` keeps it off http (RFC 6265 §5.4)."""

    host: str
    name: str
    value: str
    secure: bool = False


def remember(jar: tuple[Cookie, ...], host: str, set_cookies: Iterable[str]) -> tuple[Cookie, ...]:
    """The jar after a response of `host` with these Set-Cookie values; at most `MAX_COOKIES` are kept."""
    kept = {(cookie.host, cookie.name): cookie for cookie in jar}
    for line in set_cookies:
        pair, *attributes = line.split(";")
        name, _, value = (part.strip(" \t") for part in pair.partition("="))
        flags = {attribute.strip().lower() for attribute in attributes}
        if not name or len(name) + len(value) > MAX_COOKIE_CHARACTERS or _CONTROL.search(f"{name}{value}"):
            continue
        if flags & {"max-age=0", "max-age=-1"}:
            kept.pop((host, name), None)
        elif (host, name) in kept or len(kept) < MAX_COOKIES:
            kept[host, name] = Cookie(host=host, name=name, value=value, secure="secure" in flags)
    return tuple(kept.values())


def header(jar: tuple[Cookie, ...], scheme: str, host: str) -> str:
    """The Cookie header for a request; empty when there is nothing to send."""
    sent = (cookie for cookie in jar if cookie.host == host and (scheme == "https" or not cookie.secure))
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sent)
