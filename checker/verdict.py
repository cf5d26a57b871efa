"""What we conclude: verdicts, findings, and the printed cell. Codes are stable and never translated."""

from dataclasses import dataclass
from enum import StrEnum


class Value(StrEnum):
    """The verdict proper (results.json: `verdict`)."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


PRINTED = {
    Value.YES: "Ja",
    Value.NO: "Nej",
    Value.PARTIAL: "Delvis",
    Value.BROKEN: "Ja (trasig)",
    Value.UNKNOWN: "Ej mätt",
    Value.NOT_APPLICABLE: "–",
}

WORST_FIRST = (Value.BROKEN, Value.NO, Value.PARTIAL, Value.UNKNOWN, Value.NOT_APPLICABLE, Value.YES)
"""Order in which the parts of an `X/Y` cell compete for the verdict on top."""


class Flag(StrEnum):
    """The letter in a cell, in the order in which several are printed."""

    JA = "ja"
    C = "C"
    A = "A"
    F = "F"
    N = "N"


class Severity(StrEnum):
    """What a finding is worth under a ruleset."""

    FAULT = "fault"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found: a stable code, what it is about, and the values its text needs.

    `subject` is a host, address or zone as it should be shown; `params` are (name, value) pairs that fill the
    placeholders of the code's texts. Values may come from servers: whoever shows them neutralises them.
    """

    code: str
    severity: Severity
    subject: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The verdict on one subject of a pair (the two domains of an `X/Y` cell)."""

    subject: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One cell: value, letters, reasons. `parts` is filled only for pairs, web domain first.

    `may_pass`: the cell rests on trouble that might be passing (timeout, reset, 421, 5xx) and deserves a second
    attempt. `awaits_port25`: it could read differently once port 25 is proven open from here.
    """

    indicator: str
    value: Value
    flags: tuple[Flag, ...] = ()
    findings: tuple[Finding, ...] = ()
    parts: tuple[Part, ...] = ()
    may_pass: bool = False
    awaits_port25: bool = False

    @property
    def cell(self) -> str:
        """The printed code, exactly as in Appendix A (notation.md)."""
        if self.parts:
            return "/".join(PRINTED[part.value] for part in self.parts)
        letters = [flag.value for flag in Flag if flag in self.flags]
        return " ".join([PRINTED[self.value], *(f"({letter})" for letter in letters)])


def worst(values: tuple[Value, ...]) -> Value:
    """The value that stands on top of a pair."""
    return min(values, key=WORST_FIRST.index)
