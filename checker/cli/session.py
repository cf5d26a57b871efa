"""What every command is run inside: options to settings, logs to stderr, and every ending to an exit code."""

import errno
import functools
import inspect
import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from checker.cli.exits import ExitCode, Quit, interruptible
from checker.cli.options import COMMON, MEASURING, SPEAKING, STORED

if TYPE_CHECKING:
    from checker.network.door import Network
    from checker.settings import Settings

Command = Callable[..., ExitCode]
log = logging.getLogger("checker")

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a measuring command is given beside its own arguments."""

    settings: "Settings"
    network_class: "Callable[..., Network] | None"
    quiet: bool
    given: Mapping[str, Any] = field(default_factory=dict)
    """The options as they stood on the command line."""

    def renewed(self) -> "Session":
        """The same with settings read anew. Quits (USAGE) when they are wrong by now."""
        return replace(self, settings=_settings(self.given))


def measuring(command: Command, **more: Any) -> Callable[..., None]:
    """Give a command `(session, …)` the options that all measuring commands share, and `more` settings as options."""
    return _wrapped(command, MEASURING | more | COMMON)


def stored(command: Command, **more: Any) -> Callable[..., None]:
    """Give a command `(session, …)` that reads the store and measures nothing its options, and `more` settings."""
    return _wrapped(command, STORED | more | COMMON)


def speaking(command: Command) -> Callable[..., None]:
    """Give a command `(session, …)` that only has words to say their language."""
    return _wrapped(command, SPEAKING | COMMON)


def plain(command: Command) -> Callable[..., None]:
    """Give a command `(…)` that measures nothing its `--quiet` and `--verbose`."""
    return _wrapped(command, COMMON)


def _wrapped(command: Command, shared: Mapping[str, Any]) -> Callable[..., None]:
    """Make a function whose signature has the command's own parameters and the shared ones, for Typer to read."""
    own = [p for p in inspect.signature(command).parameters.values() if p.name != "session"]
    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in shared.items()
    ]

    @functools.wraps(command)
    def run(ctx: typer.Context, **values: Any) -> None:
        arguments = {p.name: values[p.name] for p in own}
        quiet, verbose = bool(values.get("quiet")), bool(values.get("verbose"))
        _log_to_stderr(quiet=quiet, verbose=verbose)

        def body() -> ExitCode:
            if shared is COMMON:
                return command(**arguments)
            given = {name: values[name] for name in shared if name not in COMMON}
            session = Session(settings=_settings(given), network_class=ctx.obj, quiet=quiet, given=given)
            return command(session, **arguments)

        raise typer.Exit(ending(body, verbose=verbose))

    parameters = [context, *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own), *added]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what inspect reads first
    run.__doc__ = (command.__doc__ or "").replace(
        r"\b", "\b"
    )  # the help's mark for lines to be left as they are
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def _settings(options: Mapping[str, Any]) -> "Settings":
    from checker.settings import SettingsError, load_settings, unknown_variables  # noqa: PLC0415 - start-up

    given = {name: value for name, value in options.items() if name != "config"}
    config: str | None = options["config"]
    try:
        settings = load_settings(given, config=Path(config) if config is not None else None)
    except SettingsError as error:
        raise Quit(ExitCode.USAGE, str(error)) from None
    for variable in unknown_variables():
        log.warning("environment variable %s names no setting and is ignored", variable)
    return settings


def ending(body: Callable[[], ExitCode], *, verbose: bool) -> ExitCode:
    """Run a command's body; whatever happens becomes an exit code and at most some lines on stderr."""
    try:
        with interruptible():
            code = body()
        sys.stdout.flush()
    except Quit as quitting:
        for line in quitting.message.splitlines():
            log.error("%s", line)  # noqa: TRY400 - an ending, told in its own words
        return quitting.code
    except KeyboardInterrupt:
        log.error("interrupted")  # noqa: TRY400 - the user did it
        return ExitCode.PARTLY
    except BrokenPipeError:
        _drop_stdout()  # whoever read our output has had enough
        return ExitCode.DONE
    except OSError as error:
        # The machine's trouble and no bug: a full disk, a stdout that takes no more. Files we know of are told earlier.
        where = f" ({error.filename})" if error.filename else ""
        way_out = "; free space there and run again" if where and error.errno in _FULL else ""
        log.error(  # noqa: TRY400 - an ending; the trace is for whoever asks
            "%s%s: not finished%s", error.strerror or type(error).__name__, where, way_out, exc_info=verbose
        )
        _drop_stdout()
        return ExitCode.FAILED
    except Exception:
        # Our own bug: the contract has a code for it, and a traceback is for whoever asks.
        log.exception("internal error")
        if not verbose:
            log.error("please report it; --verbose shows where it happened")  # noqa: TRY400 - no second trace
        return ExitCode.FAILED
    return code


def _drop_stdout() -> None:
    """Forget what could not be written: Python would try, and complain, again when it flushes at exit."""
    with suppress(OSError, ValueError):  # a stdout without a file behind it has nothing to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _log_to_stderr(*, quiet: bool, verbose: bool) -> None:
    """Send the program's log to stderr, once a process; a library's own only when it warns."""
    handler = _Stderr()
    handler.setFormatter(_Lines(verbose=verbose))
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    log.handlers[:] = [handler]
    log.setLevel(level)
    log.propagate = False


class _Stderr(logging.Handler):
    """Writes to whatever stderr is at the time: a progress bar puts itself between."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):  # stderr is closed: there is nobody left to tell
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()


class _Lines(logging.Formatter):
    """One line a record: the level in front of anything but plain information, no control characters.

    An exception is named on the line; its traceback is for `--verbose`.
    """

    def __init__(self, *, verbose: bool) -> None:
        super().__init__()
        self._verbose = verbose

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        trace = ""
        if record.exc_info and record.exc_info[1]:
            text += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
            if self._verbose:
                lines = self.formatException(record.exc_info).split("\n")
                trace = "".join("\n" + _visible(line) for line in lines)
        clean = _visible(text)
        return (clean if record.levelno == logging.INFO else f"{record.levelname.lower()}: {clean}") + trace


def _visible(text: str) -> str:
    """The text with whatever a terminal might obey as an escape: exceptions quote what servers sent."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
