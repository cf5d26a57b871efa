"""What can be wrong, or merely unusual, with a zone: each by name, done before the zone is signed or after. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.daemons.drafts import Draft

Change = Callable[[Draft], None]


@dataclass(slots=True)
class Defect:
    """What is done to a draft before and after it is signed; `harmless` ones may be joined to any other."""

    before: Change | None = None
    after: Change | None = None
    harmless: bool = False


class Defects:
    """A register that functions are entered into as decorators."""

    def __init__(self) -> None:
        self.known: dict[str, Defect] = {}

    def before(self, name: str, *, harmless: bool = False) -> Callable[[Change], Change]:
        """A change to contents, keys or DS of a zone that is not signed yet."""

        def enter(change: Change) -> Change:
            defect = self.known.setdefault(name, Defect(harmless=harmless))
            assert defect.before is None, name
            defect.before = change
            return change

        return enter

    def after(self, name: str, *, harmless: bool = False) -> Callable[[Change], Change]:
        """A change to the signed records."""

        def enter(change: Change) -> Change:
            defect = self.known.setdefault(name, Defect(harmless=harmless))
            assert defect.after is None, name
            defect.after = change
            return change

        return enter
