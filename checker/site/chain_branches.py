"""What branches off below the last zone of a drawn chain: answers, silent servers, names elsewhere. Places nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from checker.authentication_chain import AnswerLink, AuthenticationChain, HopLink, Trouble
from checker.report.chain_phrases import ChainPhrases, shown, shown_record
from checker.report.words import visible
from checker.site.chain_parts import Look, Part
from checker.site.chain_pen import BRANCHED_ROOM, INSET
from checker.site.text_width import shortened, text_width, wrapped

STATUS_LOOKS = {
    "secure": Look.GOOD,
    "insecure": Look.INSECURE,
    "bogus": Look.FAILED,
    "indeterminate": Look.UNKNOWN,
}
SIGN_ROOM = 18
"""Room for the sign before a branch's words."""
_NO_ANSWER = "dnssec_no_answer"
_ROOM = BRANCHED_ROOM - 2 * INSET - SIGN_ROOM


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One box: its lines, and what is told where the chain breaks at it ("" elsewhere)."""

    part: Part
    look: Look
    lines: tuple[str, ...]
    trouble: str = ""


def answer_branches(chain: AuthenticationChain, phrases: ChainPhrases) -> tuple[Branch, ...]:
    """The proof that a name does not exist, then answers that say the same of one name together.

    A good answer about the keys is left out: the keys are drawn.
    """
    found = []
    if chain.nonexistent:
        text = phrases.nonexistent(chain)
        found.append(Branch(part=Part.DENIAL, look=Look.GOOD, lines=wrapped(text, _ROOM, 3)))
    alike: dict[tuple[object, ...], list[AnswerLink]] = {}
    for answer in chain.answers:
        look = answer_look(answer)
        if answer.type != "DNSKEY" or look is not Look.GOOD:
            said = (answer.name, answer.random, look, answer.kind, answer.proof, answer.valid, answer.servers)
            fails = frozenset((one.server, one.trouble.code) for one in answer.failing)
            alike.setdefault((*said, fails), []).append(answer)
    found += [_answers(answers, phrases) for answers in alike.values()]
    return tuple(found)


def answer_look(answer: AnswerLink) -> Look:
    """Broken as soon as one server's answer is; unknown where one told nothing."""
    if any(_is_broken(failing.trouble) for failing in answer.failing):
        return Look.FAILED
    return Look.UNKNOWN if answer.failing else STATUS_LOOKS[answer.status]


def _is_broken(trouble: Trouble) -> bool:
    return trouble.code != _NO_ANSWER


def _answers(answers: list[AnswerLink], phrases: ChainPhrases) -> Branch:
    first = answers[0]
    look = answer_look(first)
    types = ", ".join(dict.fromkeys(visible(answer.type) for answer in answers))
    name = phrases.words["random"] if first.random else shown(first.name)
    facts = [] if first.kind == "positive" else phrases.facts(first)
    if first.valid < first.servers:
        facts.append(phrases.say("servers", good=first.valid, all=first.servers))
    denies = first.kind in {"nodata", "nxdomain"} and look is not Look.FAILED
    return Branch(
        part=Part.DENIAL if denies else Part.ANSWER,
        look=look,
        lines=_lines(name, types, ", ".join(facts)),
        trouble=_first_trouble(first, phrases) if look is Look.FAILED else "",
    )


def _lines(name: str, types: str, facts: str) -> tuple[str, ...]:
    """Name and types on one line where they fit there, else the types with what is said of them."""
    whole = f"{name} {types}"
    if text_width(whole) <= _ROOM:
        return (whole, *wrapped(facts, _ROOM, 3))
    return (shortened(name, _ROOM), *wrapped(f"{types}: {facts}" if facts else types, _ROOM, 4))


def _first_trouble(answer: AnswerLink, phrases: ChainPhrases) -> str:
    """The first trouble that breaks the chain, and whose it is."""
    trouble = next((failing.trouble for failing in answer.failing if _is_broken(failing.trouble)), None)
    if trouble is None:
        return phrases.words["bogus"]
    servers = [visible(one.server) for one in answer.failing if one.trouble == trouble]
    return f"{', '.join(servers)}{phrases.because(trouble)}"


def server_branches(chain: AuthenticationChain, phrases: ChainPhrases) -> Iterable[Branch]:
    """The servers that told nothing at all."""
    for server in chain.unusable:
        because = phrases.why(server.trouble)
        lines = (shortened(visible(server.server), _ROOM), *wrapped(because, _ROOM, 2))
        yield Branch(part=Part.SERVER, look=Look.UNKNOWN, lines=lines)


def hop_branches(hops: Iterable[HopLink], phrases: ChainPhrases) -> Iterable[Branch]:
    """The ways out of the zone and how it stands where they end."""
    for hop in hops:
        standing = phrases.standing_there(hop)
        because = phrases.why(hop.trouble)
        look = STATUS_LOOKS[hop.status]
        broken = look is Look.FAILED
        yield Branch(
            part=Part.HOP,
            look=look,
            lines=(
                shortened(shown_record(hop.origin), _ROOM),
                shortened(f"→ {shown(hop.name)}", _ROOM),
                *wrapped(standing, _ROOM, 3),
            ),
            trouble=(because or standing) if broken else "",
        )
