"""An authentication chain as plain text, zone below zone. Returns lines and never prints; server text is neutralised."""

import textwrap
from collections.abc import Iterator
from datetime import datetime

from checker.authentication_chain import (
    ALGORITHMS,
    DIGESTS,
    AnswerLink,
    AuthenticationChain,
    HopLink,
    KeyLink,
    Mark,
    ServerTrouble,
    SignatureLink,
    Trouble,
    VouchingLink,
    ZoneLink,
)
from checker.report.words import Lang, chain_words, closed_words, visible

WIDTH = 80
_MARKS = {Mark.GOOD: "✓", Mark.FAILED: "✗", Mark.UNUSED: "–"}
_STATUS_MARKS = {"secure": "✓", "insecure": "–", "bogus": "✗", "indeterminate": "?"}
_BRANCH, _STEP, _MARGIN = "└─ ", "   ", "  "
_DEEPEST = 8
"""Zones that are set in one below the other; a name of a hundred zones would leave no room."""


def chain_lines(chain: AuthenticationChain, *, lang: Lang = "sv", width: int = WIDTH) -> Iterator[str]:
    """The whole chain: its zones as a tree, below the last one the servers' answers and the ways out of the zone."""
    writer = _Writer(lang, width)
    yield writer.say("title", name=_shown(chain.name))
    indent = _MARGIN
    for depth, zone in enumerate(chain.zones):
        branch = _BRANCH if depth else ""
        indent = _MARGIN + _STEP * min(depth, _DEEPEST)
        before = indent[: -len(_STEP)] if 0 < depth <= _DEEPEST else indent
        at_end = depth == len(chain.zones) - 1 and bool(chain.answers or chain.unusable)
        head = writer.zone(zone, chain if at_end else None)
        yield from writer.wrapped(before + branch if depth <= _DEEPEST else indent, head)
        for line in writer.links(zone):
            yield from writer.wrapped(indent + _MARGIN, line)
    inner = indent + _MARGIN
    if chain.nonexistent:
        above = chain.zones[-1].name if chain.zones else "."
        words = writer.say("nonexistent", name=_shown(chain.nonexistent), zone=_shown(above))
        yield from writer.wrapped(inner, f"✓ {words}")
    for answer in chain.answers:
        for line in writer.answer(answer):
            yield from writer.wrapped(inner, line)
    for server in chain.unusable:
        yield from writer.wrapped(inner, writer.server("?", server))
    for hop in chain.hops:
        yield from writer.wrapped(inner, writer.hop(hop))


def _shown(name: str) -> str:
    return visible(name.rstrip(".") or ".")


def _record(record: str) -> str:
    """Owner and type ("www.example.se. A") as people write them."""
    owner, _, rdtype = record.partition(" ")
    return f"{_shown(owner)} {visible(rdtype)}".strip()


def _time(moment: datetime) -> str:
    """To the minute; the heading says that it is UTC."""
    return f"{moment:%Y-%m-%d %H:%M}"


class _Writer:
    """The words of one language for each kind of link."""

    def __init__(self, lang: Lang, width: int) -> None:
        self._words = chain_words(lang)
        self._reasons = closed_words(lang)["reasons"]
        self._values = closed_words(lang)["values"]
        self._width = width

    def say(self, phrase: str, **values: object) -> str:
        """A phrase with its values, which are the program's own or were made visible."""
        return self._words[phrase].format(**values)

    def wrapped(self, indent: str, line: str) -> list[str]:
        """The line within the width; what runs over is set in below its mark."""
        blank = " " * len(indent) + _MARGIN
        room = max(self._width, len(blank) + 24)
        return textwrap.wrap(
            line, room, initial_indent=indent, subsequent_indent=blank, break_on_hyphens=False
        )

    def zone(self, zone: ZoneLink, ends: AuthenticationChain | None) -> str:
        """Name, standing and reason; `ends` is the chain whose answers come from this zone."""
        name = self._words["root"] if zone.name == "." else _shown(zone.name)
        if ends is not None and zone.status == "secure" != ends.status:
            some = any(answer.valid for answer in ends.answers)
            words = self._words["some_servers" if some else "no_servers"]
            return f"{_STATUS_MARKS[ends.status]} {name}: {self._words[ends.status]}: {words}"
        mark = _STATUS_MARKS[zone.status]
        return f"{mark} {name}: {self._words[zone.status]}{self._because(zone.trouble)}"

    def links(self, zone: ZoneLink) -> Iterator[str]:
        """What vouches for the zone, its keys and the signatures over them."""
        for vouching in zone.vouching:
            yield self._vouching(vouching, anchored=zone.anchored)
        for signature in zone.vouching_signatures:
            yield self._signature(signature, "DS")
        alone = len({key.entry_point for key in zone.keys if not key.remark}) == 1
        for key in zone.keys:
            mine = (key.key_tag, key.algorithm)
            tried = any((link.key_tag, link.algorithm) == mine for link in zone.signatures)
            yield self._key(key, anchored=zone.anchored, alone=alone, tried=tried)
        for signature in zone.signatures:
            yield self._signature(signature, "DNSKEY")
        if zone.more:
            yield f"… {self.say('more', count=zone.more)}"

    def answer(self, answer: AnswerLink) -> Iterator[str]:
        """One question to the zone's servers, and a line for each server whose answer does not hold."""
        facts = [self._words[answer.kind]]
        if answer.proof:
            facts.append(self.say("proof", proof=visible(answer.proof)))
        ends = [signature.expiration for signature in answer.signatures if signature.mark is Mark.GOOD]
        if ends:
            facts.append(self.say("until", expiration=_time(min(ends))))
        if answer.servers > 1:
            facts.append(self.say("servers", good=answer.valid, all=answer.servers))
        mark = "✗" if answer.failing and answer.status == "secure" else _STATUS_MARKS[answer.status]
        random = f" ({self._words['random']})" if answer.random else ""
        yield f"{mark} {_shown(answer.name)} {visible(answer.type)}{random}: {', '.join(facts)}"
        alike: dict[Trouble, list[str]] = {}
        for failing in answer.failing:
            alike.setdefault(failing.trouble, []).append(visible(failing.server))
        for trouble, servers in alike.items():
            yield f"  ✗ {', '.join(servers)}{self._because(trouble)}"

    def server(self, mark: str, server: ServerTrouble) -> str:
        """One name-server address and what is wrong with what it says."""
        return f"{mark} {visible(server.server)}{self._because(server.trouble)}"

    def hop(self, hop: HopLink) -> str:
        """A way out of the zone."""
        there = self.say("hop", origin=_record(hop.origin), name=_shown(hop.name))
        zone = self.say("in_zone", zone=_shown(hop.zone))
        gone = f", {self._words['nxdomain']}" if hop.nonexistent else ""
        mark = _STATUS_MARKS[hop.status]
        return f"{mark} → {there}: {self._words[hop.status]} {zone}{gone}{self._because(hop.trouble)}"

    def _reason(self, code: str) -> str:
        return self._reasons.get(code) or visible(code)

    def _because(self, trouble: Trouble | None) -> str:
        if trouble is None:
            return ""
        reason = self._reason(trouble.code)
        detail = self._values.get(trouble.detail, visible(trouble.detail))
        about = _record(trouble.record) if trouble.record else ""
        values = ", ".join(filter(None, (about, detail)))
        return f": {reason} ({values})" if values else f": {reason}"

    def _vouching(self, link: VouchingLink, *, anchored: bool) -> str:
        facts = [_algorithm(link.algorithm)]
        if link.digest_type is not None:
            facts.append(DIGESTS.get(link.digest_type, str(link.digest_type)))
        name = self._words["anchor"] if anchored else "DS"
        remark = f": {self._words[link.remark.value]}" if link.remark else ""
        return f"{_MARKS[link.mark]} {name} {link.key_tag}, {', '.join(facts)}{remark}"

    def _key(self, link: KeyLink, *, anchored: bool, alone: bool, tried: bool) -> str:
        """`alone`: the zone's keys are all of one kind, so they sign keys and data alike.

        `tried`: there is a signature over the keys that names this one.
        """
        facts = [_algorithm(link.algorithm)]
        if link.bits is not None:
            facts.append(self.say("bits", bits=link.bits))
        if link.vouched:
            facts.append(self._words["vouched_anchor" if anchored else "vouched_ds"])
        if link.signs_keys:
            facts.append(self._words["signs_keys"])
        elif link.entry_point and not link.remark and not tried:
            facts.append(self._words["stand_by"])
        kind = self._words["combined_key" if alone else "entry_point" if link.entry_point else "zone_key"]
        remark = f": {self._words[link.remark.value]}" if link.remark else ""
        return f"{_MARKS[link.mark]} {self._words['key']} {link.key_tag} {kind}, {', '.join(facts)}{remark}"

    def _signature(self, link: SignatureLink, rdtype: str) -> str:
        words = self.say("signature", type=rdtype, tag=link.key_tag)
        period = self.say("period", inception=_time(link.inception), expiration=_time(link.expiration))
        reason = f": {self._reason(link.code)}" if link.code else ""
        return f"{_MARKS[link.mark]} {words}, {period}{reason}"


def _algorithm(number: int) -> str:
    name = ALGORITHMS.get(number)
    return f"{number} {name}" if name else str(number)
