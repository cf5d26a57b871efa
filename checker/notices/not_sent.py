"""Why a notice was not sent, in the one vocabulary that delivery acts on. Never holds a password, a token or an URL."""

from enum import Enum, auto


class Cause(Enum):
    """What stood in the way.

    REFUSED: this notice will never be taken. PUT_OFF: this one, not now. UNREACHABLE: nobody's, for now: the server
    is away or overloaded. SETTINGS: nobody's until somebody changes something here or there (certificate, login).
    """

    REFUSED = auto()
    PUT_OFF = auto()
    UNREACHABLE = auto()
    SETTINGS = auto()


class NotSentError(Exception):
    """A notice that did not get through; `reason` is one line for the operator."""

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason

    @property
    def permanent(self) -> bool:
        """Whether trying again is no use, tonight or later."""
        return self.cause is Cause.REFUSED

    @property
    def concerns_all(self) -> bool:
        """Whether every other notice that goes the same way would fail of it too."""
        return self.cause in {Cause.UNREACHABLE, Cause.SETTINGS}
