"""Every algorithm and digest number in a table: the cell it leads to, and what is said of it (RFC 9904, RFC 9905)."""

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest

from checker.authentication_chain import ALGORITHMS, DIGESTS
from checker.dns import algorithms
from tests.lab.signing import make_keys
from tests.probes.one_domain import APEX, KEYS, Domain, Version, ds_of, judged

SECURE = {
    5: {"dnssec_sha1"},
    7: {"dnssec_sha1"},
    8: set(),
    10: set(),
    13: set(),
    14: set(),
    15: set(),
    16: set(),
}
UNSUPPORTED = (0, 1, 2, 3, 4, 6, 9, 11, 12, 17, 18, 23, 122, 200, 251, 252, 253, 254, 255)
DIGEST_CELLS: dict[int, tuple[str, set[str]]] = {
    0: ("Nej", {"dnssec_unsupported_algorithm"}),
    1: ("Ja", {"dnssec_ds_sha1"}),
    2: ("Ja", set()),
    3: ("Nej", {"dnssec_unsupported_algorithm"}),
    4: ("Ja", set()),
    5: ("Nej", {"dnssec_unsupported_algorithm"}),
    6: ("Nej", {"dnssec_unsupported_algorithm"}),
    7: ("Nej", {"dnssec_unsupported_algorithm"}),
    128: ("Nej", {"dnssec_unsupported_algorithm"}),
    254: ("Nej", {"dnssec_unsupported_algorithm"}),
    255: ("Nej", {"dnssec_unsupported_algorithm"}),
}


def ds(
    algorithm: int = 13, digest_type: int = 2, tag: int | None = None, digest: bytes = b""
) -> dns.rdata.Rdata:
    """A DS RDATA with any numbers in it."""
    right = KEYS.ds(digest_type) if digest_type in (1, 2, 4) else KEYS.ds()  # type: ignore[arg-type]  # a DSDigest
    head = (tag or right.key_tag).to_bytes(2, "big") + bytes([algorithm, digest_type])
    return dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.DS, head + (digest or right.digest))


async def cell_and_codes(domain: Domain) -> tuple[str, set[str]]:
    verdict = judged(await domain.observed())
    return verdict.cell, {finding.code for finding in verdict.findings} - {"dnssec_secure"}


@pytest.mark.parametrize("algorithm", SECURE)
async def test_an_algorithm_that_validates(algorithm: int) -> None:
    keys = make_keys(APEX, algorithm)
    domain = Domain(first=Version(keys=keys), ds=ds_of(keys))
    assert await cell_and_codes(domain) == ("Ja", SECURE[algorithm])


@pytest.mark.parametrize("algorithm", UNSUPPORTED)
async def test_an_algorithm_that_does_not_count(algorithm: int) -> None:
    found = await cell_and_codes(Domain(ds=(ds(algorithm),)))
    assert found == ("Nej", {"dnssec_unsupported_algorithm"})


@pytest.mark.parametrize("algorithm", UNSUPPORTED)
async def test_beside_an_algorithm_that_validates_it_is_left_aside(algorithm: int) -> None:
    assert await cell_and_codes(Domain(ds=(ds(algorithm), *ds_of(KEYS)))) == ("Ja", set())


@pytest.mark.parametrize("digest_type", DIGEST_CELLS)
async def test_a_digest_type(digest_type: int) -> None:
    assert await cell_and_codes(Domain(ds=(ds(digest_type=digest_type),))) == DIGEST_CELLS[digest_type]


@pytest.mark.parametrize(
    ("scenario", "records", "cell", "codes"),
    [
        ("SHA-1 right, SHA-256 wrong", (ds(digest_type=1), ds(digest=bytes(32))), "Ja (trasig)", {"dnssec_no_key_for_ds"}),
        ("SHA-1 right, SHA-384 wrong", (ds(digest_type=1), ds(digest_type=4, digest=bytes(48))), "Ja (trasig)", {"dnssec_no_key_for_ds"}),
        ("SHA-1 wrong, SHA-256 right", (ds(digest_type=1, digest=bytes(20)), ds()), "Ja", set()),
        ("SHA-256 right, SHA-384 wrong", (ds(), ds(digest_type=4, digest=bytes(48))), "Ja", {"dnssec_ds_unmatched"}),
        ("an unknown digest beside SHA-256", (ds(digest_type=99), ds()), "Ja", set()),
        ("another tag", (ds(tag=1),), "Ja (trasig)", {"dnssec_no_key_for_ds"}),
        ("a digest cut short", (ds(digest=bytes(31)),), "Ja (trasig)", {"dnssec_no_key_for_ds"}),
        ("a supported algorithm that the key has not", (ds(8),), "Ja (trasig)", {"dnssec_no_key_for_ds"}),
        ("no DS", (), "Nej", {"dnssec_no_ds", "dnssec_signed_without_ds"}),
    ],
)  # fmt: skip
async def test_what_a_ds_leads_to(
    scenario: str, records: tuple[dns.rdata.Rdata, ...], cell: str, codes: set[str]
) -> None:
    assert await cell_and_codes(Domain(ds=records)) == (cell, codes)


def test_the_table_has_every_algorithm_that_the_program_knows() -> None:
    assert set(SECURE) == algorithms.SUPPORTED
    assert set(SECURE) | set(UNSUPPORTED) >= set(ALGORITHMS)
    assert {n for n, (cell, _) in DIGEST_CELLS.items() if cell == "Ja"} == {1, *algorithms.DIGESTS}
    assert set(DIGEST_CELLS) >= set(DIGESTS)
