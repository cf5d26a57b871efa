"""A miniature internet in a process of its own, so that its CPU and its clock are not the checker's."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENDED_WITHIN_S = 30


@contextmanager
def laboratory(scenario: str) -> Iterator[Path]:
    """A miniature internet in a second process; gives the directory with its files. It ends with the block."""
    with tempfile.TemporaryDirectory(prefix="miniature-internet-") as directory:
        command = [
            sys.executable,
            "-m",
            "tests.lab.internet",
            "--scenario",
            scenario,
            "--directory",
            directory,
        ]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as servers:
            assert servers.stdin is not None
            assert servers.stdout is not None
            try:
                if servers.stdout.readline().strip() != "ready":
                    raise RuntimeError("the miniature internet did not start")
                yield Path(directory)
            finally:
                servers.stdin.close()
                servers.wait(timeout=ENDED_WITHIN_S)
