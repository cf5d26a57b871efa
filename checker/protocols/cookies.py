"""Just enough of cookies to pass a cookie check: name=value echoed to where it came from. Never stored past one visit.

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
    """One name=value pair. `host` is the host that set it, or with `below` the domain that it was set for.

    `secure` keeps it off http (RFC 6265 §5.4).
    """

    host: str
    name: str
    value: str
    secure: bool = False
    below: bool = False

    def meant_for(self, scheme: str, host: str) -> bool:
        """Whether it goes back to this host, over http or https."""
        matches = host == self.host or (self.below and host.endswith(f".{self.host}"))
        return matches and (scheme == "https" or not self.secure)


def remember(jar: tuple[Cookie, ...], host: str, set_cookies: Iterable[str]) -> tuple[Cookie, ...]:
    """The jar after a response of `host` with these Set-Cookie values; at most `MAX_COOKIES` are kept."""
    kept = {(cookie.host, cookie.name): cookie for cookie in jar}
    for line in set_cookies:
        pair, *attributes = line.split(";")
        name, _, value = (part.strip(" \t") for part in pair.partition("="))
        flags = {attribute.strip().lower() for attribute in attributes}
        domain = next((flag[7:].strip(" .") for flag in flags if flag.startswith("domain=")), "")
        if domain and not f".{host}".endswith(f".{domain}"):
            continue  # for a domain that is not the host's (RFC 6265 §5.3, step 6)
        place = domain or host
        if not name or len(name) + len(value) > MAX_COOKIE_CHARACTERS or _CONTROL.search(f"{name}{value}"):
            continue
        if flags & {"max-age=0", "max-age=-1"}:
            kept.pop((place, name), None)
        elif (place, name) in kept or len(kept) < MAX_COOKIES:
            kept[place, name] = Cookie(
                host=place, name=name, value=value, secure="secure" in flags, below=bool(domain)
            )
    return tuple(kept.values())


def header(jar: tuple[Cookie, ...], scheme: str, host: str) -> str:
    """The Cookie header for a request; empty when there is nothing to send."""
    sent = (cookie for cookie in jar if cookie.meant_for(scheme, host))
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sent)
