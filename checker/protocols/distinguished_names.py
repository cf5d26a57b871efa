"""Distinguished names made comparable: case, spaces and string types do not matter (RFC 5280 §7.1). Judges nothing."""

from cryptography import x509

Canonical = tuple[tuple[tuple[str, str], ...], ...]
"""One tuple an RDN, sorted pairs of attribute OID and folded value in it."""


def canonical(name: x509.Name) -> Canonical:
    """The form in which equal names are equal. Raises ValueError for names whose strings cannot be read."""
    return tuple(
        tuple(sorted((attribute.oid.dotted_string, _folded(attribute.value)) for attribute in rdn))
        for rdn in name.rdns
    )


def lies_below(name: Canonical, subtree: Canonical) -> bool:
    """Whether a name begins with all the RDNs of a subtree (RFC 5280 §4.2.1.10)."""
    return name[: len(subtree)] == subtree


def _folded(value: str | bytes) -> str:
    return " ".join(value.split()).casefold() if isinstance(value, str) else value.hex()
