"""The program in a process that can be held up at a chosen moment, with a laboratory in another process behind its door.

    python -m tests.survival.doomed ORDERS ARGUMENT…

ORDERS is JSON (see `Orders`); the arguments are the program's own. Where it is held up, one line goes to `said`, and it
goes on when it is told so: until then it can be killed. It also notes whom it asked, and what each site was built of.
"""

import functools
import hashlib
import importlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from checker.cli import main
from checker.network.addresses import IPAddress
from checker.network.door import Network
from tests.lab.apart import door
from tests.lab.network import LabNetwork, Place
from tests.survival.moments import AFTER, BEFORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """`target`, `when` and `number` say where the process is held up; `said` and `go` are the pipes of that.

    `asked` and `built` are files to which it adds. `shut` are addresses that answer no https. Without `exchange` the
    system cannot swap directories. `busy_s` is how long a locked store is waited for. The time of day is put forward by
    `ahead_s`, and by `jump_s` more from the first row that is kept.
    """

    lab: str
    asked: str
    built: str
    shut: tuple[str, ...] = ()
    target: str = ""
    when: str = AFTER
    number: int = 1
    said: int = -1
    go: int = -1
    exchange: bool = True
    busy_s: float | None = None
    ahead_s: float = 0.0
    jump_s: float = 0.0

    def to_json(self) -> str:
        return json.dumps(asdict(self))


class Asking(LabNetwork):
    """A door that notes each connection to a web server, and behind which some are shut."""

    shut: tuple[str, ...] = ()
    asked = -1

    def place(self, address: IPAddress, port: int, *, udp: bool) -> int | Place:
        place = super().place(address, port, udp=udp)
        if port not in (80, 443) or udp:
            return place
        os.write(self.asked, f"{address}\n".encode("ascii"))
        return Place.CLOSED if port == 443 and str(address) in self.shut else place


def _found(target: str) -> tuple[Any, str]:
    module, _, path = target.partition(":")
    *owners, name = path.split(".")
    return functools.reduce(getattr, owners, importlib.import_module(module)), name


def _hold_up(orders: Orders) -> None:
    owner, name = _found(orders.target)
    original = getattr(owner, name)
    calls = iter(range(1, sys.maxsize))

    @functools.wraps(original)
    def held_up(*arguments: Any, **keywords: Any) -> Any:
        here = next(calls) == orders.number
        if here and orders.when == BEFORE:
            _wait(orders)
        result = original(*arguments, **keywords)
        if not (here and orders.when == AFTER):
            return result
        if hasattr(result, "__await__"):
            return _wait_after(orders, result)
        _wait(orders)
        return result

    setattr(owner, name, held_up)


async def _wait_after(orders: Orders, result: Any) -> Any:
    """The whole process stands still, as it does for any other function."""
    value = await result
    _wait(orders)
    return value


def _wait(orders: Orders) -> None:
    os.write(orders.said, b"there\n")
    os.read(orders.go, 1)


def _note_builds(file: Path) -> None:
    """Add to `file` a line for every site that is ready to be put in its place: its files and their hashes."""
    owner, name = _found("checker.report.publish:_make_public_and_durable")
    original = getattr(owner, name)

    def noted(directory: Path) -> None:
        original(directory)
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(manifest(directory)) + "\n")

    setattr(owner, name, noted)


def manifest(directory: Path) -> dict[str, str]:
    """The SHA-256 of every file below, by its path."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _set_clock(orders: Orders) -> None:
    """Let the program read a time of day that is ahead."""
    ahead = [timedelta(seconds=orders.ahead_s)]
    owner, name = _found("checker.network.clock:Clock.wall")
    setattr(owner, name, _put_forward(getattr(owner, name), ahead))
    if orders.jump_s:
        owner, name = _found("checker.store.observations:Observations.keep")
        original = getattr(owner, name)

        def kept(*arguments: Any) -> None:
            original(*arguments)
            ahead[:] = [timedelta(seconds=orders.ahead_s + orders.jump_s)]

        setattr(owner, name, kept)


def _put_forward(read: Callable[..., Any], ahead: list[timedelta]) -> Callable[..., Any]:
    return lambda *arguments: read(*arguments) + ahead[0]


def _run(orders: Orders, arguments: list[str]) -> int:
    Asking.shut = orders.shut
    Asking.asked = os.open(orders.asked, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    _note_builds(Path(orders.built))
    if not orders.exchange:
        _found("checker.report.publish:publish")[0].publish.__kwdefaults__["exchange"] = lambda *_: False
    if orders.busy_s is not None:
        _found("checker.store.store:Store")[0].Store.__init__.__kwdefaults__["busy_s"] = orders.busy_s
    if orders.ahead_s or orders.jump_s:
        _set_clock(orders)
    if orders.target:
        _hold_up(orders)
    network: Callable[..., Network] = door(Path(orders.lab), Asking)
    return main(arguments, network_class=network)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    sys.exit(_run(Orders(**{**given, "shut": tuple(given["shut"])}), sys.argv[2:]))
