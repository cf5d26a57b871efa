"""Two network namespaces: an internet that has every address of a plan, and a vantage point with a cable to it.

Both belong to a process that also owns the process and mount namespaces they live with: when it ends, the kernel ends
everything that was started in there. Nothing of the machine outside is changed.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
VANTAGE = "vantage"
VANTAGE_NAMESPACE = f"/run/netns/{VANTAGE}"

ALONE = ("--net", "--mount", "--pid", "--fork", "--kill-child")
AS_OTHERS = ("--user", "--map-root-user")
"""What an ordinary user needs first: to be root of a user namespace, and nobody else in it."""

# Only the cable between the two has these; no server does.
_CABLE = ("198.18.0.1", "198.18.0.2", "fd00:18::1", "fd00:18::2")


def program(name: str) -> str | None:
    """Where a program stands, administrators' directories included; None when it is not installed."""
    return shutil.which(name, path=PATH)


def isolation() -> tuple[str, ...] | None:
    """The arguments of `unshare` that work for this user, the most able first; None when none does."""
    for arguments in (ALONE, AS_OTHERS + ALONE):
        attempt = subprocess.run(("unshare", *arguments, "true"), capture_output=True, check=False)
        if attempt.returncode == 0:
            return arguments
    return None


def inside(pid: int, arguments: Sequence[str]) -> tuple[str, ...]:
    """What to put before a command so that it runs at the vantage point of the process `pid`.

    The current directory is lost on the way; `--wd=DIR` after this sets it.
    """
    users = ("--user", "--preserve-credentials") if AS_OTHERS[0] in arguments else ()
    entering = ("nsenter", "--target", str(pid), *users, "--mount", "--net", "--pid")
    return (*entering, "nsenter", f"--net={VANTAGE_NAMESPACE}")


def process_id_outside() -> int:
    """The number of this process where it was started from: /proc is still the one there."""
    return int(Path("/proc/self").readlink().name)


def lay_cables(addresses: Iterable[str]) -> None:
    """Give this namespace the addresses and make the vantage point. Raises CalledProcessError."""
    # A private /run: the vantage point's name must not be seen, or remain, outside.
    subprocess.run(("mount", "-t", "tmpfs", "none", "/run"), check=True)
    gate4, vantage4, gate6, vantage6 = _CABLE
    _ip(f"netns add {VANTAGE}")
    _ip(
        "link set lo up",
        f"link add cable type veth peer name cable netns {VANTAGE}",
        f"address add {gate4}/30 dev cable",
        f"address add {gate6}/64 dev cable nodad",
        "link set cable up",
        *(_host_address(address) for address in addresses),
    )
    _ip(
        "link set lo up",
        f"address add {vantage4}/30 dev cable",
        f"address add {vantage6}/64 dev cable nodad",
        "link set cable up",
        f"route add default via {gate4}",
        f"route add ::/0 via {gate6}",
        enter=("nsenter", f"--net={VANTAGE_NAMESPACE}"),
    )


def _host_address(address: str) -> str:
    return f"address add {address}/128 dev lo nodad" if ":" in address else f"address add {address}/32 dev lo"


def _ip(*lines: str, enter: tuple[str, ...] = ()) -> None:
    batch = "".join(f"{line}\n" for line in lines)
    subprocess.run((*enter, "ip", "-batch", "-"), input=batch, text=True, check=True)
