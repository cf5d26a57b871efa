"""Strict-Transport-Security: header value in, what browsers make of it out. Judges nothing."""

import re

_DIRECTIVE = re.compile(r"""\s*([^\s=;"]*)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;"]*)\s*)?(?:;|$)""")
_SECONDS = re.compile(r"[0-9]+")
LONGEST_S = 10**12
"""What a longer max-age is read as; browsers stop sooner."""


def max_age(value: str) -> int | None:
    """For how many seconds browsers shall keep to https, 0 to forget it; None when they must ignore the header.

    Source: RFC 6797 §6.1, §8.1: max-age is required, and no directive may come twice.
    """
    directives: dict[str, str] = {}
    at = 0
    while at < len(value):
        found = _DIRECTIVE.match(value, at)
        if found is None or (found[1].lower() in directives and found[1]):
            return None
        directives[found[1].lower()] = (found[2] or "").strip('"')
        at = found.end()
    seconds = directives.get("max-age", "")
    if not _SECONDS.fullmatch(seconds, 0, 400):
        return None
    return min(int(seconds), LONGEST_S)
