"""Domain names as people write them: made A-labels for storage, or told what is wrong. Never asks the DNS."""

import re
from ipaddress import ip_address

import idna

NAME_MAX_OCTETS = 253
"""Longest name in presentation form without its trailing dot (RFC 1035 §2.3.4: 255 octets on the wire)."""
LABEL_MAX_OCTETS = 63

_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # the label separators of UTS 46
_LDH = re.compile(r"[a-z0-9-]+")
_QUOTED_CHARS = 60


class NameProblem(ValueError):  # noqa: N818 - it is about data, and is one of several reported together
    """Why a text is not a host name, in words for the person who wrote it."""


def parse_name(text: str, *, single_label: bool = False) -> str:
    """Turn what somebody wrote into lower-case A-labels without a trailing dot.

    Letters, digits and hyphens only (RFC 952, RFC 1123 §2.1), IDN by UTS 46 and then IDNA 2008 (RFC 5891).
    `single_label` permits a top-level domain. Raises NameProblem.
    """
    name = text.strip()
    _refuse_what_is_no_name(name)
    labels = _DOTS.split(name)
    if labels[-1] == "" and len(labels) > 1:
        labels.pop()
    if "" in labels:
        raise NameProblem("has an empty label (two dots in a row, or a dot first)")
    for label in labels:
        if len(label) > LABEL_MAX_OCTETS:
            raise NameProblem(f"has a label of {len(label)} characters; {LABEL_MAX_OCTETS} is the most")
    if sum(map(len, labels)) + len(labels) - 1 > NAME_MAX_OCTETS:
        raise NameProblem(f"is longer than {NAME_MAX_OCTETS} characters")
    ascii_labels = _to_ascii(labels)
    if len(ascii_labels) < 2 and not single_label:
        raise NameProblem('is a single label; write the whole name, as in "example.se"')
    if ascii_labels[-1].isdigit():
        raise NameProblem("ends in a number, which no top-level domain does")
    joined = ".".join(ascii_labels)
    if len(joined) > NAME_MAX_OCTETS:
        raise NameProblem(f"is longer than {NAME_MAX_OCTETS} characters as A-labels")
    return joined


def is_loopback_host(host: str) -> bool:
    """Whether a host is this machine itself, by address or as localhost (RFC 6761 §6.3)."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def printable(text: str) -> str:
    """The text with whatever does not print as an escape, for messages."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def quoted(text: str) -> str:
    """Quote a text from a file or command line for a message: capped, and printable."""
    return '"' + printable(text if len(text) <= _QUOTED_CHARS else text[:_QUOTED_CHARS] + "…") + '"'


def _refuse_what_is_no_name(name: str) -> None:
    """Name the usual things that are pasted where a name belongs."""
    if not name:
        raise NameProblem("is empty")
    if "://" in name or "/" in name:
        raise NameProblem('is a URL or a path; write only the name, as in "example.se"')
    if "@" in name.strip("@"):
        raise NameProblem("is an e-mail address; write what stands after the @")
    if name[0] in "=+@":
        raise NameProblem(f'starts with "{name[0]}", as a spreadsheet formula does')
    if _is_address(name):
        raise NameProblem("is an IP address; a name is needed")
    if ":" in name:
        raise NameProblem("has a colon; write the name without a port")
    if any(character.isspace() for character in name):
        raise NameProblem("has a space in it")
    if "*" in name:
        raise NameProblem("has a wildcard; write one name")
    if "_" in name:
        raise NameProblem("has an underscore, which host names and mail domains must not (RFC 1123 §2.1)")


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _to_ascii(labels: list[str]) -> list[str]:
    if all(label.isascii() for label in labels):
        return [_checked(label.lower()) for label in labels]
    try:
        mapped = idna.uts46_remap(".".join(labels), std3_rules=True, transitional=False)
        pieces = _DOTS.split(mapped)
        return [_checked(p if p.isascii() else idna.alabel(p).decode("ascii")) for p in pieces]
    except idna.IDNAError as error:
        raise NameProblem(f"is not a valid internationalised name (IDNA 2008): {_plain(error)}") from None


def _checked(label: str) -> str:
    """Check one lower-case ASCII label; hyphens in the third and fourth place are legal outside IDNA."""
    if not label:
        raise NameProblem("has an empty label once its characters are mapped by UTS 46")
    if not _LDH.fullmatch(label):
        bad = next(character for character in label if not _LDH.fullmatch(character))
        raise NameProblem(f"has {quoted(bad)} in it; letters, digits and hyphens make up a name")
    if label[0] == "-" or label[-1] == "-":
        raise NameProblem("has a label that starts or ends with a hyphen")
    if len(label) > LABEL_MAX_OCTETS:
        raise NameProblem(
            f"has a label of {len(label)} characters as an A-label; {LABEL_MAX_OCTETS} is the most"
        )
    if label.startswith("xn--"):
        try:
            idna.ulabel(label)
        except idna.IDNAError as error:
            raise NameProblem(f"has an A-label that is not valid (IDNA 2008): {_plain(error)}") from None
    return label


def _plain(error: idna.IDNAError) -> str:
    return printable(str(error))
