"""A store opened: everything that is kept, in one place to hand around. Opening makes or migrates the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from sqlalchemy import Connection, Engine

from checker.store.engine import BUSY_S, open_engine, store_name, store_url
from checker.store.errors import told
from checker.store.intervals import Intervals
from checker.store.judgements import Judgements
from checker.store.lock import sweep_lock
from checker.store.observations import Observations
from checker.store.outbox import Outbox
from checker.store.sweeps import Sweeps


class Store:
    """An open store; use as a context manager, or `close` it.

    Methods of its parts raise SQLAlchemy's errors: whoever uses several of them does so inside `using`.
    """

    def __init__(self, url: str, *, create: bool = True, busy_s: float = BUSY_S) -> None:
        parsed = store_url(url)
        self.name = store_name(parsed)
        self.engine: Engine = open_engine(parsed, create=create, busy_s=busy_s)
        self.sweeps = Sweeps(self.engine)
        self.observations = Observations(self.engine)
        self.judgements = Judgements(self.engine)
        self.intervals = Intervals(self.engine)
        self.outbox = Outbox(self.engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self.engine.dispose()

    @contextmanager
    def using(self) -> Iterator[None]:
        """What the database says within the block becomes StoreError, in the operator's words."""
        with told(self.name):
            yield

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Everything or nothing; waits for other writers."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the store for one sweep. Raises AlreadySweepingError at once when it is held."""
        with sweep_lock(self.engine, self.name):
            yield
