"""Every parser of what web and mail servers say, fed with mutated and made-up input.

A failing example is a seed: `python -m tests.hostile.fuzz --seed N --seconds 1` starts from it.
"""

import random
import warnings
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.observations.fact import Fact
from checker.observations.tls import TlsOutcome
from checker.protocols.certificate import read_certificate
from checker.protocols.chain_trust import judge_chain
from checker.protocols.refresh import meta_refresh, refresh_target
from checker.protocols.signatures import signed_by
from tests.hostile.certificate_inputs import change_der, corpus
from tests.hostile.changes import change
from tests.hostile.hello_inputs import KNOWN, honest_flights, made_flight, read_reply
from tests.hostile.parsers import PARSERS
from tests.protocols.made_certificates import NOW

SEEDS = st.integers(min_value=0, max_value=2**32)


@pytest.mark.parametrize("check", PARSERS)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_whatever_is_read(check: Callable[[random.Random], None], seed: int) -> None:
    check(random.Random(seed))


def test_input_is_changed_and_replayed_by_its_seed() -> None:
    flight = honest_flights()[0][1]
    made = [change(random.Random(seed), flight) for seed in range(200)]
    assert made == [change(random.Random(seed), flight) for seed in range(200)]
    assert sum(changed != flight for changed in made) > 180


def test_made_flights_are_not_all_refused_at_the_first_byte() -> None:
    outcomes = []
    for seed in range(200):
        draw = random.Random(seed)
        hello = draw.choice(KNOWN)
        outcomes.append(read_reply(hello, [made_flight(draw, hello)], whole_flight=False).outcome)
    assert outcomes.count(TlsOutcome.ESTABLISHED) > 40
    assert len(set(outcomes)) >= 3


def test_honest_chains_are_trusted_and_changed_ones_are_not() -> None:
    """What changed chains are compared with: the same judgement does trust what the CA signed."""
    known = corpus()
    assert [judge_chain(chain, known.store, NOW).trusted for chain in known.chains] == [
        *[Fact.YES] * 4,
        Fact.NO,
        Fact.NO,
    ]
    leaf, issuing = known.chains[0]
    for place, der in ((0, leaf), (1, issuing)):
        for at in range(1, 60):  # the signature stands last
            changed = bytearray(der)
            changed[-at] ^= 0x10
            chain = (bytes(changed), issuing) if place == 0 else (leaf, bytes(changed))
            assert judge_chain(chain, known.store, NOW).trusted is not Fact.YES


def test_ders_are_changed() -> None:
    der = corpus().chains[1][0]
    assert sum(change_der(random.Random(seed), der) != der for seed in range(200)) > 180


@pytest.mark.parametrize("filling", [" ", "\t \t", "0 ", ";", "url ", "url=", "= "])
def test_a_refresh_that_almost_fits_is_given_up_at_once(filling: str) -> None:
    """A search that goes back and forth over so much would outlive the sweep: it is over at once, or never."""
    value = "0" + filling * (60_000 // len(filling)) + '"a"b'
    refresh_target(value)
    meta_refresh(f"<meta http-equiv=refresh content='{value[:800]}x>".encode() * 80)


def test_a_country_of_seven_letters_is_no_news() -> None:
    """Appliances make such certificates; the library warns whoever reads the name, and the terminal is not for that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "Sverige", _validate=False)])
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    der = made.public_bytes(Encoding.DER)
    assert read_certificate(der).subject == "C=Sverige"
    assert judge_chain((der,), corpus().store, NOW).self_signed is Fact.YES


@pytest.mark.parametrize(("bits", "answer"), [(2_048, False), (10_000, None)])
def test_a_dsa_key_of_ten_thousand_bits_is_not_computed_with(bits: int, answer: bool | None) -> None:
    der = _dsa_certificate((1 << bits) - 15)
    assert read_certificate(der).key_bits == bits
    assert signed_by(der, der) is answer


def _dsa_certificate(prime: int) -> bytes:
    """Self-issued, signed with two ones; no library makes such keys."""
    algorithm = _sequence(_DSA, _sequence(_integer(prime), _integer((1 << 256) - 189), _integer(4)))
    key = _sequence(algorithm, _der(3, b"\0" + _integer(prime // 3)))
    name = _sequence(_der(0x31, _sequence(b"\x06\x03\x55\x04\x03", _der(0x0C, b"x"))))
    dates = _sequence(_der(0x17, b"250101000000Z"), _der(0x17, b"490101000000Z"))
    signed = _sequence(_integer(1), _sequence(_DSA_SHA256), name, dates, name, key)
    return _sequence(signed, _sequence(_DSA_SHA256), _der(3, b"\0" + _sequence(_integer(1), _integer(1))))


_DSA = bytes.fromhex("06072a8648ce380401")
_DSA_SHA256 = bytes.fromhex("0609608648016503040302")


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _integer(number: int) -> bytes:
    return _der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content
