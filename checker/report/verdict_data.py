"""Verdicts from plain JSON values, without loss: how the spool and the store read them back. Pure."""

from typing import Any

from checker.verdict import Finding, Flag, Part, Severity, Value, Verdict


def verdict_from(stored: dict[str, Any]) -> Verdict:
    """The verdict that `dataclasses.asdict` was given; enums are strings there. Raises KeyError, TypeError or ValueError."""
    return Verdict(
        **{
            **stored,
            "value": Value(stored["value"]),
            "flags": tuple(map(Flag, stored["flags"])),
            "findings": tuple(map(finding_from, stored["findings"])),
            "parts": tuple(
                Part(subject=part["subject"], value=Value(part["value"])) for part in stored["parts"]
            ),
        }
    )


def finding_from(stored: dict[str, Any]) -> Finding:
    """The finding that `dataclasses.asdict` was given."""
    return Finding(
        code=stored["code"],
        severity=Severity(stored["severity"]),
        subject=stored["subject"],
        params=tuple((name, value) for name, value in stored["params"]),
    )
