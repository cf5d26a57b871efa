"""The drawn authentication chain: it shows what the judge found, marks one break, and holds together whatever it is given."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from xml.etree import ElementTree as ET

import dns.dnssectypes
import dns.message
import dns.rdatatype
import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.authentication_chain import (
    AnswerLink,
    AuthenticationChain,
    HopLink,
    ServerTrouble,
    Trouble,
    ZoneLink,
)
from checker.indicators.dnssec_chain import chain_of
from checker.observations.dns import DnssecObservation
from checker.probes.dnssec import observe_dnssec
from checker.report.chain_outline import Line, chain_outline
from checker.report.words import LANGS, Lang
from checker.site.chain_parts import Box, ChainTree, Glyph, Look, Part
from checker.site.chain_tree import ZONES, chain_tree
from checker.site.environment import environment
from checker.site.text_width import shortened, text_width, wrapped
from tests.dns.world import NOW
from tests.lab.signing import Validity, make_keys
from tests.probes.one_domain import APEX, DOMAIN, KEYS, Changed, Domain, Version, ds_of, rcode, with_keys

SVG = "{http://www.w3.org/2000/svg}"
OTHER, SPLIT = make_keys(APEX), make_keys(APEX, split=True)
EXPIRED = Validity(inception=NOW - timedelta(days=30), expiration=NOW - timedelta(days=1))
BREAKS = {"sv": "Här bryts kedjan", "en": "The chain breaks here"}
CONTENT_OF_A_SMALL_SCREEN = 288
"""CSS pixels between the margins of a page 320 wide."""


def tampered(query: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    """Another address under the signature of the right one."""
    for rrset in reply.answer:
        if rrset.rdtype == dns.rdatatype.A:
            other = dns.rdata.from_text("IN", "A", "192.0.2.99")
            rrset.items = {other: None}
    return reply


def without_denial(query: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    reply.authority = [rrset for rrset in reply.authority if rrset.rdtype == dns.rdatatype.SOA]
    return reply


def refused(observation: DnssecObservation) -> DnssecObservation:
    """Every server refuses every question."""
    views = tuple(
        replace(
            view,
            replies=tuple(
                replace(reply, message=replace(reply.message, rcode="REFUSED", answer=(), authority=()))
                for reply in view.replies
                if reply.message is not None
            ),
        )
        for view in observation.views
    )
    return replace(observation, views=views)


async def chain(domain: Domain, name: str = DOMAIN) -> AuthenticationChain:
    return chain_of(await domain.observed(name))


def breaks(found: AuthenticationChain) -> bool:
    """Whether the chain is broken somewhere, by what the judge says of its parts."""
    zones = any(zone.status == "bogus" for zone in found.zones)
    answers = any(
        answer.status == "bogus" or any(one.trouble.code != "dnssec_no_answer" for one in answer.failing)
        for answer in found.answers
    )
    return zones or answers or any(hop.status == "bogus" for hop in found.hops)


@cache
def drawing_template(lang: Lang) -> jinja2.Template:
    return environment(lang).from_string(
        '{% from "macros/chain.html" import chain_svg, chain_text %}'
        '{{ chain_svg(tree, "chain-1") }}{{ chain_text(outline) }}'
    )


def markup(found: AuthenticationChain, lang: Lang = "en") -> str:
    return drawing_template(lang).render(tree=chain_tree(found, lang), outline=chain_outline(found, lang))


def drawn(found: AuthenticationChain, lang: Lang = "en") -> ET.Element:
    """The drawing as a parsed document."""
    svg, end, _ = markup(found, lang).partition("</svg>")
    return ET.fromstring(  # noqa: S314 - what the template wrote
        svg.strip().replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + end
    )


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.bottom <= other.y
        or other.bottom <= one.y
    )


def within(inner: Box, outer: Box) -> bool:
    across = outer.x <= inner.x and inner.x + inner.width <= outer.x + outer.width
    return across and outer.y <= inner.y and inner.bottom <= outer.bottom


def hold_together(tree: ChainTree) -> None:
    """Nothing overlaps and nothing sticks out."""
    page = Box(part=Part.ZONE, look=Look.GOOD, x=0, y=0, width=tree.width, height=tree.height)
    for one, other in (*combinations(tree.boxes, 2), *combinations(tree.frames, 2)):
        assert apart(one, other), (one, other)
    for frame in tree.frames:
        assert all(within(box, frame) or apart(box, frame) for box in tree.boxes)
    assert all(within(box, page) for box in (*tree.boxes, *tree.frames))
    for x, y in (corner for link in tree.links for corner in link.corners):
        assert 0 <= x <= tree.width
        assert 0 <= y <= tree.height
    for words in tree.words:
        width = text_width(words.text, bold=words.bold)
        start = words.x - {"start": 0, "middle": width // 2, "end": width}[words.at]
        assert start >= 0
        assert start + width <= tree.width
        assert 14 <= words.y <= tree.height
    for sign in tree.glyphs:
        assert 6 <= sign.x <= tree.width - 6
        assert 6 <= sign.y <= tree.height - 6


def looks(tree: ChainTree, part: Part) -> list[Look]:
    return [box.look for box in tree.boxes if box.part is part]


_MADE: dict[str, AuthenticationChain] = {}


async def made(scenario: str) -> AuthenticationChain:
    """The chain of a scenario, measured and judged once."""
    if scenario not in _MADE:
        _MADE[scenario] = await chain(SCENARIOS[scenario])
    return _MADE[scenario]


MX = ("unit.test.", "MX", "10 host.unsigned.test.")
ALIAS = ("www.unit.test.", "CNAME", "host.broken.test.")
SCENARIOS = {
    "secure": Domain(first=Version(records=(MX,))),
    "secure, two kinds of keys": Domain(first=Version(keys=SPLIT, denial="nsec3"), ds=ds_of(SPLIT)),
    "unsigned": Domain(ds=()),
    "DS without its key": Domain(ds=ds_of(OTHER)),
    "expired": Domain(first=Version(validity=EXPIRED)),
    "expired, two kinds of keys": Domain(first=Version(keys=SPLIT, validity=EXPIRED), ds=ds_of(SPLIT)),
    "no DNSKEY": Domain(first=Version(signed=False)),
    "unsupported algorithm": Domain(ds=(KEYS.ds().replace(algorithm=12),)),
    "one server expired": Domain(second=Version(validity=EXPIRED)),
    "one server with a wrong signature": Domain(second_responder=Changed(tampered)),
    "one server without proof of absence": Domain(second_responder=Changed(without_denial)),
    "one server fails a question": Domain(second_responder=Changed(rcode("SERVFAIL", only="A"))),
    "alias into a broken zone": Domain(first=Version(records=(ALIAS, MX))),
    "too many NSEC3 iterations": Domain(first=Version(denial="nsec3", iterations=151)),
}
WORKING = {
    "secure",
    "secure, two kinds of keys",
    "unsigned",
    "unsupported algorithm",
    "one server fails a question",
    "too many NSEC3 iterations",
}


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_one_break_is_marked_where_something_failed(scenario: str) -> None:
    found = await made(scenario)
    tree = chain_tree(found, "en")
    hold_together(tree)
    assert breaks(found) is (scenario not in WORKING)
    assert looks(tree, Part.BREAK) == [Look.FAILED] * breaks(found)
    assert any(sign.glyph is Glyph.CROSS for sign in tree.glyphs) is breaks(found)
    for lang in LANGS:
        assert texts(drawn(found, lang)).count(BREAKS[lang]) == int(breaks(found))


def below(tree: ChainTree, part: Part) -> str:
    """The words inside the first box of a kind."""
    box = next(box for box in tree.boxes if box.part is part)
    return " ".join(words.text for words in tree.words if box.y < words.y < box.bottom)


@pytest.mark.parametrize(
    ("scenario", "above", "reason"),
    [
        ("DS without its key", Part.NAME, "no key fits the DS record"),
        ("no DNSKEY", Part.NAME, "no DNSKEY records"),
        ("expired", Part.ENTRY, "signature expired"),
        ("expired, two kinds of keys", Part.ENTRY, "signature expired"),
        ("one server expired", Part.ANSWER, "ns2.unit.test (192.0.2.12): signature expired"),
        ("one server with a wrong signature", Part.ANSWER, "signature does not fit the content"),
        ("one server without proof of absence", Part.ANSWER, "proof of absence missing"),
        ("alias into a broken zone", Part.HOP, "no key fits the DS record"),
    ],
)
async def test_the_break_stands_at_the_failing_link(scenario: str, above: Part, reason: str) -> None:
    tree = chain_tree(await made(scenario), "en")
    assert tree.broken is not None
    assert [box for box in tree.boxes if box.bottom <= tree.broken.y][-1].part is above
    assert reason in below(tree, Part.BREAK)
    failed = [link for link in tree.links if link.look is Look.FAILED]
    assert failed
    first = min(failed, key=lambda link: link.corners[0][1])
    assert first.corners[0][1] < tree.broken.y


async def test_unsigned_is_not_drawn_as_broken() -> None:
    tree = chain_tree(await made("unsigned"), "en")
    assert below(tree, Part.DENIAL) == "no DS record, as the parent proves (unit.test DS)"
    assert looks(tree, Part.DENIAL) == [Look.GOOD]
    assert looks(tree, Part.NAME) == [Look.GOOD, Look.INSECURE]
    assert Look.FAILED not in {link.look for link in tree.links}
    assert tree.links[-1].look is Look.INSECURE


async def test_an_unsupported_algorithm_is_proven_unsigned() -> None:
    tree = chain_tree(await made("unsupported algorithm"), "en")
    assert looks(tree, Part.NAME) == [Look.GOOD, Look.INSECURE]
    assert "only unsupported algorithms or digests" in " ".join(words.text for words in tree.words)
    assert looks(tree, Part.DS)[-1] is Look.UNUSED


async def test_a_name_that_does_not_exist_is_drawn_as_proven() -> None:
    tree = chain_tree(await chain(Domain(), "no.unit.test"), "en")
    hold_together(tree)
    assert below(tree, Part.DENIAL) == "no.unit.test does not exist, as unit.test proves"


async def test_servers_that_tell_nothing_are_unknown() -> None:
    tree = chain_tree(chain_of(refused(await Domain().observed())), "en")
    hold_together(tree)
    assert looks(tree, Part.SERVER) == [Look.UNKNOWN] * 2
    assert looks(tree, Part.NAME) == [Look.GOOD, Look.UNKNOWN]
    assert tree.broken is None


async def test_a_zone_that_nobody_answers_for_ends_in_a_question() -> None:
    good = await Domain().observed()
    silent = replace(good.chain, cuts=tuple(replace(cut, ds=None, dnskey=None) for cut in good.chain.cuts))
    tree = chain_tree(chain_of(replace(good, chain=silent)), "en")
    hold_together(tree)
    assert looks(tree, Part.SILENCE) == [Look.UNKNOWN]
    assert "no answer" in below(tree, Part.SILENCE)
    assert tree.broken is None


async def test_without_an_anchor_the_name_stands_in_outline() -> None:
    async with Domain().walker() as walker:
        walker.anchors = ()
        found = chain_of(await observe_dnssec(DOMAIN, (), walker))
    tree = chain_tree(found, "en")
    hold_together(tree)
    assert looks(tree, Part.NAME) == [Look.INSECURE]
    assert {"unit.test", "no trust anchor above"} <= {words.text for words in tree.words}


async def test_every_key_hangs_on_the_ds_that_leads_to_it() -> None:
    tree = chain_tree(await made("secure, two kinds of keys"), "en")
    entry, key = (
        next(box for box in reversed(tree.boxes) if box.part is part) for part in (Part.ENTRY, Part.KEY)
    )
    record = next(box for box in reversed(tree.boxes) if box.part is Part.DS)
    ends = {(link.corners[0], link.corners[-1]) for link in tree.links if link.look is Look.GOOD}
    assert ((record.middle, record.bottom), (entry.middle, entry.y)) in ends
    assert ((entry.middle, entry.bottom), (key.middle, key.y)) in ends


async def test_a_flood_of_keys_and_ds_is_counted_not_drawn() -> None:
    many = [make_keys(APEX) for _ in range(30)]
    ds = tuple(record for keys in (KEYS, *many) for record in ds_of(keys))
    found = await chain(Domain(first=Version(keys=with_keys(KEYS, *many, KEYS)), ds=ds))
    tree = chain_tree(found, "en")
    hold_together(tree)
    assert len(looks(tree, Part.ENTRY)) == 1 + 3
    assert "56 more not shown" in {words.text for words in tree.words}


async def test_web_and_mail_domain_are_drawn_on_one_page() -> None:
    trees = [chain_tree(await chain(Domain(), name), "en") for name in (DOMAIN, "signed.test")]
    page = environment("en").from_string(
        '{% from "macros/chain.html" import chain_svg %}'
        '{% for tree in trees %}{{ chain_svg(tree, "chain-" ~ loop.index) }}{% endfor %}'
    )
    written = page.render(trees=trees)
    ids = re.findall(r' id="([^"]+)"', written)
    assert len(ids) == len(set(ids)) == 4
    assert " ".join(ids) == " ".join(re.findall(r'aria-labelledby="([^"]+)"', written))
    assert "Authentication chain of signed.test" in written


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_the_markup_is_lean_and_legible(scenario: str, lang: Lang) -> None:
    found = await made(scenario)
    root = drawn(found, lang)
    assert root.get("role") == "img"
    size = float(root.get("font-size", "0")) * CONTENT_OF_A_SMALL_SCREEN / chain_tree(found, lang).width
    assert size >= 12
    svg = markup(found, lang).partition("</svg>")[0]
    assert 1_000 < len(svg) < 6_000
    assert "style=" not in svg


def lines_of(lines: tuple[Line, ...]) -> Iterator[str]:
    for line in lines:
        yield line.text
        yield from lines_of(line.below)


@pytest.mark.parametrize("lang", LANGS)
async def test_the_list_tells_all_that_the_terminal_does(lang: Lang) -> None:
    found = await made("one server expired")
    outline = chain_outline(found, lang)
    told = markup(found, lang).partition("</svg>")[2]
    plain = " ".join(re.sub(r"<[^>]*>", "", told).split())
    for line in (*lines_of(outline.zones), *lines_of(outline.end)):
        assert line in plain
    assert told.count("<li>") == len([*lines_of(outline.zones), *lines_of(outline.end)])
    assert plain.count("Håller inte:" if lang == "sv" else "Does not hold:") == 7


HOSTILE = [
    "<script>x</script>",
    "\u202eevil\x1b[31m",
    '" onload="x',
    "a&b]]>",
    "x" * 5000,
    "å" * 90,
    "漢字" * 40,
    "",
]


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_foreign_text_is_harmless(hostile: str) -> None:
    found = await made("one server expired")
    trouble = Trouble(code=hostile, zone=hostile, record=hostile, detail=hostile)
    failing = (ServerTrouble(server=hostile, trouble=trouble),)
    hop = HopLink(
        origin=hostile, name=hostile, zone=hostile, status="bogus", nonexistent=True, trouble=trouble
    )
    odd = replace(
        found,
        name=hostile,
        nonexistent=hostile,
        zones=tuple(replace(zone, name=hostile, trouble=trouble) for zone in found.zones),
        answers=tuple(
            replace(answer, name=hostile, type=hostile, failing=failing) for answer in found.answers
        ),
        unusable=failing,
        hops=(hop,),
    )
    hold_together(chain_tree(odd, "en"))
    root = drawn(odd)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "g", "rect", "path", "text")
    }
    assert not {name for element in root.iter() for name in element.attrib if name.startswith("on")}
    written = markup(odd)
    assert "<script" not in written
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", written)


STATUSES = st.sampled_from(["secure", "insecure", "bogus", "indeterminate"])
KINDS = st.sampled_from(["positive", "alias", "nodata", "nxdomain", "nothing"])
st.register_type_strategy(datetime, st.just(datetime(2026, 11, 1, tzinfo=UTC)))


@st.composite
def chains(draw: st.DrawFn) -> AuthenticationChain:
    """Chains of a judge's form with anything in them: all zones but the last are secure, answers come below secure ones."""
    above = draw(st.lists(st.from_type(ZoneLink), max_size=3))
    zones = [replace(zone, status="secure", anchored=not place) for place, zone in enumerate(above)]
    if zones:
        zones *= draw(st.sampled_from([1, 1, 4]))
        zones.append(replace(draw(st.from_type(ZoneLink)), status=draw(STATUSES), anchored=False))
    answers: list[AnswerLink] = []
    if zones and zones[-1].status == "secure":
        found = draw(st.lists(st.from_type(AnswerLink), max_size=4))
        found += [replace(answer, name=f"{place}.example.") for place in range(4) for answer in found]
        answers = [replace(answer, status=draw(STATUSES), kind=draw(KINDS)) for answer in found]
    hops = [replace(hop, status=draw(STATUSES)) for hop in draw(st.lists(st.from_type(HopLink), max_size=3))]
    return AuthenticationChain(
        name=draw(st.text()),
        status=draw(STATUSES),
        zones=tuple(zones),
        nonexistent=draw(st.sampled_from(["", "no.example."])),
        answers=tuple(answers),
        unusable=tuple(draw(st.lists(st.from_type(ServerTrouble), max_size=6))) if answers else (),
        hops=tuple(hops * draw(st.sampled_from([1, 3]))),
    )


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(chains(), st.sampled_from(LANGS))
def test_any_chain_can_be_drawn(found: AuthenticationChain, lang: Lang) -> None:
    tree = chain_tree(found, lang)
    hold_together(tree)
    assert len(looks(tree, Part.BREAK)) == int(breaks(found))
    assert len(tree.frames) <= ZONES
    assert len(tree.boxes) <= ZONES * 10 + 12 + 4 + 6 + 3
    root = drawn(found, lang)
    assert len(list(root.iter())) <= 400
    assert root.get("viewBox") == f"0 0 {tree.width} {tree.height}"


@given(st.text(), st.integers(30, 300), st.integers(1, 5))
def test_words_fit_where_they_are_put(text: str, room: int, most: int) -> None:
    assert text_width(shortened(text, room)) <= room
    lines = wrapped(text, room, most)
    assert len(lines) <= most
    assert all(text_width(line) <= room for line in lines)


def test_short_words_stay_whole_and_long_ones_keep_both_ends() -> None:
    assert shortened("unit.test", 100) == "unit.test"
    cut = shortened("a-very-long-label.of-some-provider.example", 150)
    assert cut.startswith("a-ver")
    assert cut.endswith("example")
    assert wrapped("one two three", 50, 2) == ("one", "two …")
