"""A change as the store keeps it, read back and looked at. Pure."""

import json
from typing import Any

from checker.history.changes import Change
from checker.observations import codec
from checker.store.errors import DamagedError, check_code, check_column, shown, whole


def change_of(record: Any) -> Change:
    """The change in a record of the table `changes`. Raises DamagedError."""
    with whole(f"a change of row {shown(record.code)} in sweep {record.sweep_id}"):
        change = codec.decode(Change, json.loads(record.change))
        check_code(change.code)
        check_column(change.column)
        if (change.code, change.column) != (record.code, record.column_name):
            raise DamagedError("it is about another cell")
    return change
