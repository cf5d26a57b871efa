"""Nothing of whoever runs the tests gets in: an empty directory and no settings in the environment."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("CHECKER_"):
            monkeypatch.delenv(name)
