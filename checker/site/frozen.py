"""Pages that never change once they are written: taken over from the standing site instead of being made again.

A manifest beside them says what each was made from. What is not exactly as it says, or no plain file, is made anew.
"""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from checker import __version__
from checker.report.templates import templates_directory

MANIFEST = "svep/manifest.json"
_VERSION = 1
_MANIFEST_BYTES = 16 * 1024 * 1024
_SOURCES = (".html", ".toml", ".po", ".py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of one sweep's pages: a digest of all they were made from, the files' sizes, the changes told."""

    made_from: str
    sizes: Mapping[str, int]
    changes: int


def read_manifest(site: Path | None) -> dict[str, Entry]:
    """The manifest of a site by folder name; empty when there is none that can be read."""
    if site is None or not _is_plain(site, MANIFEST):
        return {}
    try:
        with (site / MANIFEST).open("rb") as source:
            data = json.loads(source.read(_MANIFEST_BYTES))
        if data["version"] != _VERSION:
            return {}
        return {str(slug): _entry(entry) for slug, entry in data["sweeps"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}


def write_manifest(directory: Path, entries: Mapping[str, Entry]) -> None:
    """Write the manifest of a new site."""
    data = {"version": _VERSION, "sweeps": {slug: asdict(entry) for slug, entry in entries.items()}}
    path = directory / MANIFEST
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{json.dumps(data, indent=0, sort_keys=True)}\n", encoding="utf-8", newline="\n")


def take_over(standing: Path, fresh: Path, sizes: Mapping[str, int]) -> bool:
    """Put the files (paths below both sites) into the new site, all of them or none; whether it was done.

    By hard link, by copy where that cannot be. Only plain files of the stated size below plain directories.
    """
    if not sizes or not all(_is_plain(standing, name, size) for name, size in sizes.items()):
        return False
    try:
        for name in sizes:
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            _put(standing / name, target)
    except OSError:
        for name in sizes:
            with suppress(OSError):
                (fresh / name).unlink()
        return False
    return True


def sizes_of(directory: Path, names: Sequence[str]) -> dict[str, int]:
    """The sizes of files just written."""
    return {name: (directory / name).stat().st_size for name in names}


def digest(*parts: object) -> str:
    """One digest over plain data: equal data, equal digest, in every run."""
    return hashlib.sha256("\n".join(map(repr, parts)).encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=1)
def program_digest() -> str:
    """The program's version, and every template, word file and page module that a page may be made from."""
    whole = hashlib.sha256(__version__.encode())
    for folder in (templates_directory(), files("checker") / "words", files("checker") / "site"):
        for name, source in _sources(folder):
            whole.update(f"\0{name}\0".encode())
            whole.update(source.read_bytes())
    return whole.hexdigest()


def _sources(folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from ((f"{entry.name}/{name}", source) for name, source in _sources(entry))
        elif entry.name.endswith(_SOURCES):
            yield entry.name, entry


def _entry(data: Mapping[str, object]) -> Entry:
    sizes, changes = data["sizes"], data["changes"]
    if not isinstance(sizes, dict) or not isinstance(changes, int):
        raise TypeError("no entry of a manifest")
    return Entry(
        made_from=str(data["made_from"]),
        sizes={str(name): int(size) for name, size in sizes.items()},
        changes=changes,
    )


def _is_plain(site: Path, name: str, size: int | None = None) -> bool:
    """Whether a file below the site is one of its own: no link on the way, no other kind of file, of this size."""
    here = site
    *folders, _ = parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return False
    try:
        for folder in folders:
            here /= folder
            if not stat.S_ISDIR(here.lstat().st_mode):
                return False
        found = (site / name).lstat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and size in (None, found.st_size)


def _put(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copyfile(source, target, follow_symlinks=False)
