"""What was seen, row by row: kept as it comes, so that whatever happens it need not be asked again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select, update

from checker.observations import codec
from checker.observations.row import Evidence
from checker.parking import Parked
from checker.store import tables
from checker.store.errors import DamagedError, StoreError
from checker.store.inserts import insert_into
from checker.store.packing import digests, evidence_from, lifted, pack, parked_from, unpack, without
from checker.store.reading import pages, reading
from checker.store.stored_sweep import State
from checker.store.times import written

_ROWS, _CERTIFICATES = tables.rows, tables.certificates
KNOWN_DIGESTS = 50_000
"""Certificates that are remembered as stored: four megabytes of digests."""
_AT_ONCE = 20
"""Rows whose certificates are fetched together; as many observations are in memory."""
_DIGESTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One row's observation as it lies in the store: the codec's JSON with digests for certificates."""

    position: int
    code: str
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvidence:
    """What was seen of one row as it lies in the store, with its certificates by digest. To be carried, and read elsewhere."""

    sweep_id: str
    position: int
    code: str
    data: Any
    ders: Mapping[str, bytes]

    def read(self) -> Evidence:
        """The evidence. Raises DamagedError."""
        with _naming(self.sweep_id, self.code):
            return evidence_from(self.data, self.ders)


class Observations:
    """The observations of every sweep, and the certificates that they share."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: set[str] = set()
        self._known_in = ""

    def keep(self, sweep_id: str, position: int, evidence: Evidence) -> None:
        """Store what was seen of a row; nothing of it will be measured again. Durable when this returns."""
        self._write(sweep_id, position, "seen", codec.encode(evidence))

    def park(self, sweep_id: str, position: int, parked: Parked) -> None:
        """Store what was seen of a row that is to be looked at again, and in what."""
        self._write(sweep_id, position, "parked", codec.encode(parked))

    def stored(self, sweep_id: str, state: str = "seen") -> Iterator[Stored]:
        """The observations of a sweep in the order of its rows, as they lie there. Raises DamagedError on the way."""
        statement = (
            select(_ROWS.c.position, _ROWS.c.code, _ROWS.c.observation)
            .where(_ROWS.c.sweep_id == sweep_id, _ROWS.c.state == state)
            .where(_ROWS.c.observation.is_not(None))
        )
        for page in pages(self._engine, statement, _ROWS.c.position, after=-1):
            for record in page:
                with _naming(sweep_id, record.code):
                    data = unpack(record.observation)
                yield Stored(position=record.position, code=record.code, data=data)

    def seen(self, sweep_id: str, *, leave_out: tuple[str, ...] = ()) -> Iterator[tuple[int, Evidence]]:
        """Position and evidence of every row that is done; `leave_out` names parts of it that nobody will look at.

        Raises DamagedError on the way.
        """
        for kept in self.kept(sweep_id, leave_out=leave_out):
            yield kept.position, kept.read()

    def kept(self, sweep_id: str, *, leave_out: tuple[str, ...] = ()) -> Iterator[KeptEvidence]:
        """What `seen` reads, before it is read. Raises DamagedError on the way."""
        for stored, ders in self._with_certificates(sweep_id, "seen", leave_out):
            yield KeptEvidence(
                sweep_id=sweep_id, position=stored.position, code=stored.code, data=stored.data, ders=ders
            )

    def of_row(self, sweep_id: str, code: str) -> Evidence | None:
        """What was seen of one row; None when it was not, or retention took it away. Raises DamagedError."""
        statement = select(_ROWS.c.observation).where(
            _ROWS.c.sweep_id == sweep_id, _ROWS.c.code == code, _ROWS.c.state == "seen"
        )
        with reading(self._engine) as connection:
            packed = connection.execute(statement).scalar()
        if packed is None:
            return None
        with _naming(sweep_id, code):
            data = unpack(packed)
            return evidence_from(data, self.ders(digests(data)))

    def parked(self, sweep_id: str) -> Iterator[tuple[int, Parked]]:
        """Position and state of every row that waited when the sweep was cut short. Raises DamagedError on the way."""
        for stored, ders in self._with_certificates(sweep_id, "parked"):
            with _naming(sweep_id, stored.code):
                parked = parked_from(stored.data, ders)
            yield stored.position, parked

    def places(self, sweep_id: str) -> frozenset[int]:
        """The positions of the rows that something was seen of."""
        statement = select(_ROWS.c.position).where(_ROWS.c.sweep_id == sweep_id, _ROWS.c.state != "left")
        with reading(self._engine) as connection:
            return frozenset(connection.execute(statement).scalars())

    def forget(self, before: datetime, *, keep: Collection[str] = ()) -> int:
        """Take away what was seen in sweeps that began earlier, and certificates that nothing refers to any more.

        Verdicts and intervals stay, and so does a sweep that is under way or one of `keep` (ids). How many observations
        went comes back. Raises DamagedError when one of `keep` cannot be read; nothing has gone then.
        """
        sweeps = tables.sweeps.c
        is_running = sweeps.state == State.RUNNING.value
        is_kept = is_running | sweeps.id.in_(keep)
        is_old = (sweeps.started < written(before)) & ~is_kept
        with self._engine.begin() as connection:
            gone = connection.execute(
                update(_ROWS)
                .where(
                    _ROWS.c.sweep_id.in_(select(sweeps.id).where(is_old)), _ROWS.c.observation.is_not(None)
                )
                .values(observation=None)
            ).rowcount
            # what is left was seen in sweeps that began then or later, or in one that stays
            under_way = connection.execute(select(func.min(sweeps.started)).where(is_running)).scalar()
            oldest = min(filter(None, (written(before), under_way)))
            spared = connection.execute(
                select(sweeps.id).where(sweeps.id.in_(keep), sweeps.started < oldest)
            ).scalars()
            used = self._certificates_of(spared.all())
            unused = select(_CERTIFICATES.c.digest).where(_CERTIFICATES.c.last_seen < oldest)
            going = sorted(set(connection.execute(unused).scalars()) - used)
            for start in range(0, len(going), _DIGESTS_AT_ONCE):
                some = going[start : start + _DIGESTS_AT_ONCE]
                connection.execute(delete(_CERTIFICATES).where(_CERTIFICATES.c.digest.in_(some)))
        self._known.clear()
        return gone

    def ders(self, wanted: frozenset[str]) -> dict[str, bytes]:
        """Certificates by digest, as far as they are there."""
        found: dict[str, bytes] = {}
        asked = sorted(wanted)
        with reading(self._engine) as connection:
            for start in range(0, len(asked), _DIGESTS_AT_ONCE):
                some = asked[start : start + _DIGESTS_AT_ONCE]
                statement = select(_CERTIFICATES.c.digest, _CERTIFICATES.c.der)
                records = connection.execute(statement.where(_CERTIFICATES.c.digest.in_(some)))
                found |= {record.digest: record.der for record in records}
        return found

    def _certificates_of(self, sweep_ids: Sequence[str]) -> set[str]:
        used: set[str] = set()
        for sweep_id in sweep_ids:
            for state in ("seen", "parked"):
                for stored in self.stored(sweep_id, state):
                    with _naming(sweep_id, stored.code):
                        used |= digests(stored.data)
        return used

    def _with_certificates(
        self, sweep_id: str, state: str, leave_out: tuple[str, ...] = ()
    ) -> Iterator[tuple[Stored, dict[str, bytes]]]:
        waiting = self.stored(sweep_id, state)
        while page := list(islice(waiting, _AT_ONCE)):
            if leave_out:
                page = [replace(stored, data=without(stored.data, *leave_out)) for stored in page]
            wanted = [digests(stored.data) for stored in page]
            ders = self.ders(frozenset[str]().union(*wanted))
            for stored, own in zip(page, wanted, strict=True):
                yield stored, {digest: ders[digest] for digest in own if digest in ders}

    def _write(self, sweep_id: str, position: int, state: str, encoded: Any) -> None:
        certificates: dict[str, bytes] = {}
        data = lifted(encoded, certificates.__setitem__)
        if self._known_in != sweep_id or len(self._known) > KNOWN_DIGESTS:
            self._known.clear()
            self._known_in = sweep_id
        new = {digest: der for digest, der in certificates.items() if digest not in self._known}
        with self._engine.begin() as connection:
            if new:
                put_certificates(connection, sweep_id, new)
            changed = connection.execute(
                update(_ROWS)
                .where(_ROWS.c.sweep_id == sweep_id, _ROWS.c.position == position)
                .values(state=state, observation=pack(data))
            ).rowcount
            if changed != 1:
                raise StoreError(f"has no row {position} in sweep {sweep_id}: somebody has removed it")
        self._known.update(new)


def put_certificates(connection: Connection, sweep_id: str, certificates: dict[str, bytes]) -> None:
    """Store certificates, and that this sweep saw them: `last_seen` is the start of the latest sweep that did."""
    started = connection.execute(
        select(tables.sweeps.c.started).where(tables.sweeps.c.id == sweep_id)
    ).scalar()
    statement = insert_into(connection, _CERTIFICATES)
    statement = statement.on_conflict_do_update(
        index_elements=[_CERTIFICATES.c.digest],
        set_={"last_seen": statement.excluded.last_seen},
        where=_CERTIFICATES.c.last_seen < statement.excluded.last_seen,
    )
    connection.execute(
        statement,
        # in one order: two programs that store the same ones must not wait for each other
        [
            {"digest": digest, "der": certificates[digest], "last_seen": started}
            for digest in sorted(certificates)
        ],
    )


@contextmanager
def _naming(sweep_id: str, code: str) -> Iterator[None]:
    """Say whose observation is damaged."""
    try:
        yield
    except DamagedError as error:
        raise DamagedError(f"the observation of row {code!a} in sweep {sweep_id}: {error}") from None
