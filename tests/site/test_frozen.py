"""What of a standing site is believed, and how it is taken over."""

import json
import os
import shutil
import stat
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from checker.site import frozen
from checker.site.frozen import Known
from tests.site.standing import PAGES, SLUGS, contents, counted, past_until, written

TEXT = b"12345"


def as_written(directory: Path, name: str = "svep/a/index.html", content: bytes = TEXT) -> dict[str, Known]:
    """A file of a standing site."""
    (directory / name).parent.mkdir(parents=True, exist_ok=True)
    (directory / name).write_bytes(content)
    return frozen.known_of(directory, [name])


def believed(site: Path, **changed: object) -> int:
    """How many entries of the manifest are believed when the first is changed."""
    manifest = site / frozen.MANIFEST
    data = json.loads(manifest.read_text(encoding="utf-8"))
    data["sweeps"][SLUGS[0]].update(changed)
    manifest.write_text(json.dumps(data), encoding="utf-8")
    return len(frozen.read_manifest(site))


@pytest.mark.parametrize(
    ("scenario", "spoil"),
    [
        ("a page is a link", lambda file: (file.rename(f"{file}.x"), file.symlink_to(f"{file}.x"))),
        ("a page is gone", lambda file: file.unlink()),
        ("a page was cut", lambda file: file.write_bytes(file.read_bytes()[:-1])),
        ("a page has grown", lambda file: file.write_bytes(file.read_bytes() + b" ")),
        ("a page was edited", lambda file: file.write_bytes(file.read_bytes().replace(b"Ja", b"Xx"))),
        ("a page is a folder", lambda file: (file.unlink(), file.mkdir())),
        (
            "its folder is a link",
            lambda file: (file.parent.rename(f"{file.parent}.x"), file.parent.symlink_to(f"{file.parent}.x")),
        ),
    ],
)
@pytest.mark.parametrize("pattern", PAGES)
def test_what_is_not_as_it_was_left_is_made_anew(
    scenario: str, spoil: Callable[[Path], object], pattern: str, tmp_path: Path
) -> None:
    standing = written(tmp_path / "standing", past_until(3))
    spoil(standing / pattern.format(SLUGS[0]))
    past, read = counted(past_until(3))
    fresh = written(tmp_path / "fresh", past, standing)
    assert read == [past.sweeps[0].id, past.sweeps[2].id]
    assert not any(path.is_symlink() for path in fresh.rglob("*"))
    assert contents(fresh) == contents(written(tmp_path / "anew", past_until(3)))


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"version": 1, "sweeps": {"2026-01-01": {"made_from": "", "sizes": {}, "changes": 0}}}',
        b'{"version": 2, "sweeps": []}',
        b'{"version": 2, "sweeps": {"2026-01-01": []}}',
        b'{"version": 2, "sweeps": {"2026-01-01": {"made_from": "", "files": 3, "changes": 0}}}',
        b"[" * 100_000,
    ],
)
def test_a_manifest_that_cannot_be_read_is_none(manifest: bytes, tmp_path: Path) -> None:
    standing = written(tmp_path / "standing", past_until(3))
    (standing / frozen.MANIFEST).write_bytes(manifest)
    past, read = counted(past_until(3))
    written(tmp_path / "fresh", past, standing)
    assert len(read) == 3


@pytest.mark.parametrize("changes", [True, -1, 10_000_001, 10**400, 1.5, float("inf"), "1", None, []])
def test_a_number_of_changes_that_cannot_be_is_not_believed(changes: object, tmp_path: Path) -> None:
    assert believed(written(tmp_path, past_until(3)), changes=changes) == 2


@pytest.mark.parametrize(
    "file",
    [
        None,
        5,
        {"size": 5},
        {"size": -1, "sha256": ""},
        {"size": 10**12, "sha256": ""},
        {"size": float("inf"), "sha256": ""},
        {"size": 5, "sha256": 5},
    ],
)
def test_a_file_that_cannot_be_is_not_believed(file: object, tmp_path: Path) -> None:
    assert believed(written(tmp_path, past_until(3)), files={"index.html": file}) == 2


def test_an_entry_that_is_as_we_write_it_is_believed(tmp_path: Path) -> None:
    site = written(tmp_path, past_until(3))
    file = {"size": 5, "sha256": "0" * 64}
    assert believed(site, changes=10_000_000, files={"index.html": file}) == 3


def test_a_manifest_cannot_lead_out_of_the_site(tmp_path: Path) -> None:
    known = as_written(tmp_path, "secret")["secret"]
    (tmp_path / "standing").mkdir()
    for name in ("../secret", str(tmp_path / "secret"), "a//b", "./secret", ""):
        assert not frozen.take_over(tmp_path / "standing", tmp_path / "fresh", {name: known})
    assert not (tmp_path / "fresh").exists()
    assert (tmp_path / "secret").read_bytes() == TEXT


def test_one_file_that_is_not_as_it_was_keeps_all_out(tmp_path: Path) -> None:
    standing = tmp_path / "standing"
    known = as_written(standing, "a") | as_written(standing, "b")
    (standing / "b").write_bytes(b"54321")
    assert not frozen.take_over(standing, tmp_path / "fresh", known)
    assert not (tmp_path / "fresh").exists()


def test_a_file_that_grew_since_it_was_looked_at_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = tmp_path / "standing"
    (known,) = as_written(standing).values()

    def still_small(path: Path) -> os.stat_result:
        found = os.lstat(path)
        mode = stat.S_ISREG(found.st_mode)
        return os.stat_result((*found[:6], known.size, *found[7:])) if mode else found

    (standing / "svep/a/index.html").write_bytes(TEXT + b"x" * 100_000)  # grown since its size was looked at
    monkeypatch.setattr(Path, "lstat", still_small)
    assert not frozen.take_over(standing, tmp_path / "fresh", {"svep/a/index.html": known})


def test_where_links_cannot_be_made_pages_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standing = written(tmp_path / "standing", past_until(3))

    def refused(*_: object, **__: object) -> None:
        raise OSError(18, "another device")

    monkeypatch.setattr(os, "link", refused)
    past, read = counted(past_until(3))
    fresh = written(tmp_path / "fresh", past, standing)
    assert len(read) == 1
    assert not (fresh / PAGES[0].format(SLUGS[0])).samefile(standing / PAGES[0].format(SLUGS[0]))
    assert contents(fresh) == contents(standing)


def test_another_users_pages_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standing, fresh = tmp_path / "standing", tmp_path / "fresh"
    ((name, known),) = as_written(standing).items()
    somebody = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody)
    assert frozen.take_over(standing, fresh, {name: known})
    assert (fresh / name).read_bytes() == TEXT
    assert not (fresh / name).samefile(standing / name)


@pytest.mark.parametrize(
    "part",
    [
        "words/sv/common.toml",
        "site/sweep_rows.py",
        "report/words.py",
        "report/dates.py",
        "history/changes.py",
        "observations/row.py",
        "verdict.py",
    ],
)
def test_another_source_is_another_program(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "checker"
    known = Path(str(files("checker")))
    for name in ("words", "site", "report", "history", "observations"):
        shutil.copytree(known / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(known / "verdict.py", package)
    monkeypatch.setattr(frozen, "files", lambda _: package)
    before = frozen.program_digest.__wrapped__()
    with (package / part).open("a", encoding="utf-8") as source:
        source.write("\n")
    assert frozen.program_digest.__wrapped__() != before


def test_the_same_source_is_the_same_program() -> None:
    assert frozen.program_digest.__wrapped__() == frozen.program_digest()
