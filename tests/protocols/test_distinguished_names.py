import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from checker.protocols.distinguished_names import canonical, lies_below


def name(value: str, string: _ASN1Type = _ASN1Type.UTF8String) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, value, _type=string)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (name("Example AB"), name("EXAMPLE ab")),
        (name("Example  AB "), name("Example AB")),
        (name("Example", _ASN1Type.PrintableString), name("Example", _ASN1Type.UTF8String)),
    ],
    ids=["case", "spaces", "string types"],
)
def test_what_makes_no_difference(one: x509.Name, other: x509.Name) -> None:
    assert canonical(one) == canonical(other)


def test_what_makes_a_difference() -> None:
    place = x509.Name([x509.NameAttribute(NameOID.LOCALITY_NAME, "Example")])
    assert len({canonical(name("Example")), canonical(name("Exempel")), canonical(place)}) == 3


def test_below_means_beginning_with() -> None:
    upper, other = canonical(name("Example")), canonical(name("Other"))
    assert lies_below(upper + other, upper)
    assert lies_below(upper, upper)
    assert not lies_below(other + upper, upper)
    assert not lies_below(upper, upper + other)
