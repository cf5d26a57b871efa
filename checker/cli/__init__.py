"""The command line. Importing it costs next to nothing: what a command needs is imported when it runs."""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.network.door import Network


def main(argv: Sequence[str] | None = None, *, network_class: "Callable[..., Network] | None" = None) -> int:
    """Run one command and return its exit code (`ExitCode`).

    `argv` is without the program's name; None reads the process's own. `network_class` makes the door to the
    network from the keywords of `Network`; None is the real one.
    """
    try:
        from checker.cli.app import run  # noqa: PLC0415 - start-up: see the module docstring

        return run(argv, network_class)
    except KeyboardInterrupt:  # while the program was still being loaded
        sys.stderr.write("error: interrupted\n")
        return 4
