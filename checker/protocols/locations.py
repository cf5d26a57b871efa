"""Where a redirect leads: Location and current URL in, absolute URL or the reason why not out. Never resolves a name.

Follows browsers (WHATWG URL) where they differ from RFC 3986, because what visitors meet is what counts.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import quote, unquote_to_bytes

import idna

MAX_LOCATION_CHARACTERS = 8_192
"""The longest Location made a URL of (RFC 9110 §4.1 recommends support for 8000 octets)."""
MAX_HOST_CHARACTERS = 1_024
"""The longest host that is decoded at all: 253 octets, most of them escaped."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""The statuses whose Location is followed (RFC 9110 §15.4)."""
DEFAULT_PORTS = {"http": 80, "https": 443}

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_\-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DROPPED = dict.fromkeys(map(ord, "\t\r\n"))
_C0_AND_SPACE = "".join(map(chr, range(0x21)))
_KEPT_IN_PATH = "!$%&'()*+,;=:@/[]^|~"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?`{}"


class BadLocation(StrEnum):
    """Why a Location is no URL that a visitor could be sent to."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    OTHER_SCHEME = "other_scheme"
    BAD_HOST = "bad_host"
    BAD_PORT = "bad_port"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebUrl:
    """An http or https URL in ASCII, without userinfo and fragment.

    `host` is lower-case A-labels without a trailing dot, or an address without brackets; `target` is path and
    query, percent-encoded.
    """

    scheme: str
    host: str
    port: int
    target: str = "/"

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The host as an address where it is a literal one."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """Host and, unless it is the scheme's default, port: the Host header (RFC 9110 §7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def resolve(location: str, current: WebUrl) -> WebUrl | BadLocation:
    """Make the Location header of a response to `current` absolute (RFC 9110 §10.2.2, RFC 3986 §5.2).

    A lone surrogate stands for an octet that is no UTF-8 (Python's "surrogateescape"): it is escaped as it is, like
    control characters in path and query. Userinfo is dropped (never sent), the fragment too. A port that is no number is
    BAD_PORT; which ports are visited is for the caller to say.
    """
    text = location.strip(_C0_AND_SPACE).translate(_DROPPED)
    if not text:
        return BadLocation.EMPTY
    if len(text) > MAX_LOCATION_CHARACTERS:
        return BadLocation.TOO_LONG
    text = text.partition("#")[0]
    scheme, rest = current.scheme, text
    if found := _SCHEME.match(text):
        scheme, rest = found[1].lower(), text[found.end() :]
        if scheme not in DEFAULT_PORTS:
            return BadLocation.OTHER_SCHEME
    path, mark, query = rest.partition("?")
    path = path.replace("\\", "/")
    absolute = path.startswith("//") or scheme != current.scheme
    url = _absolute(scheme, path, mark + query) if absolute else _relative(path, mark + query, current)
    if isinstance(url, WebUrl) and len(url.target) > MAX_LOCATION_CHARACTERS:
        return BadLocation.TOO_LONG
    return url


def _absolute(scheme: str, path: str, query: str) -> WebUrl | BadLocation:
    authority, slash, tail = path.lstrip("/").partition("/")
    address = _host_and_port(authority.rpartition("@")[2], scheme)
    if isinstance(address, BadLocation):
        return address
    host, port = address
    return WebUrl(scheme=scheme, host=host, port=port, target=_target(slash + tail, query))


def _relative(path: str, query: str, current: WebUrl) -> WebUrl:
    base_path, mark, base_query = current.target.partition("?")
    if not path:
        path, query = base_path, query or mark + base_query
    elif not path.startswith("/"):
        path = base_path.rpartition("/")[0] + "/" + path
    return WebUrl(scheme=current.scheme, host=current.host, port=current.port, target=_target(path, query))


def _target(path: str, query: str) -> str:
    return quote(_octets(_without_dots(path)), _KEPT_IN_PATH) + quote(_octets(query), _KEPT_IN_QUERY)


def _octets(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # surrogates that stand for nothing
        return text.encode("utf-8", "replace")


def _without_dots(path: str) -> str:
    """Remove "." and ".." segments (RFC 3986 §5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")[1:] or [""]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _host_and_port(text: str, scheme: str) -> tuple[str, int] | BadLocation:
    host, digits = text, ""
    if ":" in text and not text.endswith("]"):
        host, _, digits = text.rpartition(":")
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) <= 5 and int(digits) <= 65_535):
        return BadLocation.BAD_PORT
    name = _bracketed(host) if host.startswith("[") else _name(host)
    if name is None:
        return BadLocation.BAD_HOST
    return name, int(digits) if digits else DEFAULT_PORTS[scheme]


def _bracketed(host: str) -> str | None:
    try:
        return str(IPv6Address(host[1:-1])) if host.endswith("]") and "%" not in host else None
    except ValueError:
        return None


def _name(host: str) -> str | None:
    """The host as A-labels in lower case; None when no such host can exist (RFC 1034 §3.1, RFC 5891)."""
    if len(host) > MAX_HOST_CHARACTERS:
        return None
    try:
        text = unquote_to_bytes(host).decode() if "%" in host else host
        name = text.lower() if text.isascii() else idna.encode(text, uts46=True).decode().lower()
    except (UnicodeError, idna.IDNAError):
        return None
    labels = name.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _dotted(labels)
    sound = all(_LABEL.fullmatch(label) for label in labels)
    return ".".join(labels) if sound and len(name) <= 254 else None


def _dotted(labels: list[str]) -> str | None:
    """A plain IPv4 address; shorthand and other bases ("127.1", "0x7f.1") are no addresses that sites mean."""
    try:
        return str(IPv4Address(".".join(labels)))
    except ValueError:
        return None
