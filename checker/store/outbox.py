"""Notices on their way: written with the sweep they are about, taken out when their receiver has them."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, update

from checker.notices.delivery import StoredNotice
from checker.notices.notice import Notice
from checker.store import tables
from checker.store.errors import whole
from checker.store.inserts import insert_into
from checker.store.reading import reading
from checker.store.times import written

_OUTBOX = tables.outbox
ERROR_MAX_CHARS = 500


class Outbox:
    """The store's side of `checker.notices.delivery`: each call is committed when it returns."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, notices: Iterable[Notice], now: datetime, connection: Connection) -> None:
        """Store notices that are to be sent from now on; one that is there already (by its key) stays as it is."""
        records = [
            {
                "key": notice.key,
                "sweep_id": notice.sweep_id,
                "kind": notice.kind.value,
                "notice": json.dumps(notice.to_json()),
                "created": written(notice.created),
                "due": written(now),
            }
            for notice in notices
        ]
        if records:
            connection.execute(insert_into(connection, _OUTBOX).on_conflict_do_nothing(), records)

    def due(self, now: datetime) -> list[StoredNotice]:
        """What is to be tried now, in the order in which it was put there. Raises DamagedError."""
        statement = (
            select(_OUTBOX.c.notice, _OUTBOX.c.attempts)
            .where(_OUTBOX.c.due.is_not(None), _OUTBOX.c.due <= written(now))
            .order_by(_OUTBOX.c.created, _OUTBOX.c.key)
        )
        with reading(self._engine) as connection:
            records = connection.execute(statement).all()
        with whole("a notice"):
            return [
                StoredNotice(notice=Notice.from_json(json.loads(record.notice)), failed_runs=record.attempts)
                for record in records
            ]

    def sent(self, key: str, now: datetime) -> None:
        """Note that a notice was taken by its receiver; it is never due again."""
        self._update(key, due=None, sent=written(now), error="")

    def failed(self, key: str, error: str, next_attempt: datetime | None) -> None:
        """Note one more run that failed; due again at `next_attempt`, never when that is None (given up)."""
        attempts = _OUTBOX.c.attempts + 1
        # a server's own words may hold what PostgreSQL does not take
        shown = "".join(c if c.isprintable() else "\ufffd" for c in error[:ERROR_MAX_CHARS])
        self._update(key, due=written(next_attempt), attempts=attempts, error=shown)

    def waiting(self) -> int:
        """How many notices are still to be sent."""
        return self._count(_OUTBOX.c.due.is_not(None))

    def given_up(self) -> int:
        """How many notices were never taken by anybody."""
        return self._count(_OUTBOX.c.due.is_(None) & _OUTBOX.c.sent.is_(None))

    def _update(self, key: str, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(_OUTBOX).where(_OUTBOX.c.key == key).values(**values))

    def _count(self, condition: object) -> int:
        statement = select(func.count()).select_from(_OUTBOX).where(condition)  # type: ignore[arg-type]  # any clause
        with reading(self._engine) as connection:
            return connection.execute(statement).scalar_one()
