"""The stores of the tests in this folder are SQLite's; tests/daemons runs the same ones on PostgreSQL."""

from tests.store.fixtures import address, store

__all__ = ["address", "store"]
