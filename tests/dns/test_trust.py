from dataclasses import replace

import dns.name
import pytest
from dns.dnssectypes import DSDigest

from checker.dns.reasons import Code, Reason
from checker.dns.records import find, rdata_of
from checker.dns.trust import Trusted, trust_zone, usable_ds
from checker.observations.dns import RRset
from tests.dns.world import NOW, ZONE, World
from tests.lab.signing import make_keys

WORLD = World(split=True)


def _ds(*records: bytes) -> RRset:
    return RRset(name=ZONE, type="DS", ttl=60, rdata=records)


RIGHT = WORLD.ds().rdata[0]
SHA1 = WORLD.ds(DSDigest.SHA1).rdata[0]
SHA384 = WORLD.ds(DSDigest.SHA384).rdata[0]
WRONG = WORLD.keys.wrong_ds().to_wire() or b""
OTHER_KEY = make_keys(dns.name.from_text(ZONE)).ds().to_wire() or b""
SHORT = RIGHT[:20]
STAND_BY = tuple(make_keys(dns.name.from_text(ZONE)).ds().to_wire() or b"" for _ in range(15))
UNKNOWN_ALGORITHM = RIGHT[:2] + bytes([200]) + RIGHT[3:]
UNKNOWN_DIGEST = RIGHT[:3] + bytes([200]) + RIGHT[4:]


@pytest.mark.parametrize(
    ("scenario", "ds", "trusted"),
    [
        ("SHA-256", (RIGHT,), True),
        ("SHA-384", (SHA384,), True),
        ("SHA-1 alone", (SHA1,), True),
        ("one right among wrong ones", (WRONG, OTHER_KEY, RIGHT), True),
        ("a stand-by key's DS besides", (OTHER_KEY, RIGHT), True),
        ("only wrong digests", (WRONG,), False),
        ("only another key's", (OTHER_KEY,), False),
        ("right SHA-1 beside a wrong SHA-256: SHA-1 does not count", (SHA1, WRONG), False),
        ("a digest of odd length beside the right one", (SHORT, RIGHT), True),
        ("only a digest of odd length", (SHORT,), False),
        ("fifteen stand-by keys besides", (*STAND_BY, RIGHT), True),
        ("unknown beside right", (UNKNOWN_ALGORITHM, UNKNOWN_DIGEST, RIGHT), True),
    ],
)
def test_one_usable_ds_is_enough(scenario: str, ds: tuple[bytes, ...], trusted: bool) -> None:
    judged = trust_zone(WORLD.ask(ZONE, "DNSKEY"), ZONE, _ds(*ds), NOW)
    assert isinstance(judged, Trusted) is trusted, judged


@pytest.mark.parametrize(
    ("scenario", "ds", "usable"),
    [
        ("unknown algorithm", (UNKNOWN_ALGORITHM,), ()),
        ("unknown digest", (UNKNOWN_DIGEST,), ()),
        ("SHA-1 gives way", (SHA1, RIGHT), (RIGHT,)),
        ("SHA-1 stays beside something unusable", (SHA1, UNKNOWN_DIGEST), (SHA1,)),
    ],
)
def test_which_ds_count(scenario: str, ds: tuple[bytes, ...], usable: tuple[bytes, ...]) -> None:
    assert usable_ds(_ds(*ds)) == usable


def test_a_dnskey_serves_as_anchor() -> None:
    reply = WORLD.ask(ZONE, "DNSKEY")
    dnskeys = find(reply.answer, ZONE, "DNSKEY")
    assert dnskeys is not None
    entry = next(wire for wire in dnskeys.rdata if rdata_of("DNSKEY", wire).flags & 1)  # type: ignore[attr-defined]
    assert isinstance(trust_zone(reply, ZONE, replace(dnskeys, rdata=(entry,), signatures=()), NOW), Trusted)


def _reason(judged: Trusted | Reason) -> Code:
    assert isinstance(judged, Reason)
    return judged.code


def test_a_revoked_key_opens_nothing() -> None:
    reply = WORLD.ask(ZONE, "DNSKEY")
    dnskeys = find(reply.answer, ZONE, "DNSKEY")
    assert dnskeys is not None
    revoked = tuple(bytes([wire[0], wire[1] | 0x80]) + wire[2:] for wire in dnskeys.rdata)
    changed = replace(reply, answer=(replace(dnskeys, rdata=revoked),))
    assert _reason(trust_zone(changed, ZONE, WORLD.ds(), NOW)) is Code.NO_KEY_FOR_DS


def test_no_dnskey_at_all() -> None:
    reply = replace(WORLD.ask(ZONE, "DNSKEY"), answer=())
    assert _reason(trust_zone(reply, ZONE, WORLD.ds(), NOW)) is Code.DNSKEY_MISSING


def test_the_ds_key_must_itself_sign() -> None:
    reply = WORLD.ask(ZONE, "DNSKEY")
    dnskeys = find(reply.answer, ZONE, "DNSKEY")
    assert dnskeys is not None
    zone_key_only = World(keys=replace(WORLD.keys, pairs=WORLD.keys.pairs[::-1])).ask(ZONE, "DNSKEY")
    signed_by_other = find(zone_key_only.answer, ZONE, "DNSKEY")
    assert signed_by_other is not None
    changed = replace(reply, answer=(replace(dnskeys, signatures=signed_by_other.signatures),))
    assert _reason(trust_zone(changed, ZONE, WORLD.ds(), NOW)) is Code.SIGNATURE_KEY_ABSENT


def test_a_flood_of_colliding_ds_is_too_costly() -> None:
    flood = tuple(RIGHT[:4] + bytes([n]) * 32 for n in range(60))
    assert _reason(trust_zone(WORLD.ask(ZONE, "DNSKEY"), ZONE, _ds(*flood), NOW)) is Code.TOO_COSTLY
