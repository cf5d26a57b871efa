"""A change as the store keeps it, read back and looked at. Pure."""

import json
from typing import Any

from checker.history.changes import Change
from checker.observations import codec
from checker.report.model import COLUMNS
from checker.store.errors import DamagedError, check_code, whole

_SHOWN = 64
"""Characters of what is damaged that a message quotes."""


def change_of(record: Any) -> Change:
    """The change in a record of the table `changes`. Raises DamagedError."""
    with whole(f"a change of row {str(record.code)[:_SHOWN]!a} in sweep {record.sweep_id}"):
        change = codec.decode(Change, json.loads(record.change))
        check_code(change.code)
        if change.column not in COLUMNS:
            raise DamagedError(f"no column is called {change.column[:_SHOWN]!a}")
        if (change.code, change.column) != (record.code, record.column_name):
            raise DamagedError("it is about another cell")
    return change
