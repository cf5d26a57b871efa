"""The names of one message, each offset read once: however they are compressed, long names cost no more. Pure."""

import functools
import re
from typing import NamedTuple

import dns.name

_POINTER = 0xC0
_MAX_BYTES = 255
_LONGEST_LABEL = 63
_LONGEST_CHAIN = 17
"""Runs of labels that make one name: sixteen pointers, as dnspython takes them."""
_PLAIN = re.compile(rb"[A-Za-z0-9_*-]+")


class MalformedNameError(ValueError):
    """No name can be read at that place."""


class WireName(NamedTuple):
    """A name as observations write it (absolute, lower case), and as uncompressed bytes in the case it came."""

    text: str
    wire: bytes


_ROOT = WireName(".", b"\0")


class WireNames:
    """Reads names by offset (RFC 1035 §4.1.4).

    A pointer must lead to before the name that it is part of, and what it leads to must end there.
    """

    def __init__(self, wire: bytes) -> None:
        self._wire = wire
        self._known: dict[int, tuple[WireName, int]] = {}

    def read(self, at: int, end: int) -> tuple[WireName, int]:
        """The name at the offset and the offset behind it, which is at most `end`. Raises MalformedNameError."""
        known = self._known.get(at) or self._behind_pointer(at) or self._follow(at)
        if known[1] > end:
            raise MalformedNameError("a name past its end")
        return known

    def plain_end(self, at: int, end: int) -> int | None:
        """The offset behind a name that is written out in full, at most `end`; None when it is not, or is none."""
        start = at
        while at < end and (length := self._wire[at]) < _POINTER:
            at += 1 + length
            if length == 0:
                return at if at - start <= _MAX_BYTES else None
            if length > _LONGEST_LABEL:
                return None
        return None

    def _behind_pointer(self, at: int) -> tuple[WireName, int] | None:
        """The name when nothing but a pointer to a known one stands here, as at most owner names."""
        wire = self._wire
        if at + 1 < len(wire) and wire[at] >= _POINTER:
            place = (wire[at] & ~_POINTER) << 8 | wire[at + 1]
            known = self._known.get(place) if place < at else None
            if known is not None and known[1] <= at:
                return known[0], at + 2
        return None

    def _follow(self, at: int) -> tuple[WireName, int]:
        """Gather the runs of labels from pointer to pointer, then put the names together from the last one back."""
        runs: list[tuple[int, list[bytes], int]] = []
        place: int | None = at
        name, limit = _ROOT, len(self._wire)
        while place is not None:
            known = self._known.get(place)
            if known is not None and known[1] <= limit:
                name = known[0]
                break
            labels, behind, pointer = self._run(place, limit)
            runs.append((place, labels, behind))
            if len(runs) > _LONGEST_CHAIN:
                raise MalformedNameError("a long chain of pointers")
            limit = place
            place = pointer
        for start, labels, behind in reversed(runs):
            name = _prefixed(labels, name)
            self._known[start] = name, behind
        return self._known[at]

    def _run(self, start: int, limit: int) -> tuple[list[bytes], int, int | None]:
        """The labels from `start`, all before `limit`, the offset behind them and their end, and where a pointer leads."""
        wire, at = self._wire, start
        labels: list[bytes] = []
        try:
            while length := wire[at]:
                if length >= _POINTER:
                    pointer = (length & ~_POINTER) << 8 | wire[at + 1]
                    if pointer >= start or at + 2 > limit:
                        raise MalformedNameError("a pointer that does not lead back")
                    return labels, at + 2, pointer
                behind = at + 1 + length
                if length > _LONGEST_LABEL or behind > limit or behind - start > _MAX_BYTES:
                    raise MalformedNameError("not a label")
                labels.append(wire[at + 1 : behind])
                at = behind
        except IndexError:
            raise MalformedNameError("a name that is cut short") from None
        if at >= limit:
            raise MalformedNameError("a name that runs into the one that points to it")
        return labels, at + 1, None


def _prefixed(labels: list[bytes], name: WireName) -> WireName:
    if not labels:
        return name
    wire = b"".join([part for label in labels for part in (_LENGTHS[len(label)], label)]) + name.wire
    if len(wire) > _MAX_BYTES:
        raise MalformedNameError("a name over 255 octets")
    rest = "" if name is _ROOT or name.text == "." else name.text
    return WireName("".join([_text(label) + "." for label in labels]) + rest, wire)


_LENGTHS = tuple(bytes([length]) for length in range(64))


@functools.lru_cache(maxsize=4096)
def _text(label: bytes) -> str:
    """The label in lower case, odd characters escaped as dnspython does (RFC 1035 §5.1)."""
    lower = label.lower()
    return lower.decode("ascii") if _PLAIN.fullmatch(lower) else dns.name.Name((lower,)).to_text()
