"""The most memory that this very process has had, in MiB. Never its parent's, which `ru_maxrss` starts from."""

import re
import resource
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_mib() -> float:
    """VmHWM of proc(5) where there is one: a started process inherits its parent's peak in getrusage(2)."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        found = None
    return (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024
