"""A miniature internet in a process of its own, so that its CPU and its clock are not the checker's."""

import functools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.network import LabNetwork

ROOT = Path(__file__).parents[2]
ENDED_WITHIN_S = 30


@contextmanager
def laboratory(scenario: str) -> Iterator[Path]:
    """A miniature internet in a second process; gives the directory with its files. It ends with the block."""
    with serving("tests.lab.internet", "--scenario", scenario, "--directory") as directory:
        yield directory


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[Path]:
    """Servers in a second process that takes a directory as its last argument, says "ready" and ends with its stdin."""
    with tempfile.TemporaryDirectory(prefix="miniature-internet-") as directory:
        command = [sys.executable, "-m", module, *arguments, directory]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as servers:
            assert servers.stdin is not None
            assert servers.stdout is not None
            try:
                if servers.stdout.readline().strip() != "ready":
                    raise RuntimeError(f"{module} did not start")
                yield Path(directory)
            finally:
                servers.stdin.close()
                servers.wait(timeout=ENDED_WITHIN_S)


def start_options(lab: Path) -> tuple[str, ...]:
    """The options that start a checker from a lab's files (`MiniatureInternet.write_files`) instead of the Internet's."""
    return (
        f"--root-hints={lab / 'root.hints'}",
        f"--trust-anchor={lab / 'trust-anchor.ds'}",
        f"--ca-file={lab / 'ca.pem'}",
    )


def door(lab: Path, network: type[LabNetwork] = LabNetwork, **switches: Any) -> Callable[..., LabNetwork]:
    """What makes the network door to a lab in another process, for `checker.cli.main(network_class=…)`."""
    mapping = json.loads((lab / "mapping.json").read_text(encoding="ascii"))
    return functools.partial(network.from_mapping, mapping, **switches)
