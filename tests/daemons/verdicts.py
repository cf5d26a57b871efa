"""Verdicts on questions from three validators, put into the same words. Pure."""

import re
from dataclasses import dataclass

SECURE, INSECURE, BOGUS, FAILED = "secure", "insecure", "bogus", "failed"
SILENT = "silent"
"""Nothing was said in time: no verdict at all."""
_WORST_FIRST = (BOGUS, FAILED, INSECURE, SECURE)
_DELV_SECURE = ("; fully validated", "; negative response, fully validated")
_DELV_INSECURE = ("; unsigned answer", "; negative response, unsigned answer")
_DELV_BOGUS = re.compile(
    r"resolution failed: (broken trust chain|insecurity proof failed|no valid \w+|must be secure"
    r"|verify failed|RRSIG failed to verify|got insecure response|bad signature)"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a validator says: status, and its own words."""

    status: str
    words: str = ""


def of_unbound_host(output: str, errors: str) -> Verdict:
    """From what `unbound-host -v` printed; a failure to resolve is FAILED, whatever stands in brackets."""
    words = " | ".join((*output.splitlines(), *errors.splitlines()))
    if "(BOGUS" in output:
        return Verdict(BOGUS, words)
    if not output or "SERVFAIL" in output or "(error)" in output or "REFUSED" in output:
        return Verdict(FAILED, words)
    return Verdict(SECURE if "(secure)" in output else INSECURE, words)


def of_delv(output: str, errors: str) -> Verdict:
    """From what `delv` printed: the worst of what it says of each RRset on the way."""
    words = " | ".join(line for line in errors.splitlines() if line.startswith(";;"))
    if _DELV_BOGUS.search(errors):
        return Verdict(BOGUS, words)
    lines = output.splitlines()
    said = [SECURE for line in lines if line in _DELV_SECURE]
    said += [INSECURE for line in lines if line in _DELV_INSECURE]
    if not said:
        return Verdict(FAILED, words + "|".join(lines))
    return Verdict(min(said, key=_WORST_FIRST.index), words)
