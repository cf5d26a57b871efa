"""The site from a store on a real PostgreSQL: written by several processes, it is the one that a file would have given."""

import os
from pathlib import Path

import pytest

from checker.cli import main
from checker.site import side_by_side
from checker.store.store import Store
from tests.daemons.postgresql import Postgresql
from tests.store.stored_nights import StoredNight, concluded, https

pytestmark = pytest.mark.daemons

ROWS = side_by_side.FEW + 20


def nights() -> tuple[StoredNight, ...]:
    """Two, with a change for the better, one for the worse and one that waits."""
    first = ["Ja (N)", "Ja", "Ja", *["Nej"] * (ROWS - 3)]
    second = ["Ja", "Nej!", "Nej", *["Nej"] * (ROWS - 3)]
    return https(*first), https(*second)


def files(site: Path) -> dict[str, bytes]:
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_several_processes_write_the_same_site_as_from_a_file(
    tmp_path: Path, postgresql_server: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_by_side, "_processors", lambda: 2)
    parents: set[int] = set()
    fork = os.fork

    def counted() -> int:
        parents.add(os.getpid())
        return fork()

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.chdir(tmp_path)
    sites: list[dict[str, bytes]] = []
    for name, address in {
        "file": "nights.db",
        "server": postgresql_server.address(postgresql_server.database()),
    }.items():
        with Store(address) as store:
            for number, night in enumerate(nights()):
                concluded(store, night, number)
        monkeypatch.setenv("CHECKER_STORE", address)
        parents.clear()
        assert main(["render", "--output", name, "--quiet"]) == 0
        assert parents == {os.getpid()}
        sites.append(files(tmp_path / name))
    from_file, from_server = sites
    assert from_server.keys() == from_file.keys()
    assert [name for name, data in from_file.items() if from_server[name] != data] == []
    assert len([name for name in from_file if name.endswith("resultat.json")]) == ROWS
