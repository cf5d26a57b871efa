"""Kills a sweep again and again, at moments drawn by a seed, starts it again each time, and sees what is left.

    python -m tests.survival.kills --kills 30 --seed 1

prints where each kill struck and how many rows were kept by then. Every second night some web hosts are shut, so that
there is something to tell. Nothing is repaired between the runs: whatever is wrong then is an AssertionError.
"""

import argparse
import email
import json
import operator
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.apart import serving
from tests.notices.smtp_sink import SmtpSink
from tests.survival.aftermath import Swept, asked, cells, check_site, check_tidy, sweeps
from tests.survival.lab import SHUT
from tests.survival.moments import BETWEEN_RENAMES, FIRST_START, MOMENTS, Moment
from tests.survival.runner import Ending, Place

LONGEST_NIGHT = 6
"""Kills in one night, until its sweep is let through."""
SELDOM = 4
"""One kill in so many comes by the clock instead of at a moment that was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One kill: where it struck, and what was there then. `kept` and `of` count rows of the sweep under way."""

    phase: str
    name: str
    night: int
    state: str
    kept: int
    of: int
    site: str


@dataclass(kw_only=True)
class Campaign:
    """Nights over one place, each with its kills; `note` is told of each."""

    place: Place
    sink: SmtpSink
    dice: random.Random
    note: Callable[[Kill], None]
    kills: list[Kill] = field(default_factory=list)
    runs: int = 0
    _night: int = 0
    _is_fresh: bool = False
    _wanted: dict[bool, dict[str, dict[str, tuple[object, ...]]]] = field(default_factory=dict)
    _hosts: dict[str, str] = field(default_factory=dict)
    _bag: list[Moment] = field(default_factory=list)
    _usual_s: float = 0.0

    def __post_init__(self) -> None:
        addresses = json.loads((self.place.lab / "addresses.json").read_text(encoding="ascii"))
        self._hosts = {address: host for host, all_of_it in addresses.items() for address in all_of_it}
        self._shut = tuple(address for host in SHUT for address in addresses[host])

    def undisturbed(self, reference: Place) -> None:
        """See what sweeps come to when nobody kills them."""
        for is_shut in (False, True):
            began = time.monotonic()
            ending = reference.finish(shut=self._shut if is_shut else ())
            self._usual_s = time.monotonic() - began
            assert ending.code == 0, ending.said
            self._wanted[is_shut] = cells(reference.site)
        assert self._wanted[False] != self._wanted[True]

    def go(self, kills: int) -> None:
        """Kill so often, and let the last sweep through."""
        while len(self.kills) < kills:
            self._night += 1
            self._is_fresh = self._night > 1
            for _ in range(min(self.dice.randint(2, LONGEST_NIGHT), kills - len(self.kills))):
                self._kill()
            self._let_through()
        self._let_through()  # a night without kills: what was left to be told is told
        self._check_end()

    def _kill(self) -> None:
        before = sweeps(self.place.store)
        moment = self._drawn(before)
        while moment is not None:
            number = self.dice.randint(1, min(moment.most, max(1, _left(before) - 2)))
            ending = self._run(before, moment, number)
            if ending.there:
                return self._struck(moment)
            self._bag.append(moment)  # it did not come there: another time
            before = sweeps(self.place.store)
            moment = self._drawn(before)
        return self._by_the_clock(before)

    def _run(self, before: list[Swept], moment: Moment, number: int) -> Ending:
        self.runs += 1
        ending = self.place.killed_at(
            moment, number, shut=self._shut_now(), exchange=moment is not BETWEEN_RENAMES
        )
        if not ending.there:
            assert ending.code == 0, ending.said
        self._check(before, site_may_be_away=moment is BETWEEN_RENAMES)
        return ending

    def _by_the_clock(self, before: list[Swept]) -> None:
        """Kill after a time that is drawn; the machine decides what that strikes, and whether it strikes anything."""
        after_s = self.dice.uniform(0.1, self._usual_s)
        self.runs += 1
        with self.place.run(shut=self._shut_now()) as run:
            run.ready(after_s)
            ending = run.killed()
        assert ending.code in {0, -9}, ending.said
        self._check(before)
        if ending.code:
            self._struck(Moment(phase="by the clock", name=f"after {after_s:.2f} s", target=""))

    def _struck(self, moment: Moment) -> None:
        now = sweeps(self.place.store)
        last = now[-1] if now else None
        kill = Kill(
            phase=moment.phase,
            name=moment.name,
            night=self._night,
            state=(last.state + (", published" if last.published else "")) if last else "no store",
            kept=len(last.kept()) if last else 0,
            of=len(last.rows) if last else 0,
            site=check_site(self.place) if moment is not BETWEEN_RENAMES else "",
        )
        self.kills.append(kill)
        self.note(kill)

    def _drawn(self, before: list[Swept]) -> Moment | None:
        """What to wait for in the next run: a moment that may come, or None for the clock."""
        if len(self.kills) < len(FIRST_START):
            return FIRST_START[len(self.kills)]
        if not self._bag:
            self._bag = self._shuffled()
        mails = [moment for moment in self._bag if "mail" in moment.name]
        is_fresh, self._is_fresh = self._is_fresh, False
        if is_fresh and mails:  # there is something to tell in the first sweep of a night alone
            self._bag.remove(mails[0])
            return mails[0]
        if self.dice.randrange(SELDOM) == 0:
            return None
        phases = {"starting", "publishing", "archiving", "telling"}
        if not (before and _pending(before[-1])):
            phases |= {"measuring", "parked", "concluding"}
        there_is_a_site = self.place.site.exists()
        for moment in self._bag:
            if moment.phase in phases and (there_is_a_site or moment is not BETWEEN_RENAMES):
                self._bag.remove(moment)
                return moment
        return None

    def _shuffled(self) -> list[Moment]:
        """Every moment, one of each phase before the second of any."""
        bag = self.dice.sample((*MOMENTS, BETWEEN_RENAMES), len(MOMENTS) + 1)
        turns = Counter[str]()
        placed = []
        for moment in bag:
            turns[moment.phase] += 1
            placed.append((turns[moment.phase], moment))
        return [moment for _, moment in sorted(placed, key=operator.itemgetter(0))]

    def _let_through(self) -> None:
        before = sweeps(self.place.store)
        self.runs += 1
        ending = self.place.finish(shut=self._shut_now())
        assert ending.code == 0, ending.said
        after = self._check(before)
        last = after[-1]
        assert (last.state, last.published is not None) == ("finished", True)
        assert check_site(self.place) == last.id
        self._check_cells()
        check_tidy(self.place)

    def _check_cells(self) -> None:
        assert cells(self.place.site) == self._wanted[bool(self._shut_now())]

    def _check(self, before: list[Swept], *, site_may_be_away: bool = False) -> list[Swept]:
        """What must hold after every run, however it ended: nothing kept is lost, or asked for again."""
        after = sweeps(self.place.store)
        by_id = {sweep.id: sweep for sweep in after}
        for sweep in before:
            now = by_id[sweep.id].kept()
            assert {code: now.get(code) for code in sweep.kept()} == sweep.kept(), (
                "a row that was kept is another now"
            )
        hosts = {self._hosts[address] for address in asked(self.place)}
        if before and (before[-1].state == "running" or _pending(before[-1])):
            done = {f"www.{code.lower()}.se" for code in before[-1].kept()}
            assert not hosts & done, "a row that was kept was asked again"
            assert len(after) == len(before), "a sweep was begun though one was under way"
        assert len(after) - len(before) in {0, 1}
        assert [sweep.state for sweep in after[:-1]] == ["finished"] * len(after[:-1])
        assert all(sweep.published for sweep in after[:-1])
        if not site_may_be_away:
            shown = check_site(self.place)
            assert shown in {"", *by_id}
        return after

    def _check_end(self) -> None:
        swept = sweeps(self.place.store)
        assert all(sweep.verdicts == len(sweep.rows) == len(sweep.kept()) for sweep in swept)
        sent = [email.message_from_bytes(message)["Message-ID"] for message in self.sink.messages]
        copies = Counter(sent)
        with closing(sqlite3.connect(self.place.store)) as connection:
            outbox = connection.execute("SELECT key, sent IS NOT NULL FROM outbox").fetchall()
        assert outbox
        assert all(was_sent for _, was_sent in outbox)
        assert len(copies) == len(outbox)
        assert all(any(key.strip("<>") in one for one in copies) for key, _ in outbox)
        assert len(set(self.sink.messages)) == len(copies), "a notice that was sent again is another one"
        struck = sum(kill.phase in {"telling", "by the clock"} for kill in self.kills)
        assert len(sent) - len(copies) <= struck
        assert max(copies.values()) <= 2

    def _shut_now(self) -> tuple[str, ...]:
        return self._shut if self._night % 2 == 0 else ()

    def figures(self) -> str:
        """What was done, in one sentence."""
        phases = Counter(kill.phase for kill in self.kills)
        by_phase = ", ".join(f"{count} {phase}" for phase, count in phases.items())
        made = len(sweeps(self.place.store))
        return (
            f"{len(self.kills)} kills ({by_phase}) in {self.runs} runs of {made} sweeps: no row lost or asked for again,"
            f" the site whole; {len(self.sink.messages)} mails, {len(set(self.sink.messages))} different"
        )


def _pending(sweep: Swept) -> bool:
    """Whether all it lacks is being published."""
    return sweep.state == "finished" and sweep.published is None


def _left(before: list[Swept]) -> int:
    """How many rows the next run has to measure."""
    last = before[-1] if before else None
    if last is None or last.state != "running":
        return 8
    return len(last.rows) - len(last.kept())


def campaign(kills: int, seed: int, directory: Path, note: Callable[[Kill], None]) -> Campaign:
    """Kill so often; what is wrong raises AssertionError."""
    with serving("tests.survival.lab") as lab, SmtpSink().serving() as sink:
        settings = {
            "CHECKER_SMTP_HOST": "127.0.0.1",
            "CHECKER_SMTP_PORT": str(sink.port),
            "CHECKER_SMTP_TLS": "none",
            "CHECKER_MAIL_FROM": "kollen@example.se",
            "CHECKER_MAIL_TO": "drift@example.se",
            "CHECKER_METRICS": str(directory / "checker.prom"),
        }
        killed = Place(directory=directory / "killed", lab=lab, settings=settings)
        made = Campaign(place=killed, sink=sink, dice=random.Random(seed), note=note)
        made.undisturbed(Place(directory=directory / "undisturbed", lab=lab))
        made.go(kills)
        return made


def show(kill: Kill) -> None:
    """One line for people."""
    print(
        f"night {kill.night}  {kill.phase:13}{kill.name:45}{kill.kept} of {kill.of} rows kept, {kill.state}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.survival.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="survival-") as directory:
        made = campaign(given.kills, given.seed, Path(directory), show)
        print(f"{made.figures()}; {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
