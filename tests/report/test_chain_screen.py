"""The authentication chain as text: complete in both languages, within the width, harmless whatever servers say."""

import string
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.authentication_chain import AuthenticationChain, Remark, ServerTrouble, Trouble
from checker.dns.reasons import Code, Silence, Status
from checker.indicators.dnssec_chain import chain_of
from checker.observations.failure import Failure
from checker.observations.tls import TlsOutcome
from checker.report.chain_screen import chain_lines
from checker.report.words import LANGS, Lang, chain_words, closed_words
from tests.dns.world import NOW
from tests.lab.signing import Keys, Validity, make_keys
from tests.probes.one_domain import APEX, KEYS, Domain, Version

FIXED = datetime(2026, 11, 1, tzinfo=UTC)
st.register_type_strategy(datetime, st.just(FIXED))


def harmless(line: str) -> bool:
    """Nothing that moves the cursor, hides or turns text around."""
    return not {unicodedata.category(character) for character in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def wanted(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_both_languages_say_the_same_things() -> None:
    swedish, english = chain_words("sv"), chain_words("en")
    assert swedish.keys() == english.keys()
    assert {name: wanted(text) for name, text in swedish.items()} == {
        name: wanted(text) for name, text in english.items()
    }


@pytest.mark.parametrize("lang", LANGS)
def test_every_closed_value_has_words(lang: Lang) -> None:
    phrases, closed = chain_words(lang), closed_words(lang)
    assert set(closed["reasons"]) == {code.value for code in Code}
    assert set(closed["values"]) == {value.value for value in (*Silence, *Failure, TlsOutcome.NOT_TLS)}
    assert set(phrases) >= {remark.value for remark in Remark if remark}
    assert set(phrases) >= {status.value for status in Status}
    assert set(phrases) >= {"positive", "alias", "nodata", "nxdomain", "nothing"}


async def test_a_broken_server_is_told_where_it_fails() -> None:
    second = Version(validity=Validity(inception=NOW.replace(month=9), expiration=NOW.replace(month=10)))
    found = chain_of(await Domain(second=second).observed())
    lines = list(chain_lines(found, lang="en", width=200))
    assert lines[0] == "Authentication chain of unit.test (times in UTC)"
    assert lines[1] == "  ✓ the root (.): secure"
    assert "  └─ ✗ unit.test: bogus: the chain holds, but not the answers of every server" in lines
    tag = KEYS.ds().key_tag
    assert f"       ✓ DS {tag}, 13 ECDSAP256SHA256, SHA-256" in lines
    assert f"       ✓ key {tag} CSK, 13 ECDSAP256SHA256, 256 bits, fits the DS, signs the keys" in lines
    assert "       ✗ unit.test SOA: records, until 2026-12-22 12:00, right at 1 of 2 addresses" in lines
    failing = "✗ ns2.unit.test (192.0.2.12): signature expired (unit.test SOA, 2026-10-22T12:00:00Z)"
    assert any(line.strip() == failing for line in lines)


async def test_an_unsigned_domain_is_told_in_swedish() -> None:
    lines = list(chain_lines(chain_of(await Domain(ds=()).observed()), width=200))
    assert lines[0] == "Förtroendekedja för unit.test (tider i UTC)"
    assert "  └─ – unit.test: inte säkrad: ingen DS-post, vilket föräldern intygar (unit.test DS)" in lines


def two_keys() -> Keys:
    return replace(KEYS, pairs=(*KEYS.pairs, *make_keys(APEX).pairs, *KEYS.pairs))


async def test_a_stand_by_key_is_called_one() -> None:
    lines = list(chain_lines(chain_of(await Domain(first=Version(keys=two_keys())).observed()), lang="en"))
    assert any(line.endswith("256 bits, stand-by") for line in lines)


def texts_of(chain: AuthenticationChain, hostile: str) -> AuthenticationChain:
    """The chain with foreign text wherever a server's may stand."""
    trouble = Trouble(code=hostile, zone=hostile, record=hostile, detail=hostile)
    zones = tuple(replace(zone, name=hostile, trouble=trouble) for zone in chain.zones)
    answers = tuple(
        replace(answer, name=hostile, failing=(ServerTrouble(server=hostile, trouble=trouble),))
        for answer in chain.answers
    )
    hops = tuple(replace(hop, origin=hostile, name=hostile, trouble=trouble) for hop in chain.hops)
    return replace(chain, name=hostile, nonexistent=hostile, zones=zones, answers=answers, hops=hops)


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "a\nb\rc", "\u202eevil", "{name}", "%s", "x" * 5000])
async def test_foreign_text_is_harmless(hostile: str) -> None:
    record = ("unit.test.", "MX", "10 host.unsigned.test.")
    chain = chain_of(await Domain(first=Version(records=(record,))).observed())
    for lang in LANGS:
        for line in chain_lines(texts_of(chain, hostile), lang=lang):
            assert harmless(line)
            assert len(line) < 900


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.from_type(AuthenticationChain), st.sampled_from(get_args(Lang)), st.integers(20, 120))
def test_any_chain_can_be_told(chain: AuthenticationChain, lang: Lang, width: int) -> None:
    known = {status.value for status in Status}
    zones = tuple(
        replace(zone, status=zone.status if zone.status in known else "bogus") for zone in chain.zones
    )
    answers = tuple(replace(answer, kind="nodata", status="insecure") for answer in chain.answers)
    hops = tuple(replace(hop, status="secure") for hop in chain.hops)
    chain = replace(chain, status="bogus")
    lines = list(chain_lines(replace(chain, zones=zones, answers=answers, hops=hops), lang=lang, width=width))
    assert len(lines) >= 1 + len(zones)
    assert all(map(harmless, lines))
