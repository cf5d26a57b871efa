"""Our verdicts beside those of unbound-host and delv, for the zones of one seed: where they differ, and why."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.daemons.argued import ARGUED, COLUMN, DELV, UNBOUND, Argued, argued
from tests.daemons.random_zones import TOP_LEVEL
from tests.daemons.vantage_point import Internet
from tests.daemons.verdicts import BOGUS, FAILED, INSECURE, SECURE, SILENT

NOT_FOR_DELV = ("second-server-", "dnskey-absent")
"""The resolver between chooses the server and not delv; without DNSKEY delv waits until it gives up."""
RUN_S = 2400.0
CELLS = {SECURE: "Ja", INSECURE: "Nej", BOGUS: "Ja (trasig)", FAILED: "Ej mätt"}
IN_COLUMN = (("", "SOA"), ("", "MX"), ("www.", "A"), ("www.", "AAAA"), ("nothing.", "A"))

Question = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """A status and the validator's own words about it."""

    status: str
    words: str


@dataclass(slots=True)
class Differences:
    """The outcome against one oracle: how many agreed, which arguments were used, and what is left."""

    agreed: int = 0
    silent: int = 0
    used: Counter[Argued] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        differ = f"{self.used.total()} differ as argued, {len(self.left)} differ otherwise"
        return f"{self.agreed} agree, {differ}, {self.silent} without an answer in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All that was asked and said; `cells` are the column's."""

    cases: list[Any]
    ours: dict[Question, Said]
    theirs: dict[str, dict[Question, Said]]
    cells: dict[str, Said]

    def against(self, oracle: str) -> Differences:
        """Question by question. Where ours is bogus a failure will do: what is bogus looks so from outside."""
        found = Differences()
        for case, question in self._questions():
            theirs = self.theirs[oracle].get(question)
            if theirs is not None:
                ours = self.ours[question]
                _compare(found, oracle, case, self._traits(case, question), question, ours, theirs)
        return found

    def unserved(self) -> list[str]:
        """The zones that nobody got any answer for: a server that ended would otherwise look like agreement."""
        answered = {question for question, said in self.theirs[UNBOUND].items() if said.status != FAILED}
        return [
            case["zone"]
            for case in self.cases
            if not any((name, rdtype) in answered for name, rdtype in case["questions"])
        ]

    def of_column(self) -> Differences:
        """Zone by zone: the cell and what unbound-host makes of the same questions, argued ones as we see them."""
        found = Differences()
        for case in self.cases:
            said = {self._settled(case, (label + case["zone"], rdtype)) for label, rdtype in IN_COLUMN}
            status = BOGUS if BOGUS in said else self._settled(case, (case["zone"], "SOA"))
            cell = self.cells[case["zone"]]
            if cell.status == CELLS[status]:
                found.agreed += 1
                continue
            why = argued(COLUMN, case["traits"], f"{case['zone']} SOA", cell.status, status)
            if why is not None:
                found.used[why] += 1
                continue
            about = f"{case['zone']} [{' '.join(case['traits'])}; {case['base']}]"
            found.left.append(f"{about}: {cell.status} ({cell.words}), but {status}")
        return found

    def _settled(self, case: Any, question: Question) -> str:
        ours, theirs = _as_seen(self.ours[question].status), self.theirs[UNBOUND][question].status
        known = argued(UNBOUND, self._traits(case, question), " ".join(question), ours, theirs)
        return ours if known is not None or (ours, theirs) == (BOGUS, FAILED) else theirs

    def _questions(self) -> Iterator[tuple[Any, Question]]:
        for case in self.cases:
            for name, rdtype in dict.fromkeys(map(tuple, case["questions"])):
                yield case, (name, rdtype)

    def _traits(self, case: Any, question: Question) -> tuple[str, ...]:
        above = case["zone"].partition(".")[2]
        if question == (case["zone"], "DS") and above in TOP_LEVEL:
            return (*case["traits"], f"denial:{TOP_LEVEL[above]}")
        return tuple(case["traits"])


def _as_seen(status: str) -> str:
    return FAILED if status == "indeterminate" else status


def _compare(
    found: Differences,
    oracle: str,
    case: Any,
    traits: Sequence[str],
    question: Question,
    ours: Said,
    theirs: Said,
) -> None:
    if theirs.status == SILENT:
        found.silent += 1
        return
    status, asked = _as_seen(ours.status), " ".join(question)
    if status == theirs.status or (status, theirs.status) == (BOGUS, FAILED):
        found.agreed += 1
        return
    why = argued(oracle, traits, asked, status, theirs.status)
    if why is not None:
        found.used[why] += 1
    else:
        said = f"{ours.status} ({ours.words}), {oracle} {theirs.status} ({theirs.words})"
        found.left.append(f"{asked} [{' '.join(traits)}; {case['base']}]: {said}")


def compare(internet: Internet, only: str) -> Comparison:
    """Ask everybody everything; `only` narrows it to the zones whose name holds this."""
    cases = json.loads((internet.directory / "cases.json").read_text(encoding="ascii"))
    cases = [case for case in cases if only in case["zone"]]
    asked = list(dict.fromkeys((name, rdtype) for case in cases for name, rdtype in case["questions"]))
    chosen = cases if only else _first_of_each_defect(cases)
    for_delv = list(dict.fromkeys((name, rdtype) for case in chosen for name, rdtype in case["questions"]))
    with ThreadPoolExecutor() as runs:
        zones = [case["zone"] for case in cases]
        run = partial(internet.said, within_s=RUN_S)
        ours = runs.submit(run, "our_verdicts", {"questions": asked, "zones": zones}, internet.directory)
        theirs = runs.submit(run, "oracles", {"unbound": asked, "delv": for_delv}, internet.directory)
        our_answers, their_answers = ours.result(), theirs.result()
    return Comparison(
        cases=cases,
        ours=_by_question(asked, our_answers["questions"]),
        theirs={
            UNBOUND: _by_question(asked, their_answers["unbound"]),
            DELV: _by_question(for_delv, their_answers["delv"]),
        },
        cells={
            zone: Said(cell, words) for zone, (cell, words) in zip(zones, our_answers["zones"], strict=True)
        },
    )


def _first_of_each_defect(cases: list[Any]) -> list[Any]:
    """The zones for delv, which costs three times what the others do."""
    first: dict[str, Any] = {}
    for case in cases:
        if not any(trait.startswith(NOT_FOR_DELV) for trait in case["traits"]):
            first.setdefault(case["defects"][0], case)
    return list(first.values())


def _by_question(asked: list[Question], answers: list[tuple[str, str]]) -> dict[Question, Said]:
    return {question: Said(status, words) for question, (status, words) in zip(asked, answers, strict=True)}


def unused(oracle: str, found: Differences) -> list[str]:
    """The arguments that nothing needed this time, those apart that depend on chance."""
    return [
        f"{entry.oracle}, {entry.traits}"
        for entry in ARGUED
        if entry.oracle == oracle and not entry.by_chance and not found.used[entry]
    ]
