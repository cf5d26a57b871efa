"""A small hierarchy of zones with random defects: root, three top-level zones, leaves, children of leaves. Pure.

The same seed gives the same zones, RSA keys and the time apart.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from random import Random

from tests.daemons.content_defects import BOGUS, CONTENTS, INSECURE, SECURE, furnish
from tests.daemons.delegation_defects import DELEGATIONS
from tests.daemons.denial_defects import DENIAL
from tests.daemons.drafts import Draft
from tests.daemons.key_defects import KEYS
from tests.daemons.live_defects import LIVE
from tests.daemons.record_defects import RECORDS
from tests.lab.addresses import AddressBook
from tests.lab.plan import NameServerHost
from tests.lab.served_zone import ServedZone
from tests.lab.zone_contents import ZoneContents

REGISTERS = (KEYS, DELEGATIONS, RECORDS, DENIAL, CONTENTS, LIVE)
DEFECTS = {name: defect for register in REGISTERS for name, defect in register.known.items()}
HARMLESS = tuple(name for name, defect in DEFECTS.items() if defect.harmless)
TOP_LEVEL = {"se.": "nsec", "net.": "nsec3", "org.": "nsec3-optout"}
FIXED = {SECURE: "none", INSECURE: "unsigned", BOGUS: "expired"}
ALGORITHMS = (13, 13, 13, 8, 8, 15, 14, 10, 5, 7)
NSEC3_ALGORITHMS = tuple(number for number in ALGORITHMS if number != 5)  # RFC 5155 §2
DENIALS = ("nsec", "nsec", "nsec3", "nsec3", "nsec3-optout")
ITERATIONS = (0, 0, 0, 1, 10, 50, 150)
SALTS = (b"", b"", b"\xab\xcd", b"01234567")
OPERATORS = ("one", "two")
"""Who serves the leaves in turn; their children are served by a third, or beside their parents."""
THIRD, LAB = "three", "lab"
ALL = (*OPERATORS, THIRD, LAB)
BY_KNOT, NOT_FOR_NSD = "two", ("nsec3-mixed-parameters", "nsec3-unknown-hash")
"""NSD 4.6 ends at the sight of these, or when it is asked."""
WITH_CHILD, WITH_SECOND = 0.2, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One zone with its defects, and who serves it."""

    draft: Draft
    defects: tuple[str, ...]
    operator: str

    @property
    def traits(self) -> tuple[str, ...]:
        """What arguments refer to: the defects, and how the zone denies."""
        return (*self.defects, f"denial:{self.draft.denial}")

    @property
    def base(self) -> str:
        """How the zone is signed and served, in a few words."""
        draft = self.draft
        duties = "split" if draft.signers != draft.entry_points else "single"
        return (
            f"{draft.algorithm} {duties} {draft.denial} {draft.iterations} {draft.salt.hex()} {self.operator}"
        )


@dataclass(slots=True, kw_only=True)
class RandomZones:
    """All zones of one seed, signed: `hosts` serve them, `leaves` are what to ask."""

    seed: int
    root: Draft
    hosts: tuple[NameServerHost, ...]
    leaves: tuple[Leaf, ...]
    root_hints: str

    def path_to(self, leaf: Leaf) -> list[Leaf]:
        """The leaf and those that it hangs below."""
        return [above for above in self.leaves if leaf.draft.apex.is_subdomain(above.draft.apex)]

    @property
    def trust_anchor(self) -> str:
        """The DS of the root key in zone-file form."""
        return f". IN DS {self.root.ds[0].to_text()}\n"


def random_zones(seed: int, count: int, now: datetime) -> RandomZones:
    """Draw `count` leaf zones, every defect about as often as any other."""
    return _Drawing(seed, now).drawn(count)


class _Drawing:
    def __init__(self, seed: int, now: datetime) -> None:
        self._seed = seed
        self._now = now
        self._rng = Random(seed)
        self._book = AddressBook()
        self._leaves: list[Leaf] = []

    def drawn(self, count: int) -> RandomZones:
        """Children before parents: a parent publishes what its children's keys came to."""
        for apex, defect in FIXED.items():
            self._leaf(apex, (defect,), OPERATORS[0])
        for number, (defect, operator) in enumerate(zip(self._deck(count), cycle(OPERATORS), strict=False)):
            top = self._rng.choice(tuple(TOP_LEVEL))
            rng = Random(f"{self._seed} {number}")
            more = tuple(rng.sample(HARMLESS, 1)) if rng.random() < WITH_SECOND else ()
            defects = tuple(dict.fromkeys((defect, *more)))
            self._leaf(f"{defect}-{number}.{top}", defects, operator, rng)
        tops = [self._top_level(apex, denial) for apex, denial in TOP_LEVEL.items()]
        root = self._root(tops)
        hosts = (
            self._host("a.root", [root.served()]),
            self._host("a.top", [top.served() for top in tops]),
            *self._operators(),
        )
        addresses = self._book.of("a.root")
        hints = f". 3600 NS a.root.\na.root. 3600 A {addresses.ipv4}\na.root. 3600 AAAA {addresses.ipv6}\n"
        return RandomZones(
            seed=self._seed, root=root, hosts=hosts, leaves=tuple(self._leaves), root_hints=hints
        )

    def _deck(self, count: int) -> Iterator[str]:
        names = sorted(DEFECTS)
        decks: list[list[str]] = []
        while len(decks) * len(names) < count:
            decks.append(self._rng.sample(names, len(names)))
        return islice((name for deck in decks for name in deck), count)

    def _leaf(self, apex: str, defects: tuple[str, ...], operator: str, rng: Random | None = None) -> Draft:
        rng = rng or Random(f"{self._seed} {apex}")
        operator = _operator(defects, operator)
        draft = self._draft(apex, operator, rng)
        if apex in FIXED:
            draft.add("wild.www", "A", "192.0.2.3")
        known = [DEFECTS[name] for name in defects]
        furnish(draft)
        if apex not in FIXED and apex.count(".") == 2 and rng.random() < WITH_CHILD:
            self._child(draft, operator, rng)
        for defect in known:
            if defect.before is not None:
                defect.before(draft)
        draft.sign()
        for defect in known:
            if defect.after is not None:
                defect.after(draft)
        self._leaves.append(Leaf(draft=draft, defects=defects, operator=operator))
        return draft

    def _child(self, parent: Draft, operator: str, rng: Random) -> None:
        defect = rng.choice(("none", "unsigned", "ds-absent", rng.choice(sorted(DEFECTS))))
        served_by = rng.choice((operator, THIRD))
        apex = parent.name("child").to_text()
        served_by = _operator((defect,), THIRD if served_by == LAB else served_by)
        child = self._leaf(apex, (defect,), served_by, rng)
        parent.contents.add(child.apex, "NS", *_servers(served_by, "net."))
        parent.children.append(child)
        parent.ask("child", "DS")

    def _draft(self, apex: str, operator: str, rng: Random) -> Draft:
        denial = "nsec" if apex in FIXED else rng.choice(DENIALS)
        draft = Draft(
            contents=ZoneContents(apex),
            now=self._now,
            rng=rng,
            algorithm=rng.choice(ALGORITHMS if denial == "nsec" else NSEC3_ALGORITHMS),
            denial=denial,
            iterations=rng.choice(ITERATIONS),
            salt=rng.choice(SALTS),
        )
        draft.draw_keys(split=rng.random() < 0.5)
        top = apex.split(".")[-2] + "."
        servers = _servers(operator, top)
        draft.add("", "SOA", f"{servers[0]} hostmaster.{apex} {self._now:%Y%m%d}01 7200 900 1209600 300")
        draft.add("", "NS", *servers)
        return draft

    def _top_level(self, apex: str, denial: str) -> Draft:
        draft = self._parent(apex, denial, f"a.ns.{apex}")
        self._publish(draft, f"a.ns.{apex}", "a.top")
        for operator in ALL:
            for number, server in enumerate(_servers(operator, apex), start=1):
                self._publish(draft, server, f"ns{number}.{operator}")
        for leaf in self._leaves:
            if leaf.draft.apex.parent() == draft.apex:
                draft.contents.add(leaf.draft.apex, "NS", *_servers(leaf.operator, apex))
                draft.children.append(leaf.draft)
        draft.sign()
        return draft

    def _root(self, tops: list[Draft]) -> Draft:
        draft = self._parent(".", "nsec", "a.root.")
        self._publish(draft, "a.root.", "a.root")
        for top in tops:
            server = f"a.ns.{top.apex}"
            draft.contents.add(top.apex, "NS", server)
            self._publish(draft, server, "a.top")
        draft.children = tops
        draft.sign()
        return draft

    def _parent(self, apex: str, denial: str, server: str) -> Draft:
        draft = Draft(
            contents=ZoneContents(apex),
            now=self._now,
            rng=Random(f"{self._seed} {apex}"),
            algorithm=8 if apex == "." else 13,
            denial=denial,
            iterations=0,
            salt=b"",
        )
        draft.draw_keys(split=True)
        draft.add("", "SOA", f"{server} hostmaster.{server} {self._now:%Y%m%d}01 7200 900 1209600 300")
        draft.add("", "NS", server)
        return draft

    def _publish(self, draft: Draft, server: str, host: str) -> None:
        addresses = self._book.of(host)
        draft.contents.add(server, "A", addresses.ipv4)
        draft.contents.add(server, "AAAA", addresses.ipv6)

    def _operators(self) -> Iterator[NameServerHost]:
        for operator in ALL:
            drafts = [leaf.draft for leaf in self._leaves if leaf.operator == operator]
            first = {draft.apex: draft.served() for draft in drafts}
            second = {draft.apex: draft.served(second=True) for draft in drafts if draft.others is not None}
            for number, zones in enumerate((first, {**first, **second}), start=1):
                yield self._host(f"ns{number}.{operator}", zones.values())

    def _host(self, name: str, zones: Iterable[ServedZone]) -> NameServerHost:
        addresses = self._book.of(name)
        return NameServerHost(
            name=name,
            addresses=(addresses.ipv4, addresses.ipv6),
            zones=tuple(zones),
        )


def _operator(defects: tuple[str, ...], usual: str) -> str:
    """Who can serve a zone with these defects."""
    if any(name in LIVE.known for name in defects):
        return LAB
    return BY_KNOT if any(name in NOT_FOR_NSD for name in defects) else usual


def _servers(operator: str, top: str) -> list[str]:
    return [f"ns{number}.{operator}.{top}" for number in (1, 2)]
