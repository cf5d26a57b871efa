"""What measuring commands measure with, put together from the settings: door, resolver, probes, sweep."""

import asyncio
import gc
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from checker.cli.exits import ExitCode, Quit
from checker.dns.anchors import StartFileError, root_hints, trust_anchors
from checker.dns.iterate import Resolver
from checker.dns.walk import Walker
from checker.network.addresses import AddressPolicy
from checker.network.clock import Clock
from checker.network.door import Network
from checker.network.identity import Identity
from checker.settings import option_of

if TYPE_CHECKING:
    from checker.cli.session import Session
    from checker.protocols.ca_store import CaStore
    from checker.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """One set a command: everything behind it shares the door's manners and the resolver's cache."""

    settings: "Settings"
    network: Network
    walker: Walker

    @property
    def resolver(self) -> Resolver:
        """Resolves without validation."""
        return self.walker.resolver


def instruments(session: "Session") -> Instruments:
    """Open the door as the settings say. Quits (USAGE) when a file they name cannot be used."""
    settings = session.settings
    try:
        hints, anchors = root_hints(settings.root_hints), trust_anchors(settings.trust_anchor)
    except StartFileError as error:
        raise Quit(ExitCode.USAGE, str(error)) from None
    network = _network(settings, session.network_class or Network)
    return Instruments(settings=settings, network=network, walker=Walker(Resolver(network, hints), anchors))


def ca_store(settings: "Settings") -> "CaStore":
    """The store that certificates are judged against. Quits (USAGE) when `--ca-file` cannot be used."""
    from checker.protocols.ca_store import CaStore  # noqa: PLC0415 - `resolve` and `doctor` need no certificates

    if settings.ca_file is None:
        return CaStore.shipped()
    try:
        return CaStore.from_file(settings.ca_file)
    except OSError as error:
        why = error.strerror or type(error).__name__
    except ValueError as error:
        why = str(error)
    raise Quit(ExitCode.USAGE, f"{option_of('ca_file')} {settings.ca_file}: {why}")


def _network(settings: "Settings", network_class: Callable[..., Network]) -> Network:
    """Make the door; what was not set stays at the door's own defaults, which a laboratory has its own of."""
    keywords: dict[str, Any] = {
        "policy": AddressPolicy(
            allow_private=settings.allow_private,
            excluded=settings.excluded_networks,
            excluded_names=settings.excluded_names,
        ),
        "identity": Identity(operator=settings.operator, url=settings.url, ehlo_name=settings.ehlo_name),
        "wait_s": settings.timeout,
    }
    if settings.now is not None:
        keywords["clock"] = Clock(settings.now)
    network = network_class(**keywords)
    if "mail_spacing" in settings.model_fields_set:
        network.manners.spacing_s = settings.mail_spacing
    network.manners.mail_at_once = settings.mail_at_once
    return network


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the command's conversations; SIGTERM ends them as Ctrl-C does (KeyboardInterrupt)."""
    told: list[int] = []

    async def body() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def stop(number: int, _: object) -> None:
            told.append(number)
            loop.call_soon_threadsafe(task.cancel)

        # Not asyncio's own handler for Ctrl-C: what a shell starts in the background has SIGINT ignored, and no such.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, stop)
        return await work

    before = signal.getsignal(signal.SIGTERM)
    _allow_sockets()
    gc.freeze()
    gc.enable()  # see checker.cli.app.run
    try:
        return asyncio.run(body())
    except asyncio.CancelledError:
        if told:
            raise KeyboardInterrupt from None
        raise
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


def _allow_sockets() -> None:
    """Lift the soft limit on open files to the hard one: fifty rows at once hold more sockets than the usual 1024."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # some systems name a hard limit that they do not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
