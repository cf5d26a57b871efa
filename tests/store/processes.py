"""Other processes that use a store: they say one line when they are where they shall be, and end with their stdin."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

HOLD = """
import sys
from checker.store.store import Store
with Store(sys.argv[1]) as store, store.lock():
    print("there", flush=True)
    sys.stdin.read()
"""
WRITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("there", flush=True)
sys.stdin.read()
"""
OPEN = """
import sys
from checker.store.store import Store
print("there", flush=True)
sys.stdin.read()
with Store(sys.argv[1]) as store:
    print(len(store.sweeps.all()), flush=True)
"""


@contextmanager
def running(script: str, address: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has said that it is there; it has ended when the block has."""
    with subprocess.Popen(
        (sys.executable, "-W", "error", "-c", script, address),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "there\n"
            yield process
        finally:
            if process.stdin is not None and not process.stdin.closed:
                process.stdin.close()
            process.wait()
