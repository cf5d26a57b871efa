"""The Pythons of this machine, by version; standard library only."""

import functools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13")
PYENV_ROOT = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")

MISSING = "chain adapter not tried: this machine has no Python"


@functools.cache
def interpreter(version: str) -> str | None:
    """A Python of this minor version that starts, from PATH or from pyenv; None when the machine has none."""
    return next((path for path in _candidates(version) if _is(path, version)), None)


def _candidates(version: str) -> Iterator[str]:
    if found := shutil.which(f"python{version}"):
        yield found
    for folder in sorted((PYENV_ROOT / "versions").glob(f"{version}.*"), reverse=True):
        yield str(folder / "bin" / "python")


def _is(path: str, version: str) -> bool:
    """Whether it is what it is called: pyenv's shims exist for versions that nobody chose, and only complain."""
    ask = "import ssl, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        said = subprocess.run(
            [path, "-I", "-c", ask], capture_output=True, text=True, timeout=120, check=False
        )
    except OSError:
        return False
    return said.returncode == 0 and said.stdout.strip() == version
