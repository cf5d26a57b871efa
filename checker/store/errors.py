"""What can be wrong with a store, in words for the operator; one place turns the databases' errors into them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from checker.observations.row import was_code
from checker.report.model import COLUMNS

RESTORE = "restore it from the archive: checker store import FILE… (docs/drift.md, Återställning)"
LOST = f"move it away and {RESTORE}"
_STAYS = "what is stored is kept, and the sweep goes on where it was"


class StoreError(Exception):
    """The store cannot be used or did not take something; the message goes on after "store" and names the way out.

    It never holds a password.
    """


class DamagedError(ValueError):
    """Something in the store cannot be read back; the message says what and how."""


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what the database says within the block into StoreError; `name` is the store as users know it."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(f"{name}: {_words(error)}") from None
    except DamagedError as error:
        raise StoreError(f"{name}: is damaged: {error}; {LOST}") from None
    except UnicodeDecodeError:
        # sqlite3 quotes names of the tables in its errors, and cannot when these are damaged
        raise StoreError(f"{name}: the file is damaged; {LOST}") from None


@contextmanager
def whole(what: str) -> Iterator[None]:
    """What cannot be read back within the block becomes DamagedError; `what` names it."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        # a deeper one names the place already
        why = str(error) if isinstance(error, DamagedError) else f"{type(error).__name__}: {error}"
        raise DamagedError(f"{what}: {why}"[:_LONGEST]) from None


def check_code(code: str) -> None:
    """Raise DamagedError for what was never the code of a row: codes name folders of the site."""
    if not was_code(code):
        raise DamagedError(f"a code that no row can have: {shown(code)}")


def check_column(name: str) -> None:
    """Raise DamagedError for what is none of the table's columns."""
    if name not in COLUMNS:
        raise DamagedError(f"no column is called {shown(name)}")


def shown(value: object) -> str:
    """What is damaged as a message quotes it: short, in ASCII."""
    return ascii(str(value)[:_SHOWN])


def _words(error: SQLAlchemyError) -> str:
    if not isinstance(error, DBAPIError):
        # such as a column that holds another type than it was given
        return f"the database gave what cannot be read ({type(error).__name__}); if that stays so, {LOST}"
    said, code = _said(error)
    if code:
        return _POSTGRESQL.get(code, _POSTGRESQL.get(code[:2], "the database refused: {said}")).format(
            said=said
        )
    for part, words in _SQLITE:
        if part in said.lower():
            return words
    if type(error.orig).__module__.startswith("sqlite3"):
        return f"cannot be used ({said}); if that stays so, {LOST}"
    return f"cannot be reached ({said}); see that the server runs and that the address is right: {_STAYS}"


_LONGEST = 500
_SHOWN = 64
_FULL = f"the disk is full; free space and run again: {_STAYS}"
_SQLITE = (
    ("malformed", f"the file is damaged; {LOST}"),
    ("not a database", f"is not a database, or is damaged; {LOST}"),
    ("unsupported file format", f"is not a database, or is damaged; {LOST}"),
    (
        "disk i/o error",
        f"the disk gave an error; when it was full, free space and run again, otherwise {LOST}",
    ),
    ("is full", _FULL),
    ("locked", "another program has locked it for too long; end that program and run again"),
    ("readonly", "may not be written to; look at the permissions of the file and its directory"),
    ("unable to open", "cannot be opened; look at the directory and its permissions"),
)
"""What SQLite says (sqlite.org/rescode.html), in parts of its messages, and what it means here."""

_POSTGRESQL = {
    "28": "the server refused: {said}; look at the user and the password in the address",
    "3D": "the server refused: {said}; make the database (createdb), or name another",
    "08": f"the connection broke ({{said}}); see that the server runs: {_STAYS}",
    "57": f"the server ended the connection ({{said}}); see that it runs: {_STAYS}",
    "53100": _FULL,
    "53": f"the server has too little ({{said}}); {_STAYS}",
    "55P03": "another program has locked it for too long; end that program and run again",
    "42501": "the server refused: {said}; give the user the right to make and change tables there",
    "25006": "may not be written to ({said})",
    "XX": f"the database is damaged ({{said}}); {LOST}",
}
"""PostgreSQL's codes and classes of codes (its documentation, appendix A), and what they mean here."""


def _said(error: DBAPIError) -> tuple[str, str]:
    """The database's own words on one line, and PostgreSQL's code; pg8000 gives a dict with them under "M" and "C"."""
    given = error.orig.args[0] if error.orig is not None and error.orig.args else error.orig
    text, code = (given.get("M", ""), given.get("C", "")) if isinstance(given, dict) else (str(given), "")
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))[:300], code
