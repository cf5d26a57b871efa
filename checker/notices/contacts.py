"""Who is told about which rows: the contact addresses of domains.csv. Never about rows of somebody else."""

from collections.abc import Iterable
from dataclasses import dataclass

from checker.history.changes import CellRow
from checker.mail_addresses import AddressProblem, parse_address, same_mailbox, split_addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One mailbox and the codes of the rows that name it, in the order of domains.csv."""

    address: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Every mailbox once; `unusable` are (code, text) of what is no mail address."""

    mailboxes: tuple[Contact, ...] = ()
    unusable: tuple[tuple[str, str], ...] = ()


def read_contacts(rows: Iterable[CellRow]) -> Contacts:
    """The mailboxes that rows name; a field may name several, and several rows the same."""
    spelled: dict[str, str] = {}
    codes: dict[str, list[str]] = {}
    unusable: list[tuple[str, str]] = []
    for row in rows:
        for piece in split_addresses(row.contact):
            try:
                address = parse_address(piece)
            except AddressProblem:
                unusable.append((row.code, piece))
                continue
            mailbox = same_mailbox(address)
            spelled.setdefault(mailbox, address)
            named = codes.setdefault(mailbox, [])
            if row.code not in named:
                named.append(row.code)
    return Contacts(
        mailboxes=tuple(
            Contact(address=address, codes=tuple(codes[mailbox])) for mailbox, address in spelled.items()
        ),
        unusable=tuple(unusable),
    )
