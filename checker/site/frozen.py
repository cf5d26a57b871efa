"""Pages that never change once they are written: taken over from the standing site instead of being made again.

A manifest beside them says what each was made from. What is not exactly as it says, or no plain file, is made anew.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from checker import __version__
from checker.report.templates import templates_directory

MANIFEST = "svep/manifest.json"
_VERSION = 2
_MANIFEST_BYTES = 16 * 1024 * 1024
_FILE_BYTES = 64 * 1024 * 1024
"""What no page comes near: files of pages that do would be made anew each time."""
_CHANGES_MAX = 10_000_000
_SOURCES = (".html", ".toml", ".po", ".py")
_PARTS = ("words", "site", "report", "history", "observations", "verdict.py")
"""Of the package: what a page's words, cells, names, dates and changes come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A file as it was written: its size in bytes, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of one sweep's pages: a digest of all they were made from, the files, the number of changes told."""

    made_from: str
    files: Mapping[str, Known]
    changes: int


def read_manifest(site: Path | None) -> dict[str, Entry]:
    """The manifest of a site by folder name, without entries that cannot be; empty when there is none to be read."""
    if site is None or not _is_plain(site, MANIFEST):
        return {}
    try:
        with (site / MANIFEST).open("rb") as source:
            data = json.loads(source.read(_MANIFEST_BYTES))
        if data["version"] != _VERSION:
            return {}
        read = {slug: _entry(entry) for slug, entry in data["sweeps"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {slug: entry for slug, entry in read.items() if entry is not None}


def write_manifest(directory: Path, entries: Mapping[str, Entry]) -> None:
    """Write the manifest of a new site."""
    data = {"version": _VERSION, "sweeps": {slug: asdict(entry) for slug, entry in entries.items()}}
    path = directory / MANIFEST
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{json.dumps(data, indent=0, sort_keys=True)}\n", encoding="utf-8", newline="\n")


def take_over(standing: Path, fresh: Path, known: Mapping[str, Known]) -> bool:
    """Put the files (paths below both sites) into the new site, all of them or none; whether it was done.

    By hard link, by copy where that cannot be. Only plain files below plain directories that read to the last byte as
    they were written.
    """
    contents = {name: _as_written(standing, name, file) for name, file in known.items()}
    if not contents or None in contents.values():
        return False
    try:
        for name, content in contents.items():
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            _put(standing / name, target, content or b"")
    except OSError:
        for name in contents:
            with suppress(OSError):
                (fresh / name).unlink()
        return False
    return True


def known_of(directory: Path, names: Iterable[str]) -> dict[str, Known]:
    """What is to be known of files just written."""
    contents = {name: (directory / name).read_bytes() for name in names}
    return {name: Known(size=len(content), sha256=_sha256(content)) for name, content in contents.items()}


def digest(*parts: object) -> str:
    """One digest over plain data: equal data, equal digest, in every run."""
    return hashlib.sha256("\n".join(map(repr, parts)).encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=1)
def program_digest() -> str:
    """The program's version, every template and word file, and the source of all that such a page is made by."""
    whole = hashlib.sha256(__version__.encode())
    package = files("checker")
    for part in (templates_directory(), *(package / name for name in _PARTS)):
        for name, source in _sources(part):
            content = source.read_bytes()
            whole.update(f"\0{name}\0{len(content)}\0".encode())
            whole.update(content)
    return whole.hexdigest()


def _sources(part: Traversable) -> Iterator[tuple[str, Traversable]]:
    """A file, or the files below a folder, in an order of their own."""
    if part.is_dir():
        for entry in sorted(part.iterdir(), key=lambda entry: entry.name):
            yield from ((f"{part.name}/{name}", source) for name, source in _sources(entry))
    elif part.name.endswith(_SOURCES):
        yield part.name, part


def _entry(data: object) -> Entry | None:
    """An entry of the manifest, None for one that we would not have written."""
    match data:
        case {"made_from": str(made_from), "files": dict(found), "changes": int(changes)}:
            known = {name: _known(file) for name, file in found.items()}
        case _:
            return None
    if isinstance(changes, bool) or not 0 <= changes <= _CHANGES_MAX:
        return None
    sound = {name: file for name, file in known.items() if file is not None}
    return Entry(made_from=made_from, files=sound, changes=changes) if len(sound) == len(known) else None


def _known(data: object) -> Known | None:
    match data:
        case {"size": int(size), "sha256": str(sha256)} if 0 <= size <= _FILE_BYTES:
            return Known(size=size, sha256=sha256)
        case _:
            return None


def _as_written(site: Path, name: str, known: Known) -> bytes | None:
    """What a file below the site holds; None when it is not the very file that was written."""
    if not _is_plain(site, name, known.size):
        return None
    try:
        with (site / name).open("rb") as source:
            content = source.read(known.size + 1)
    except OSError:
        return None
    return content if _sha256(content) == known.sha256 else None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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


def _put(source: Path, target: Path, content: bytes) -> None:
    """Link a file whose `content` was read, or write that: another user's file could not be made public by us."""
    try:
        if source.lstat().st_uid == os.geteuid():
            os.link(source, target, follow_symlinks=False)
            return
    except OSError:  # no links across devices, or none at all
        pass
    target.write_bytes(content)
