"""The type bitmaps of NSEC and NSEC3 (RFC 4034 §4.1.2, RFC 5155 §3.2.1). Pure."""

import dns.rdatatype


def has_type(windows: tuple[tuple[int, bytes], ...], rdtype: int) -> bool:
    """Whether a type bitmap (RFC 4034 §4.1.2) names the type."""
    window, offset = divmod(rdtype, 256)
    for number, bitmap in windows:
        if number == window:
            octet = offset // 8
            return octet < len(bitmap) and bool(bitmap[octet] & (0x80 >> (offset % 8)))
    return False


def is_parent_side(windows: tuple[tuple[int, bytes], ...]) -> bool:
    """NS without SOA: the record stands above a zone cut (RFC 6840 §4.1)."""
    return has_type(windows, dns.rdatatype.NS) and not has_type(windows, dns.rdatatype.SOA)
