"""How a command ends: the five exit codes of the contract, and the one exception that carries them."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What scripts and cron jobs read. USAGE is also what the option parser itself uses."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    FAILED = 3
    PARTLY = 4


class Quit(Exception):  # noqa: N818 - an ending; not every one is an error
    """End the command with this code, saying `message` (one or more lines) on stderr."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Held(Quit):
    """Quit (FAILED) because the brake keeps what was measured from the site; the operator was told."""

    def __init__(self, message: str) -> None:
        super().__init__(ExitCode.FAILED, message)


class Busy(Quit):
    """Quit (FAILED) because somebody else sweeps with the same store; later it may go."""

    def __init__(self, message: str) -> None:
        super().__init__(ExitCode.FAILED, message)
