"""The authentication chain behind a verdict: the links, and that none is said to hold which the verdict denies."""

from dataclasses import replace
from datetime import timedelta

import pytest
from dns.dnssectypes import DSDigest

from checker.authentication_chain import AuthenticationChain, Mark, Remark
from checker.dns.describe_answers import SHOWN
from checker.indicators.dnssec_chain import chain_of
from checker.observations.dns import ServerView
from checker.probes.dnssec import observe_dnssec
from tests.dns.world import NOW
from tests.lab.signing import Validity, make_keys
from tests.probes.one_domain import (
    APEX,
    DOMAIN,
    KEYS,
    Changed,
    Domain,
    Version,
    ds_of,
    judged,
    rcode,
    with_keys,
)

OTHER = make_keys(APEX)
EXPIRED = Validity(inception=NOW - timedelta(days=30), expiration=NOW - timedelta(days=1))


async def chain(domain: Domain, name: str = DOMAIN) -> AuthenticationChain:
    return chain_of(await domain.observed(name))


async def test_a_good_chain() -> None:
    found = await chain(Domain(first=Version(records=(("unit.test.", "MX", "10 host.unsigned.test."),))))
    assert [(zone.name, zone.status, zone.anchored) for zone in found.zones] == [
        (".", "secure", True),
        ("unit.test.", "secure", False),
    ]
    zone = found.zones[-1]
    tag = KEYS.ds().key_tag
    assert [(ds.key_tag, ds.mark, ds.digest_type) for ds in zone.vouching] == [(tag, Mark.GOOD, 2)]
    assert [(key.key_tag, key.vouched, key.signs_keys, key.bits) for key in zone.keys] == [
        (tag, True, True, 256)
    ]
    assert [signature.mark for signature in (*zone.vouching_signatures, *zone.signatures)] == [Mark.GOOD] * 2
    assert [(answer.type, answer.kind, answer.proof, answer.servers) for answer in found.answers] == [
        ("DNSKEY", "positive", "", 2),
        ("SOA", "positive", "", 2),
        ("NS", "positive", "", 2),
        ("A", "positive", "", 2),
        ("AAAA", "nodata", "NSEC", 2),
        ("MX", "positive", "", 2),
        ("A", "nxdomain", "NSEC", 2),
    ]
    assert [answer.random for answer in found.answers] == [False] * 6 + [True]
    assert [(hop.origin, hop.name, hop.zone, hop.status) for hop in found.hops] == [
        ("unit.test. MX", "host.unsigned.test.", "unsigned.test.", "insecure")
    ]


async def test_ds_records_and_keys_are_told_apart() -> None:
    gone = make_keys(APEX)
    ds = (*ds_of(KEYS, DSDigest.SHA1, DSDigest.SHA256), KEYS.wrong_ds(), *ds_of(gone))
    found = await chain(Domain(first=Version(keys=with_keys(KEYS, OTHER, KEYS)), ds=ds))
    zone = found.zones[-1]
    assert {(link.key_tag, link.digest_type, link.mark, link.remark) for link in zone.vouching} == {
        (KEYS.ds().key_tag, 1, Mark.UNUSED, Remark.WEAKER),
        (KEYS.ds().key_tag, 2, Mark.GOOD, Remark.NONE),
        (KEYS.ds().key_tag, 2, Mark.FAILED, Remark.OTHER_DIGEST),
        (gone.ds().key_tag, 2, Mark.UNUSED, Remark.NO_KEY),
    }
    assert {(key.key_tag, key.vouched, key.signs_keys) for key in zone.keys} == {
        (KEYS.ds().key_tag, True, True),
        (OTHER.ds().key_tag, False, False),
    }


@pytest.mark.parametrize(
    ("scenario", "domain", "status", "code"),
    [
        ("no DS", Domain(ds=()), "insecure", "dnssec_no_ds"),
        ("a DS of another key", Domain(ds=ds_of(OTHER)), "bogus", "dnssec_no_key_for_ds"),
        ("expired", Domain(first=Version(validity=EXPIRED)), "bogus", "dnssec_signature_expired"),
        ("no keys", Domain(first=Version(signed=False)), "bogus", "dnssec_dnskey_missing"),
    ],
)
async def test_the_failing_link_is_marked(scenario: str, domain: Domain, status: str, code: str) -> None:
    found = await chain(domain)
    assert (found.status, found.answers) == (status, ())
    last = found.zones[-1]
    assert last.trouble is not None
    assert (last.name, last.status, last.trouble.code) == ("unit.test.", status, code)


async def test_a_server_that_fails_is_named_at_every_answer() -> None:
    observation = await Domain(second=Version(validity=EXPIRED)).observed()
    found = chain_of(observation)
    assert judged(observation).cell == "Ja (trasig)"
    assert (found.status, found.zones[-1].status) == ("bogus", "secure")
    assert {(answer.status, answer.valid, answer.servers) for answer in found.answers} == {("secure", 1, 2)}
    assert {tuple(failing.server for failing in answer.failing) for answer in found.answers} == {
        ("ns2.unit.test (192.0.2.12)",)
    }


async def test_a_name_that_does_not_exist_ends_the_chain() -> None:
    found = await chain(Domain(), "no.unit.test")
    assert (found.nonexistent, [zone.name for zone in found.zones]) == ("no.unit.test.", [".", "unit.test."])


async def test_of_a_flood_of_keys_and_ds_only_some_are_shown() -> None:
    many = [make_keys(APEX) for _ in range(30)]
    ds = tuple(record for keys in (KEYS, *many) for record in ds_of(keys))
    found = await chain(Domain(first=Version(keys=with_keys(KEYS, *many, KEYS)), ds=ds))
    zone = found.zones[-1]
    assert (len(zone.keys), len(zone.vouching)) == (SHOWN, SHOWN)
    assert zone.more == 2 * (31 - SHOWN)


async def test_without_an_anchor_there_is_no_chain() -> None:
    async with Domain().walker() as walker:
        walker.anchors = ()
        found = chain_of(await observe_dnssec(DOMAIN, (), walker))
    assert (found.name, found.status, found.zones, found.answers) == ("unit.test.", "insecure", (), ())


async def test_a_denial_that_is_not_checked_is_not_called_proven() -> None:
    found = await chain(Domain(first=Version(denial="nsec3", iterations=151)))
    denied = [
        (answer.status, answer.proof) for answer in found.answers if answer.kind in ("nodata", "nxdomain")
    ]
    assert denied == [("insecure", "")] * 3


async def test_when_no_server_answers_nothing_is_said_to_hold() -> None:
    good = await Domain().observed()
    observation = replace(good, views=tuple(map(_refused, good.views)))
    found = chain_of(observation)
    assert judged(observation).cell == "Ej mätt"
    assert (found.status, found.answers, len(found.unusable)) == ("indeterminate", (), 2)


def _refused(view: ServerView) -> ServerView:
    return replace(
        view,
        replies=tuple(
            replace(reply, message=replace(reply.message, rcode="REFUSED", answer=(), authority=()))
            for reply in view.replies
            if reply.message is not None
        ),
    )


async def test_an_answer_that_one_server_refuses_is_not_right_everywhere() -> None:
    observation = await Domain(second_responder=Changed(rcode("SERVFAIL", only="A"))).observed()
    found = chain_of(observation)
    assert [(answer.status, answer.valid) for answer in found.answers if answer.type == "A"] == [
        ("secure", 1)
    ] * 2
    assert found.status == "secure"
    failed = [f for f in judged(observation).findings if f.code == "dnssec_server_question_failed"]
    assert {(f.subject, dict(f.params)["detail"]) for f in failed} == {
        ("ns2.unit.test (192.0.2.12)", "SERVFAIL")
    }
