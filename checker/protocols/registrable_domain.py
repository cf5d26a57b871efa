"""The registrable domain of a host name, by the Public Suffix List's snapshot that publicsuffixlist ships. Asks nobody.

Only the list's ICANN section counts. Its private section tells a hosting company's customers apart below the company's
own domain, and they share the company's servers: for who runs a host they are one. The lock file pins the snapshot.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from publicsuffixlist import PSLFILE, PublicSuffixList

REMEMBERED = 1_024
"""Host names that are remembered, and top-level domains whose rules are; a sweep meets a few dozen of the latter."""

_BEGIN, _END = "// ===BEGIN ICANN DOMAINS===", "// ===END ICANN DOMAINS==="
_LABEL = re.compile(r"(?:\\.|[^.\\])+", re.DOTALL)
"""A label in presentation form: a dot inside one has a backslash before it (RFC 1035 §5.1)."""


@functools.lru_cache(maxsize=REMEMBERED)
def registrable_domain(host: str) -> str:
    """The domain that somebody registered to have `host`: one label more than the public suffix above it.

    `host` is a name in presentation form, with A-labels and with or without a trailing dot; it may be anything that the
    DNS holds. Comes in lower case without trailing dot. A host that is itself a public suffix, a single label or
    looks like an IPv4 address stands for itself; unknown top-level domains count as public suffixes
    (https://github.com/publicsuffix/list/wiki/Format).
    """
    labels = _LABEL.findall(host.lower())
    if not labels or labels[-1].isdecimal():
        return ".".join(labels)
    octets = tuple(label.encode("ascii", "replace") for label in labels)
    found = _rules_below(labels[-1]).privatesuffix(octets) or octets
    return ".".join(labels[-len(found) :])


@functools.lru_cache(maxsize=REMEMBERED)
def _rules_below(top_level: str) -> PublicSuffixList:
    """The rules of one top-level domain: reading all of them takes some 80 ms."""
    return PublicSuffixList(_snapshot().get(_u_label(top_level), ()))


@functools.cache
def _snapshot() -> Mapping[str, list[str]]:
    """The lines of the ICANN section that are rules, by their top-level domain."""
    text = Path(PSLFILE).read_text(encoding="utf-8")
    icann = text.partition(_BEGIN)[2].partition(_END)[0]
    rules: dict[str, list[str]] = defaultdict(list)
    for line in icann.splitlines():
        if line and not line.startswith("//"):
            rules[line.rpartition(".")[2]].append(line)
    return rules


def _u_label(label: str) -> str:
    """As the list writes it; what only looks like an A-label stays as it is."""
    if not label.startswith("xn--"):
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label
