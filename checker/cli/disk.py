"""Where a command puts what would not fit into memory. Nothing there outlives the command."""

import os
import sys
from pathlib import Path


def real_disk() -> Path | None:
    """Where waiting rows are kept: /var/tmp, since /tmp may be memory; None (TMPDIR, or the system's) without it."""
    place = Path("/var/tmp")  # noqa: S108 - only unnamed files and private directories are made there
    usable = "TMPDIR" not in os.environ and sys.platform != "win32" and os.access(place, os.W_OK | os.X_OK)
    return place if usable else None
