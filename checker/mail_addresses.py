"""Mail addresses as people write them, made fit for an envelope: the domain as A-labels. Never asks the DNS."""

import re

from checker.domain_names import NameProblem, parse_name

LOCAL_PART_MAX_OCTETS = 64  # RFC 5321 §4.5.3.1.1
ADDRESS_MAX_OCTETS = 254  # RFC 5321 §4.5.3.1.3, without the angle brackets

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"  # RFC 5322 §3.2.3, RFC 6531 §3.3
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_NAMED = re.compile(r"[^,;<>]*<([^<>]*)>")
_BETWEEN = re.compile(r"[,;\s]+")


class AddressProblem(ValueError):  # noqa: N818 - what is wrong with what somebody wrote, as NameProblem is
    """What is wrong with an address, as the end of a sentence."""


def parse_address(text: str) -> str:
    """One mail address, its domain in lower case as A-labels; the part before the @ as it stands.

    Quoted local parts and address literals are refused. Raises AddressProblem. Source: RFC 5321 §4.1.2, RFC 6531 §3.3.
    """
    local, at, domain = text.strip().rpartition("@")
    if not at:
        raise AddressProblem("is no mail address: it has no @")
    if not _DOT_ATOM.fullmatch(local) or not local.isprintable():
        raise AddressProblem(
            "is no mail address: what stands before the @ has characters that do not belong there"
        )
    if len(local.encode()) > LOCAL_PART_MAX_OCTETS:
        raise AddressProblem(f"has more than {LOCAL_PART_MAX_OCTETS} octets before the @")
    try:
        name = parse_name(domain, single_label=domain.lower() == "localhost")
    except NameProblem as problem:
        raise AddressProblem(f"is no mail address: what stands after the @ {problem}") from None
    address = f"{local}@{name}"
    if len(address.encode()) > ADDRESS_MAX_OCTETS:
        raise AddressProblem(f"has more than {ADDRESS_MAX_OCTETS} octets")
    return address


def split_addresses(text: str) -> tuple[str, ...]:
    """The pieces of a field with several addresses: apart by comma, semicolon or space, out of `Name <address>`."""
    bare = _NAMED.sub(r"\1,", text)
    return tuple(piece.removeprefix("mailto:") for piece in _BETWEEN.split(bare) if piece)


def same_mailbox(address: str) -> str:
    """What two spellings of one mailbox have in common; case before the @ counts to no server that matters."""
    return address.casefold()
