"""`python -m tests.behaviours.serve web DIR`: a miniature internet of one table, for a checker in another process."""

import argparse
import asyncio
from pathlib import Path

from tests.behaviours.tables import TABLES
from tests.lab.internet import serve
from tests.lab.process import allow_many_sockets


def main() -> None:
    """Read the command line and serve until stdin closes."""
    parser = argparse.ArgumentParser(prog="python -m tests.behaviours.serve", description=__doc__)
    parser.add_argument("table", choices=tuple(TABLES))
    parser.add_argument("directory", type=Path)
    given = parser.parse_args()
    allow_many_sockets()
    asyncio.run(serve(tuple(behaviour.organisation for behaviour in TABLES[given.table]), given.directory))


if __name__ == "__main__":
    main()
