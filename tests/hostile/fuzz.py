"""Fuzz what web and mail servers say for as long as you like: `python -m tests.hostile.fuzz --seconds 60 --seed 1`.

Prints how many inputs were tried and, for each kind of failure, the seed that shows it. Exit 1 when there was any.
"""

import sys

from tests.fuzzer import main
from tests.hostile.lying_servers import fuzzed
from tests.hostile.parsers import PARSERS

if __name__ == "__main__":
    sys.exit(main(__doc__, PARSERS, fuzzed))
