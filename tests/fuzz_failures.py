"""What a fuzzer found, told once for each place in the code that it came from."""

import traceback
from collections import Counter


class Failures:
    """Failures by where they came from, each with the first seed that shows it."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str, str]] = Counter()

    def add(self, kind: str, seed: int, error: BaseException) -> None:
        trace = traceback.extract_tb(error.__traceback__)
        key = (
            kind,
            type(error).__name__,
            f"{trace[-1].filename}:{trace[-1].lineno}" if trace else str(error),
        )
        self.seen[key] += 1
        if self.seen[key] == 1:
            print(f"{kind}, seed {seed}:")
            traceback.print_exception(error)
