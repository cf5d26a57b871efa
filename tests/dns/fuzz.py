"""Fuzz the resolver for as long as you like: `python -m tests.dns.fuzz --seconds 60 --seed 1`.

Prints how many inputs were tried and, for each kind of failure, the seed that shows it. Exit 1 when there was any.
"""

import sys

from tests.dns.fuzzed_servers import fuzzed
from tests.dns.fuzzing import PURE
from tests.fuzzer import main

if __name__ == "__main__":
    sys.exit(main(__doc__, PURE, fuzzed))
