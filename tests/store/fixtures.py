"""A store for each test. Who runs the tests of this folder on another database has another `address`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.store.store import Store


@pytest.fixture
def address(tmp_path: Path) -> str:
    """What the setting names: a store that is not there yet."""
    return str(tmp_path / "var" / "checker.db")


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An open store with nothing in it."""
    with Store(address) as opened:
        yield opened
