"""An authentication chain in words, zone below zone, each line with its sign. Lines of text, never marked up."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from checker.authentication_chain import AnswerLink, AuthenticationChain, Mark, Trouble, ZoneLink
from checker.report.chain_phrases import ChainPhrases, keys_alike, shown, standings
from checker.report.words import Lang, visible


class Sign(StrEnum):
    """The sign before a line."""

    HOLDS = "✓"
    FAILS = "✗"
    UNUSED = "–"
    UNKNOWN = "?"
    MORE = "…"


_MARKS = {Mark.GOOD: Sign.HOLDS, Mark.FAILED: Sign.FAILS, Mark.UNUSED: Sign.UNUSED}
_STATUSES = {
    "secure": Sign.HOLDS,
    "insecure": Sign.UNUSED,
    "bogus": Sign.FAILS,
    "indeterminate": Sign.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line and those that belong under it. `spoken`: its words alone say what its sign says."""

    sign: Sign
    text: str
    below: tuple["Line", ...] = ()
    spoken: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A chain in words: its zones, what vouches for each and its keys below it; `end` is what follows the last zone.

    `end` has the servers' answers, those that told nothing and the ways out of the zone.
    """

    title: str
    zones: tuple[Line, ...]
    end: tuple[Line, ...]


def chain_outline(chain: AuthenticationChain, lang: Lang = "sv") -> Outline:
    """The whole chain in one language."""
    phrases = ChainPhrases(lang)
    zones = zip(chain.zones, standings(chain), phrases.heads(chain), strict=True)
    return Outline(
        title=phrases.say("title", name=shown(chain.name)),
        zones=tuple(
            Line(sign=_STATUSES[status], text=text, below=tuple(_links(zone, phrases)))
            for zone, status, text in zones
        ),
        end=tuple(_end(chain, phrases)),
    )


def _links(zone: ZoneLink, phrases: ChainPhrases) -> Iterator[Line]:
    """What vouches for the zone, its keys and the signatures over them."""
    for vouching in zone.vouching:
        yield _link(vouching.mark, phrases.vouching(vouching, anchored=zone.anchored))
    for signature in zone.vouching_signatures:
        yield _link(signature.mark, phrases.signature(signature, "DS"))
    alone, tried = keys_alike(zone), {(link.key_tag, link.algorithm) for link in zone.signatures}
    for key in zone.keys:
        names = (key.key_tag, key.algorithm) in tried
        yield _link(key.mark, phrases.key(key, anchored=zone.anchored, alone=alone, tried=names))
    for signature in zone.signatures:
        yield _link(signature.mark, phrases.signature(signature, "DNSKEY"))
    if zone.more:
        yield Line(sign=Sign.MORE, text=phrases.say("more", count=zone.more))


def _link(mark: Mark, text: str) -> Line:
    return Line(sign=_MARKS[mark], text=text, spoken=False)


def _end(chain: AuthenticationChain, phrases: ChainPhrases) -> Iterator[Line]:
    if chain.nonexistent:
        yield Line(sign=Sign.HOLDS, text=phrases.nonexistent(chain))
    for answer in chain.answers:
        yield _answer(answer, phrases)
    for server in chain.unusable:
        yield Line(sign=Sign.UNKNOWN, text=f"{visible(server.server)}{phrases.because(server.trouble)}")
    for hop in chain.hops:
        yield Line(sign=_STATUSES[hop.status], text=phrases.hop(hop))


def _answer(answer: AnswerLink, phrases: ChainPhrases) -> Line:
    """One question to the zone's servers, and a line for each trouble with the servers that have it."""
    alike: dict[Trouble, list[str]] = {}
    for failing in answer.failing:
        alike.setdefault(failing.trouble, []).append(visible(failing.server))
    fails = answer.failing and answer.status == "secure"
    return Line(
        sign=Sign.FAILS if fails else _STATUSES[answer.status],
        text=phrases.answer(answer),
        below=tuple(
            Line(sign=Sign.FAILS, text=f"{', '.join(servers)}{phrases.because(trouble)}")
            for trouble, servers in alike.items()
        ),
        spoken=False,
    )
