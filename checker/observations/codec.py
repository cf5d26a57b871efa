"""Turns observations into JSON-able data and back, by their type hints. It never reads or writes a file.

Dataclasses become objects, tuples arrays, frozensets sorted arrays, enums their values, bytes base64, datetimes
RFC 3339 in UTC ("Z"), IP addresses their text.
"""

import dataclasses
import functools
import types
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from checker.observations.scalars import PLAIN, Codec, CodecError, enum_codec, expected

__all__ = ["CodecError", "decode", "encode"]

T = TypeVar("T")


def encode(value: object) -> Any:
    """Turn a dataclass instance into what `json.dumps` takes. Raises CodecError when a field breaks its type."""
    return _codec(type(value)).encode(value)


def decode(kind: type[T], data: object) -> T:
    """Build a `kind` (a dataclass) from what `encode` gave.

    Strict: unknown fields, wrong types and values outside an enum raise CodecError; a field may be missing only
    when its dataclass has a default for it (data from an earlier version).
    """
    return _codec(kind).decode(data)  # type: ignore[no-any-return]  # the codec of a kind makes that kind


def _build(hint: Any) -> Codec:
    """The pair of functions for one type hint; TypeError for hints that observations do not use."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _union(hint, arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is frozenset:
        return _frozenset(arguments[0])
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _dataclass(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return enum_codec(hint)
    raise TypeError(f"no codec for {hint!r}")


_codec: Callable[[Any], Codec] = functools.cache(_build)


def _dataclass(kind: type[Any]) -> Codec:
    hints = get_type_hints(kind)
    codecs = {field.name: _codec(hints[field.name]) for field in dataclasses.fields(kind)}
    return Codec(_field_writer(kind, codecs), _field_reader(kind, codecs))


def _field_writer(kind: type[Any], codecs: Mapping[str, Codec]) -> Callable[[Any], Any]:
    writers = tuple((name, codec.encode) for name, codec in codecs.items())

    def encode_fields(value: Any) -> dict[str, Any]:
        if type(value) is not kind:
            raise expected(f"a {kind.__name__}", value)
        encoded, name = {}, ""
        try:
            for name, write in writers:
                encoded[name] = write(getattr(value, name))
        except CodecError as error:
            raise error.below(f".{name}") from None
        return encoded

    return encode_fields


def _field_reader(kind: type[Any], codecs: Mapping[str, Codec]) -> Callable[[Any], Any]:
    readers = {name: codec.decode for name, codec in codecs.items()}
    names = readers.keys()
    required = frozenset(
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )

    def decode_fields(data: Any) -> Any:
        if type(data) is not dict:
            raise expected(f"an object ({kind.__name__})", data)
        if data.keys() != names:
            if missing := required - data.keys():
                raise CodecError(f"{kind.__name__} lacks {', '.join(sorted(missing))}")
            if unknown := data.keys() - names:
                raise CodecError(f"{kind.__name__} has no field {ascii(min(unknown))[:60]}")
        decoded, name = {}, ""
        try:
            for name, item in data.items():
                decoded[name] = readers[name](item)
        except CodecError as error:
            raise error.below(f".{name}") from None
        return kind(**decoded)

    return decode_fields


def _tuple(arguments: tuple[Any, ...]) -> Codec:
    endless = len(arguments) == 2 and arguments[1] is Ellipsis
    items = (_codec(arguments[0]),) if endless else tuple(_codec(argument) for argument in arguments)

    def each(values: Any, way: int) -> list[Any]:
        if not endless and len(values) != len(items):
            raise CodecError(f"expected {len(items)} items, got {len(values)}")
        converted = []
        try:
            for index, value in enumerate(values):
                converted.append(items[0 if endless else index][way](value))
        except CodecError as error:
            raise error.below(f"[{index}]") from None
        return converted

    def encode_items(value: Any) -> list[Any]:
        if type(value) is not tuple:
            raise expected("a tuple", value)
        return each(value, 0)

    def decode_items(data: Any) -> tuple[Any, ...]:
        if type(data) is not list:
            raise expected("an array", data)
        return _quickly(items[0].decode, data) or tuple(each(data, 1)) if endless else tuple(each(data, 1))

    return Codec(encode_items, decode_items)


def _quickly(decode_item: Callable[[Any], Any], data: list[Any]) -> tuple[Any, ...]:
    """Every item decoded; nothing when one cannot be, and whoever goes through them one by one finds out which."""
    try:
        return tuple(map(decode_item, data))
    except CodecError:
        return ()


def _frozenset(argument: Any) -> Codec:
    as_tuple = _codec(tuple[argument, ...])

    def encode_items(value: Any) -> list[Any]:
        if type(value) is not frozenset:
            raise expected("a frozenset", value)
        return sorted(as_tuple.encode(tuple(value)))

    def decode_items(data: Any) -> frozenset[Any]:
        items = frozenset(as_tuple.decode(data))
        if len(items) != len(data):
            raise CodecError("the same item twice in a set")
        return items

    return Codec(encode_items, decode_items)


def _union(hint: Any, arguments: tuple[Any, ...]) -> Codec:
    """`X | None`; other unions have no codec, for their data could not be told apart."""
    others = tuple(argument for argument in arguments if argument is not types.NoneType)
    if len(others) == len(arguments):
        raise TypeError(f"no codec for {hint!r}")
    inner_encode, inner_decode = _codec(Union[others])  # noqa: UP007 - built from a tuple
    return Codec(
        lambda value: None if value is None else inner_encode(value),
        lambda data: None if data is None else inner_decode(data),
    )
