from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.apart import serving
from tests.survival.runner import Place


@pytest.fixture(scope="session")
def lab() -> Iterator[Path]:
    """The files of a miniature internet that runs in a process of its own."""
    with serving("tests.survival.lab") as directory:
        yield directory


@pytest.fixture
def place(tmp_path: Path, lab: Path) -> Place:
    """Somewhere that nothing was ever published."""
    return Place(directory=tmp_path / "place", lab=lab)
