"""A year of nights made from one measured sweep, through the store's own doors, with what really changes from night to night.

Real: the first observations (a sweep of the miniature internet), their verdicts under both rulesets, and everything the
store does with them: begin, keep, conclude. Made up, night by night:
- every DNS signature is other random bytes with that night's validity, the same where the same record was seen twice,
  and so is the random name of the denial; nothing that does not compress comes again unless it would in reality
- certificates are renewed every 60 to 90 days, each on a day of its own
- some cells read as those of another row for a night, for weeks or for good, and some cannot be measured for a while
- the older half was judged by the rules of 2017

Random signatures do not validate, so nights that are `whole` keep what was measured: those can be judged again.
"""

import json
import random
import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, update

from checker.observations.row import Row
from checker.report.model import COLUMNS, RowResult
from checker.rulesets import RULESETS
from checker.store import tables
from checker.store.judgements import Judged
from checker.store.observations import put_certificates
from checker.store.packing import digests, packed_text
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from checker.store.times import written
from checker.verdict import Finding, Value, Verdict

OLD_RULES, NEW_RULES = "bilaga-a-2017", "2026"
CHANGES_A_NIGHT = 5
NOT_MEASURED_A_NIGHT = 8
LENGTHS = (1, 1, 1, 2, 3, 10, 30, 60, 10_000)
"""Nights that another cell lasts; the last is for good."""
NOT_MEASURED_LENGTHS = (1, 1, 1, 2, 5)
LIFETIMES = range(60, 91)
"""Days between two renewals of a certificate."""
_ROWS = tables.rows
_TIMES = frozenset({"checked_at", "observed_at"})
_SIGNED_UNTIL = 8
"""Where an RRSIG's RDATA has its expiration and inception, four bytes each (RFC 4034 §3.1)."""
_SIGNER = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One sweep as a store holds it: positions and observations as JSON text, and the verdicts under each ruleset."""

    sweep: StoredSweep
    rows: tuple[Row, ...]
    observations: tuple[tuple[int, str], ...]
    certificates: Mapping[str, bytes]
    results: Mapping[str, tuple[RowResult, ...]]


def read_measured(store: Store) -> Measured:
    """The newest sweep of a store; it must have been judged by both rulesets."""
    sweep = store.sweeps.all(None, State.FINISHED)[-1]
    results = {
        name: tuple(result for _, result in store.judgements.results(judgement.id))
        for name in (OLD_RULES, NEW_RULES)
        if (judgement := store.judgements.find(sweep.id, name, RULESETS[name].version)) is not None
    }
    observations = []
    wanted: set[str] = set()
    for stored in store.observations.stored(sweep.id):
        observations.append((stored.position, json.dumps(stored.data, separators=(",", ":"))))
        wanted |= digests(stored.data)
    return Measured(
        sweep=sweep,
        rows=tuple(store.sweeps.rows(sweep.id)),
        observations=tuple(observations),
        certificates=store.observations.ders(frozenset(wanted)),
        results=results,
    )


class Year:
    """`nights` nights that end with the measured one; those in `whole` (numbers from 0) keep its observations as they are."""

    def __init__(
        self, measured: Measured, nights: int, *, whole: Collection[int] = (), seed: int = 1
    ) -> None:
        self.nights = nights
        self._measured = measured
        self._whole = frozenset(whole)
        self._dice = random.Random(seed)
        self._lives = {digest: self._dice.choice(LIFETIMES) for digest in sorted(measured.certificates)}
        self._strange: dict[tuple[int, str], tuple[int, Verdict]] = {}

    @cached_property
    def _templates(self) -> list["_Template"]:
        return [_Template(*observation) for observation in self._measured.observations]

    @property
    def rules_changed(self) -> int:
        """The first night that was judged by the new rules."""
        return self.nights // 2

    def sweep(self, number: int) -> StoredSweep:
        """The sweep of one night, begun and no more."""
        started = self._measured.sweep.started - timedelta(days=self.nights - 1 - number)
        ruleset = RULESETS[OLD_RULES if number < self.rules_changed else NEW_RULES]
        return replace(
            self._measured.sweep,
            id=f"{started:%Y%m%dT%H%M%SZ}",
            state=State.RUNNING,
            started=started,
            finished=None,
            published=None,
            ruleset=ruleset.name,
            ruleset_version=ruleset.version,
        )

    @property
    def rows(self) -> tuple[Row, ...]:
        """The list, the same every night."""
        return self._measured.rows

    def begin(self, store: Store, number: int) -> StoredSweep:
        """Store a night as if its last row had just been measured. All rows at once: it would wait for the disk at each."""
        sweep = store.sweeps.begin(self.sweep(number), self.rows)
        night = _Tonight(self.sweep(number).started, number, self._lives, self._measured.certificates)
        is_whole = number in self._whole
        chains = dict(self._measured.certificates) if is_whole else {}
        records = [
            {
                "at": template.position,
                "packed": packed_text(template.text if is_whole else template.filled(night, chains)),
            }
            for template in self._templates
        ]
        of_row = (_ROWS.c.sweep_id == sweep.id) & (_ROWS.c.position == bindparam("at"))
        with store.transaction() as connection:
            put_certificates(connection, sweep.id, chains)
            statement = update(_ROWS).where(of_row).values(state="seen", observation=bindparam("packed"))
            connection.execute(statement, records)
        return sweep

    def judged(self, number: int) -> Iterator[Judged]:
        """The verdicts of that night; to be asked for night by night, each once."""
        results = self._measured.results[self.sweep(number).ruleset]
        self._disturb(number, results)
        for position, result in enumerate(results):
            verdicts = tuple(
                self._strange.get((position, verdict.indicator), (0, verdict))[1]
                for verdict in result.verdicts
            )
            remeasured = frozenset(
                column
                for column, verdict in zip(COLUMNS, verdicts, strict=False)
                if (position, column) in self._strange and self._dice.random() < 0.7
            )
            yield Judged(position=position, result=replace(result, verdicts=verdicts), remeasured=remeasured)

    def _disturb(self, number: int, results: tuple[RowResult, ...]) -> None:
        """Let some cells be others from tonight on, and end what has lasted."""
        self._strange = {key: known for key, known in self._strange.items() if known[0] > number}
        if number == 0:
            return
        for count, lengths, unknown in (
            (CHANGES_A_NIGHT, LENGTHS, False),
            (NOT_MEASURED_A_NIGHT, NOT_MEASURED_LENGTHS, True),
        ):
            for _ in range(count):
                position, column = self._dice.randrange(len(results)), self._dice.choice(COLUMNS)
                verdict = self._dice.choice(results).verdict(column)
                if unknown:
                    verdict = Verdict(indicator=column, value=Value.UNKNOWN)
                if verdict is not None:
                    self._strange[position, column] = number + self._dice.choice(lengths), verdict


class _Tonight:
    """What one night has in place of each thing that changes; the same thing becomes the same wherever it stands."""

    def __init__(
        self, started: datetime, number: int, lives: Mapping[str, int], certificates: Mapping[str, bytes]
    ) -> None:
        self._started, self._number = started, number
        self._lives, self._certificates = lives, certificates
        self._random = random.Random(number)
        self._signatures: dict[str, str] = {}
        self._chains: dict[str, tuple[str, bytes]] = {}

    @cached_property
    def moment(self) -> str:
        """The time of everything tonight."""
        return written(self._started) or ""

    def signature(self, text: str) -> str:
        """An RRSIG made tonight."""
        if text not in self._signatures:
            rdata = b64decode(text)
            begun = int(self._started.timestamp()) & 0xFFFFFFFF
            times = (begun + 14 * 86400).to_bytes(4, "big") + begun.to_bytes(4, "big")
            kept = _end_of_name(rdata, _SIGNER)
            made = b"".join(
                (
                    rdata[:_SIGNED_UNTIL],
                    times,
                    rdata[_SIGNED_UNTIL + 8 : kept],
                    self._random.randbytes(len(rdata) - kept),
                )
            )
            self._signatures[text] = b64encode(made).decode("ascii")
        return self._signatures[text]

    def label(self, text: str) -> str:
        """A random label as long as the one that was asked."""
        return "".join(self._random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=len(text)))

    def certificate(self, digest: str) -> tuple[str, bytes]:
        """Digest and DER of the certificate in use tonight: with another signature since its last renewal."""
        if digest not in self._chains:
            der, life = self._certificates[digest], self._lives[digest]
            phase = int(digest[:8], 16) % life
            renewals = (self._number + phase) // life
            # the end of the signature's last integer: it parses as before
            made = der[:-24] + random.Random(f"{digest} {renewals}").randbytes(24)
            self._chains[digest] = sha256(made).hexdigest(), made
        return self._chains[digest]


class _Template:
    """One row's observation as text, cut where it changes from night to night."""

    def __init__(self, position: int, text: str) -> None:
        self.position, self.text = position, text
        data = json.loads(text)
        self.digests = digests(data)
        self._signatures: set[str] = set()
        self._times: set[str] = set()
        self._labels: set[str] = set()
        self._find(data)
        tokens = sorted(self._signatures | self._times | self._labels | self.digests, key=len, reverse=True)
        self._pieces = re.split(f"({'|'.join(map(re.escape, tokens))})", self.text)

    def filled(self, night: _Tonight, chains: dict[str, bytes]) -> str:
        """The observation of that night; its certificates are put into `chains`."""
        labels = {label: night.label(label) for label in sorted(self._labels)}
        pieces = self._pieces.copy()
        for index in range(1, len(pieces), 2):
            token = pieces[index]
            if token in self._signatures:
                pieces[index] = night.signature(token)
            elif token in self.digests:
                pieces[index], der = night.certificate(token)
                chains[pieces[index]] = der
            else:
                pieces[index] = labels.get(token, night.moment)
        return "".join(pieces)

    def _find(self, data: Any, key: str = "") -> None:
        if isinstance(data, dict):
            for name, value in data.items():
                self._find(value, name)
        elif isinstance(data, list):
            for value in data:
                self._find(value, key)
        elif key == "signatures":
            self._signatures.add(data)
        elif key in _TIMES:
            self._times.add(data)
        elif key == "nonexistent" and data:
            self._labels.add(data.partition(".")[0])


def findings_of(judged: Collection[Judged]) -> Any:
    """What conclusions ask for: the findings at (code, column)."""
    by_code = {row.result.row.code: row.result for row in judged}

    def findings(code: str, column: str) -> tuple[Finding, ...]:
        verdict = by_code[code].verdict(column)
        return verdict.findings if verdict else ()

    return findings


def _end_of_name(rdata: bytes, start: int) -> int:
    """Where a name in wire form ends."""
    while rdata[start]:
        start += rdata[start] + 1
    return start + 1
