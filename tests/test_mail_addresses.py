"""Mail addresses: what is one, and what people put around several of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.mail_addresses import AddressProblem, parse_address, same_mailbox, split_addresses


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("it@dalarna.se", "it@dalarna.se"),
        (" It.Drift+kollen@Dalarna.SE ", "It.Drift+kollen@dalarna.se"),
        ("it@räksmörgås.se", "it@xn--rksmrgs-5wao1o.se"),
        ("säkerhet@dalarna.se", "säkerhet@dalarna.se"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_addresses(written: str, address: str) -> None:
    assert parse_address(written) == address


@pytest.mark.parametrize(
    "written",
    [
        "",
        "dalarna.se",
        "@dalarna.se",
        "it@",
        "it@@dalarna.se",
        "a b@dalarna.se",
        '"a b"@dalarna.se',
        ".a@dalarna.se",
        "a..b@dalarna.se",
        "it@[192.0.2.1]",
        "it@dalarna",
        "it\r\nBcc: x@dalarna.se",
        "it\x00@dalarna.se",
        "it\u202e@dalarna.se",
        "<it@dalarna.se>",
        "å" * 33 + "@dalarna.se",
        "a@" + ".".join(["b" * 62] * 4) + ".se",
    ],
)
def test_what_is_no_address(written: str) -> None:
    with pytest.raises(AddressProblem):
        parse_address(written)


@given(st.text(max_size=60))
def test_an_address_never_breaks_a_line_or_an_envelope(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressProblem:
        return
    assert address.isprintable()
    assert not set(address) & set(' <>,;:"()[]\\')


@pytest.mark.parametrize(
    ("field", "pieces"),
    [
        ("", ()),
        ("a@b.se", ("a@b.se",)),
        ("a@b.se, c@d.se;e@f.se g@h.se", ("a@b.se", "c@d.se", "e@f.se", "g@h.se")),
        ("Anna Svensson <a@b.se>, c@d.se", ("a@b.se", "c@d.se")),
        ("mailto:a@b.se", ("a@b.se",)),
        ("ring växeln", ("ring", "växeln")),
    ],
)
def test_fields_with_several(field: str, pieces: tuple[str, ...]) -> None:
    assert split_addresses(field) == pieces


def test_spellings_of_one_mailbox() -> None:
    assert same_mailbox("IT@dalarna.se") == same_mailbox("it@dalarna.se")
