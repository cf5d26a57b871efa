"""What a store holds, sweep by sweep: the figures of `checker store list`. Reads no observation."""

from dataclasses import dataclass

from sqlalchemy import func, select

from checker.store import tables
from checker.store.reading import reading
from checker.store.store import Store
from checker.store.stored_sweep import StoredSweep

_ROWS = tables.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One sweep: `seen` of its `rows` have been measured, of `observations` the store still has what was seen.

    `rulesets` are (name, version) of its judgements, oldest first.
    """

    sweep: StoredSweep
    rows: int
    seen: int
    observations: int
    rulesets: tuple[tuple[str, str], ...]

    @property
    def is_forgotten(self) -> bool:
        """Whether what was seen is gone from the store; another method's tables never had any."""
        return self.seen > 0 and not self.observations and not self.sweep.method


def overview(store: Store) -> list[Listed]:
    """Every sweep, oldest first."""
    statement = select(
        _ROWS.c.sweep_id,
        func.count().label("rows"),
        func.count().filter(_ROWS.c.state == "seen").label("seen"),
        func.count(_ROWS.c.observation).label("observations"),
    ).group_by(_ROWS.c.sweep_id)
    with reading(store.engine) as connection:
        counts = {record.sweep_id: record for record in connection.execute(statement)}
        rulesets: dict[str, list[tuple[str, str]]] = {}
        for record in connection.execute(select(tables.judgements).order_by(tables.judgements.c.id)):
            rulesets.setdefault(record.sweep_id, []).append((record.ruleset, record.ruleset_version))
    listed = []
    for sweep in store.sweeps.all():
        count = counts.get(sweep.id)
        listed.append(
            Listed(
                sweep=sweep,
                rows=count.rows if count else 0,
                seen=count.seen if count else 0,
                observations=count.observations if count else 0,
                rulesets=tuple(rulesets.get(sweep.id, ())),
            )
        )
    return listed
