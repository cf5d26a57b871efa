"""Contacts: every mailbox once, with the rows that name it."""

from checker.notices.contacts import Contact, read_contacts
from tests.notices.changes import row


def test_one_mailbox_on_several_rows_and_several_on_one() -> None:
    rows = [
        row("a", "it@x.example"),
        row("b", "IT@x.example; anna@y.example"),
        row("c"),
        row("d", "it@x.example"),
    ]
    contacts = read_contacts(rows)
    assert contacts.mailboxes == (
        Contact(address="it@x.example", codes=("a", "b", "d")),
        Contact(address="anna@y.example", codes=("b",)),
    )
    assert contacts.unusable == ()


def test_what_cannot_be_used_is_named_with_its_row() -> None:
    contacts = read_contacts([row("a", "växeln, it@x.example"), row("b", "https://b.example/kontakt")])
    assert [contact.address for contact in contacts.mailboxes] == ["it@x.example"]
    assert contacts.unusable == (("a", "växeln"), ("b", "https://b.example/kontakt"))
