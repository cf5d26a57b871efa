"""Lays an authentication chain out as a narrow tree, from the root down to the row's own records. Pure; writes no markup.

As in DNSViz a frame is a zone, and a DS record stands in the frame of the zone that signs it; what fails is crossed out.
"""

from collections.abc import Mapping

from checker.authentication_chain import AuthenticationChain, KeyLink, Mark, ZoneLink
from checker.report.chain_phrases import ChainPhrases, shown, standings
from checker.report.words import Lang
from checker.site.chain_branches import STATUS_LOOKS, answer_branches, hop_branches, server_branches
from checker.site.chain_keys import (
    LOOK_OF,
    STOPS,
    KeyId,
    KeyRows,
    Stop,
    Voucher,
    absent_node,
    entry_look,
    key_id,
    key_node,
    key_rows,
    other_look,
    stop_of,
    voucher_node,
    vouchers,
)
from checker.site.chain_parts import WIDTH, Box, ChainTree, Look, Part
from checker.site.chain_pen import GAP, LINE, Node, Pen
from checker.site.chain_trunk import begin_trunk, draw_branches

ZONES = 8
"""Zones that are drawn: the first, and those nearest to the name."""
_MOST = {Part.SERVER: 4, Part.HOP: 6}
_MOST_ANSWERS = 12
_BETWEEN = 8
"""Between branches."""
_NO_ANCHOR = "dnssec_no_anchor"


def chain_tree(chain: AuthenticationChain, lang: Lang = "sv") -> ChainTree:
    """The drawing of one chain, bounded in size whatever the chain has.

    Only the first link that breaks the chain gets a BREAK box; what fails after it is crossed out without words.
    """
    layout = _Layout(chain, lang)
    layout.zones()
    layout.branches()
    return layout.tree()


class _Layout:
    """One drawing in the making. `_lowest` are the keys that sign what comes below."""

    def __init__(self, chain: AuthenticationChain, lang: Lang) -> None:
        self._chain = chain
        self._pen = Pen()
        self._phrases = ChainPhrases(lang)
        self._lowest: list[tuple[Box, KeyLink]] = []

    def tree(self) -> ChainTree:
        """What was drawn, with the standing of each zone as its summary."""
        heads = list(self._phrases.heads(self._chain))
        summary = ". ".join(heads or [self._phrases.reason(_NO_ANCHOR)])
        return self._pen.tree(shown(self._chain.name), f"{summary}.")

    def zones(self) -> None:
        """Every zone from the anchored one down."""
        zones, statuses = self._chain.zones, standings(self._chain)
        left_out = range(1, max(1, len(zones) - ZONES + 1))
        for depth, zone in enumerate(zones):
            if depth in left_out:
                if depth == 1:
                    self._leave_out(len(left_out))
                continue
            below = zones[depth + 1] if depth + 1 < len(zones) else None
            self._zone(zone, statuses[depth], _signers(self._chain, below))
        if not zones:
            self._open(self._chain.name, self._chain.status, 0)
            self._pen.tell(self._phrases.reason(_NO_ANCHOR))

    def branches(self) -> None:
        """What the last zone's servers say, and the names elsewhere that it leads to."""
        chain, phrases, pen = self._chain, self._phrases, self._pen
        end = None
        if chain.zones and chain.zones[-1].status == "secure":
            inside = [*answer_branches(chain, phrases), *server_branches(chain, phrases)]
            sources = self._sources(dict.fromkeys(_signers(chain, None), Look.GOOD))
            if inside:
                end = draw_branches(pen, inside, begin_trunk(pen, sources), phrases)
        self._pen.close_zone()
        if chain.hops:
            start = pen.y if end is None else end
            pen.y += GAP // 2
            draw_branches(pen, hop_branches(chain.hops, phrases), start, phrases)

    def _leave_out(self, count: int) -> None:
        """A line in place of zones that are not drawn."""
        self._pen.close_zone()
        self._lowest = []
        self._pen.y += LINE
        self._pen.words(self._phrases.say("more", count=count), WIDTH // 2, self._pen.y, at="middle")

    def _zone(self, zone: ZoneLink, status: str, signers: frozenset[KeyId]) -> None:
        stop = stop_of(zone)
        found, hidden = vouchers(zone)
        boxes, above = self._vouching(zone, stop, [voucher_node(voucher) for voucher in found])
        self._pen.close_zone()
        reached = zone.status == "secure" or stop in {Stop.ENTRY, Stop.KEYS}
        rows = key_rows(zone, signers, whole=stop is Stop.ENTRY) if reached else None
        hidden += zone.more + (rows.hidden if rows else 0)
        name = self._open(zone.name, status, hidden)
        self._lowest = []
        if rows is not None:
            self._keys(zone, stop, rows, list(zip(found, boxes, strict=True)), signers)
            return
        look = Look.INSECURE if zone.status == "insecure" else Look.UNUSED
        for box in above:
            self._pen.link(look, (box.middle, box.bottom), (box.middle, name.y))
        if zone.status == "insecure" and (zone.vouching or zone.anchored):
            self._pen.tell(self._phrases.why(zone.trouble))

    def _vouching(self, zone: ZoneLink, stop: Stop, nodes: list[Node]) -> tuple[list[Box], list[Box]]:
        """DS records in the frame of the zone above, or anchors above all frames; and what the zone hangs on."""
        pen = self._pen
        if zone.anchored:
            if nodes:
                pen.words(self._phrases.words["anchor"], WIDTH // 2, pen.y + LINE - 4, at="middle")
                pen.y += LINE
            boxes = pen.row(nodes)
            return boxes, boxes
        signed = {key_id(link): LOOK_OF[link.mark] for link in zone.vouching_signatures}
        sources = self._sources(signed)
        if stop is Stop.ABOVE:
            panel = self._stopped(zone, [box for box, _ in sources])
            if not nodes:
                return [], [panel]
            return (boxes := self._unreached(panel, nodes)), boxes
        pen.y += GAP
        if nodes:
            boxes = pen.row(nodes)
            pen.fan(sources, boxes, Look.GOOD)
            return boxes, boxes
        if zone.status != "insecure":
            return [], []
        denial = pen.panel(Part.DENIAL, Look.GOOD, self._phrases.why(zone.trouble))
        pen.fan(sources, [denial], Look.GOOD)
        return [], [denial]

    def _keys(
        self,
        zone: ZoneLink,
        stop: Stop,
        rows: KeyRows,
        above: list[tuple[Voucher, Box]],
        signers: frozenset[KeyId],
    ) -> None:
        """The zone's keys in one row or two, under the DS records that lead to them."""
        pen = self._pen
        if stop is Stop.ENTRY:
            panel = self._stopped(zone, [box for _, box in above])
            keys = [self._key(key, zone, Look.UNUSED, entry=True) for key in rows.entries]
            self._unreached(panel, keys or [absent_node(STOPS[zone.status])])
            return
        broken = stop is Stop.KEYS
        pen.y += GAP
        looks = [entry_look(key, signers, broken=broken) for key in rows.entries]
        nodes = [
            self._key(key, zone, look, entry=True) for key, look in zip(rows.entries, looks, strict=True)
        ]
        entries = pen.row(nodes)
        entered = list(zip(entries, rows.entries, strict=True))
        for voucher, box in above:
            for target, key in entered:
                if key_id(key) == voucher.key and (key.vouched or voucher.mark is not Mark.GOOD):
                    pen.slant(LOOK_OF[voucher.mark], box, target)
        if broken:
            sources = [box for box, key in entered if key.vouched] or entries
            panel = self._stopped(zone, sources)
            keys = [self._key(key, zone, Look.UNUSED, entry=False) for key in rows.others]
            self._unreached(panel, keys or [absent_node(STOPS[zone.status])])
            return
        self._lowest = entered
        if rows.others:
            pen.y += GAP
            others = pen.row(
                [self._key(key, zone, other_look(key, signers), entry=False) for key in rows.others]
            )
            pen.fan([(box, Look.GOOD) for box, key in entered if key.signs_keys], others, Look.GOOD)
            self._lowest = list(zip(others, rows.others, strict=True))

    def _key(self, key: KeyLink, zone: ZoneLink, look: Look, *, entry: bool) -> Node:
        return key_node(key, zone, self._phrases, look=look, entry=entry)

    def _sources(self, signed: Mapping[KeyId, Look]) -> list[tuple[Box, Look]]:
        """Of the keys above those that signed, or all that may have where nothing says which."""
        named = [(box, signed[key_id(key)]) for box, key in self._lowest if key_id(key) in signed]
        return named or [(box, Look.GOOD) for box, key in self._lowest if not key.remark]

    def _stopped(self, zone: ZoneLink, sources: list[Box]) -> Box:
        """Where the chain ends, and why; crossed out or open towards what it hangs on."""
        part = STOPS[zone.status]
        look = STATUS_LOOKS[zone.status]
        self._pen.y += GAP
        panel = self._pen.panel(
            part, look, self._phrases.why(zone.trouble) or self._phrases.words[zone.status]
        )
        self._pen.fan([(box, look) for box in sources], [panel], look)
        return panel

    def _unreached(self, panel: Box, nodes: list[Node]) -> list[Box]:
        """What lies behind the place where the chain ends."""
        self._pen.y += 2 * GAP // 3
        boxes = self._pen.row(nodes)
        self._pen.fan([(panel, Look.UNUSED)], boxes, Look.UNUSED)
        return boxes

    def _open(self, name: str, status: str, hidden: int) -> Box:
        note = self._phrases.say("more", count=hidden) if hidden else ""
        standing = self._phrases.words[status]
        return self._pen.open_zone(self._phrases.zone_name(name), standing, STATUS_LOOKS[status], note)


def _signers(chain: AuthenticationChain, below: ZoneLink | None) -> frozenset[KeyId]:
    """The keys of a zone that sign what comes below it: the DS RRset of the next zone, or the answers."""
    if below is not None:
        return frozenset(key_id(link) for link in below.vouching_signatures)
    answers = (answer for answer in chain.answers if answer.type != "DNSKEY")
    return frozenset(
        key_id(link) for answer in answers for link in answer.signatures if link.mark is Mark.GOOD
    )
