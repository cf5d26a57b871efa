"""The single values of observations between their types and JSON's: enums, bytes, times, addresses, numbers."""

import base64
import math
import re
import types
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, NamedTuple

_RFC3339_UTC = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z", re.ASCII)
_SHOWN_CHARACTERS = 60


class CodecError(ValueError):
    """Data that is not what the type says; the message leads with the path to the offending value."""

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(f"{path.lstrip('.') or 'value'}: {problem}")
        self.problem = problem
        self.path = path

    def below(self, step: str) -> "CodecError":
        """The same trouble seen from one level up."""
        return CodecError(self.problem, step + self.path)


class Codec(NamedTuple):
    """How values of one type become JSON-able data and are made from it again; both raise CodecError."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


def enum_codec(kind: type[Enum]) -> Codec:
    """Members by their value, nothing else."""
    by_value = {member.value: member for member in kind}

    def encode_member(value: Any) -> Any:
        if type(value) is not kind:
            raise expected(f"a {kind.__name__}", value)
        return value.value

    def decode_member(data: Any) -> Enum:
        member = by_value.get(data) if isinstance(data, str | int) else None
        if member is None or type(data) is not type(member.value):
            raise expected(f"a {kind.__name__}", data)
        return member

    return Codec(encode_member, decode_member)


def _exactly(kind: type[Any], name: str) -> Codec:
    """A type that JSON has too. Its subclasses (an IntEnum of a library) go out as what they are to JSON."""

    def check_instance(value: Any) -> Any:
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise expected(name, value)
        return value

    def check(data: Any) -> Any:
        if type(data) is not kind:
            raise expected(name, data)
        return data

    return Codec(check_instance, check)


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise expected("a finite number", value)
    return float(value)


def _encode_bytes(value: Any) -> str:
    if not isinstance(value, bytes):
        raise expected("bytes", value)
    return base64.b64encode(value).decode("ascii")


def _decode_bytes(data: Any) -> bytes:
    try:
        return base64.b64decode(data if type(data) is str else "?", validate=True)
    except ValueError:
        raise expected("base64", data) from None


def _encode_datetime(value: Any) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise expected("an aware datetime", value)
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _decode_datetime(data: Any) -> datetime:
    if type(data) is not str or not _RFC3339_UTC.fullmatch(data):
        raise expected("an RFC 3339 time in UTC", data)
    try:
        return datetime.fromisoformat(data)
    except ValueError:
        raise expected("an RFC 3339 time in UTC", data) from None


def _encode_address(value: Any) -> str:
    if not isinstance(value, IPv4Address | IPv6Address):
        raise expected("an IP address", value)
    return str(value)


def _decode_address(data: Any) -> IPv4Address | IPv6Address:
    try:
        return ip_address(data if type(data) is str else "")
    except ValueError:
        raise expected("an IP address", data) from None


def _one_family(kind: type[IPv4Address] | type[IPv6Address]) -> Codec:
    def check(decoded: Any) -> Any:
        if type(decoded) is not kind:
            raise expected(f"an {kind.__name__}", decoded)
        return decoded

    return Codec(lambda value: str(check(value)), lambda data: check(_decode_address(data)))


PLAIN: dict[Any, Codec] = {
    str: _exactly(str, "a string"),
    int: _exactly(int, "an integer"),
    bool: _exactly(bool, "true or false"),
    types.NoneType: _exactly(types.NoneType, "null"),
    float: Codec(_number, _number),
    bytes: Codec(_encode_bytes, _decode_bytes),
    datetime: Codec(_encode_datetime, _decode_datetime),
    IPv4Address: _one_family(IPv4Address),
    IPv6Address: _one_family(IPv6Address),
    IPv4Address | IPv6Address: Codec(_encode_address, _decode_address),
}
"""The codec of every type that is neither an enum nor built of others."""


def expected(what: str, got: object) -> CodecError:
    """The error for a value of another kind, which is shown in part."""
    return CodecError(f"expected {what}, got {_shown(got)}")


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
