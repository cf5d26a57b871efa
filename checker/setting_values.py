"""The checks of single settings: a value as it was written comes in, a good one goes out, ValueError otherwise."""

import re
from datetime import datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from checker.domain_names import NameProblem, parse_name, quoted
from checker.mail_addresses import AddressProblem, parse_address
from checker.rulesets import RULESETS
from checker.schedule.cron import parse_cron

_ADDRESS = r"[!-'*-;=?-\[\]-~]"
"""What web addresses are made of here: ASCII without blanks, angle brackets, parentheses and backslashes."""


def listed(value: Any) -> Any:
    """Let "a,b c" from the environment or command line stand for a list."""
    return tuple(re.split(r"[,\s]+", value.strip(", \t\r\n"))) if isinstance(value, str) else value


def no_truth_value(value: Any) -> Any:
    """Refuse TOML's true and false where a number belongs: Python would count them as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic collects ValueErrors
    return value


def known_ruleset(name: str) -> str:
    """Check the name of a ruleset."""
    if name not in RULESETS:
        raise ValueError(f"is not a ruleset; there are {', '.join(RULESETS)}")
    return name


def known_columns(names: tuple[str, ...]) -> tuple[str, ...]:
    """Check the names of columns and put them in page order."""
    if not names:
        return ()
    from checker.indicators.registry import NAMES  # noqa: PLC0415 - the judges are not needed to read settings

    if wrong := [name for name in names if name not in NAMES]:
        raise ValueError(f"{', '.join(map(quoted, wrong))} is no column; there are {', '.join(NAMES)}")
    return tuple(name for name in NAMES if name in names)


def moment(value: Any) -> Any:
    """Read RFC 3339 §5.6; a time without an offset could mean anything."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError('must be a time as RFC 3339 has it, with an offset: "2017-11-20T12:00:00Z"')
    return value


def readable(path: Path) -> Path:
    """Check that there is such a file."""
    if not path.is_file():
        raise ValueError("is not a file")
    return path


def excludable(entry: str) -> str:
    """Check one entry of `exclude`: a network, an address or a name."""
    try:
        return str(ip_network(entry, strict=False))
    except ValueError:
        pass
    try:
        return parse_name(entry.removeprefix("*.").removeprefix("."), single_label=True)
    except NameProblem as problem:
        raise ValueError(f"{quoted(entry)} is neither a network nor a name: it {problem}") from None


def host(text: str) -> str:
    """Check a host: an address or a name."""
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        pass
    try:
        return parse_name(text)
    except NameProblem as problem:
        raise ValueError(str(problem)) from None


def greeting_name(text: str) -> str:
    """Check the name that we greet mail servers with (RFC 5321 §4.1.1.1)."""
    try:
        return parse_name(text)
    except NameProblem as problem:
        raise ValueError(str(problem)) from None


def cron_expression(text: str) -> str:
    """Check when to sweep."""
    parse_cron(text)
    return " ".join(text.split())


def time_zone(name: str) -> str:
    """Check the name of a time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there, not a name, a directory of names
        raise ValueError('must be a time zone of the IANA database, as in "Europe/Stockholm"') from None
    return name


def printable_words(text: str) -> str:
    """Check words that are shown as they are."""
    if not text.isprintable():
        raise ValueError("has control characters in it")
    return text.strip()


def header_safe(text: str) -> str:
    """Hold the operator's name to what fits a comment of a User-Agent header (RFC 9110 §5.6.5)."""
    if not text.isascii() or not text.isprintable() or set(text) & set("()\\"):
        raise ValueError(
            "is sent to every server in headers: plain ASCII without parentheses and backslashes"
        )
    return text.strip()


def web_address(text: str) -> str:
    """Check an address that is linked to or sent in headers."""
    if not re.fullmatch(rf"https?://{_ADDRESS}+", text) or not _has_host(text):
        raise ValueError('must be a web address in ASCII, as in "https://example.se/om"')
    return text


def _has_host(address: str) -> bool:
    """Whether a web address can be taken apart (RFC 3986 §3.2), and names a host."""
    try:
        parts = urlsplit(address)
        if "[" in parts.netloc:
            ip_address(parts.hostname or "")
        _ = parts.port  # reading it checks it
    except ValueError:
        return False
    return bool(parts.hostname)


def top_address(text: str) -> str:
    """Check that a web address can have pages below it: without query and fragment."""
    if set(text) & set("?#"):
        raise ValueError(
            'must have no "?" and no "#": it is the top of the site, as in "https://example.se/kollen/"'
        )
    return text


def secure_address(text: str) -> str:
    """Check that a web address is an encrypted one, as security.txt wants it (RFC 9116 §2.5)."""
    if not text.startswith("https://"):
        raise ValueError("must be encrypted: begin with https://")
    return text


def security_contact(text: str) -> str:
    """Check an address of security.txt (RFC 9116 §2.5.3): https:, mailto: or tel:."""
    named = re.fullmatch(rf"(?:https://|mailto:[^@]+@|tel:\+?)[0-9A-Za-z]{_ADDRESS}*", text)
    if not named or not re.fullmatch(rf"{_ADDRESS}+", text):
        raise ValueError(
            'must be an address as in "mailto:sakerhet@example.se" or "https://example.se/sakerhet"'
        )
    return text


def sentences(value: Any) -> Any:
    """Let text from the environment or command line stand for a list: a sentence a line, or between `;`."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in re.split(r"[;\n]", value) if part.strip())


def is_path(text: str) -> bool:
    """Whether a setting that may name a file does so: neither an address nor "off"."""
    return "://" not in text and text != "off"


def has_password(address: str) -> bool:
    """Whether the address of a database has a password in it, in either of the places where one can stand."""
    _, scheme, rest = address.partition("://")
    user, at, _ = rest.rpartition("@")
    return bool(scheme) and ((bool(at) and ":" in user) or "password=" in rest)


def mail_address(text: str) -> str:
    """Check one mail address, a bare one."""
    try:
        return parse_address(text)
    except AddressProblem as problem:
        raise ValueError(str(problem)) from None


def mail_addresses(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Check mail addresses."""
    return tuple(map(mail_address, texts))


def mail_server(text: str) -> str:
    """Check the host of a mail server, which may be this machine."""
    return "localhost" if text.lower() == "localhost" else host(text)
