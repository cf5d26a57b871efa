"""Lines of archives read back, each by itself: whatever the bytes are, a line of ours comes of them or a LineError. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from checker.history.cells import read_cell
from checker.observations import codec
from checker.observations.row import Row, is_code
from checker.report.model import COLUMNS
from checker.store.archive_lines import (
    FORMAT,
    VERSION,
    CertificateLine,
    EndLine,
    HeadLine,
    JudgementLine,
    Line,
    RowLine,
    VerdictLine,
    is_sweep_id,
)
from checker.store.stored_sweep import State, StoredSweep
from checker.verdict import Verdict

ROW_STATES = ("left", "parked", "seen")
SHORT, LONG = 300, 10_000
"""Characters that texts of a line may have: more than any program of ours writes, or what a column of the store holds."""
_LIMITS = {
    "id": 40,
    "method": 64,
    "ruleset": 64,
    "ruleset_version": 64,
    "series": 200,
    "software": 200,
    "why": LONG,
    "trust_store": LONG,
}


class LineError(ValueError):
    """A line that no archive of ours has; the message says why."""


def line_from(data: bytes) -> Line:
    """The line that `line_bytes` gave. Raises LineError, whatever the bytes are."""
    try:
        return _line(json.loads(data, parse_constant=_no_constant))
    except LineError:
        raise
    except RecursionError:
        raise LineError("is nested too deep") from None
    except ValueError as error:  # JSON, UTF-8, the codec, cells
        raise LineError(f"cannot be read: {str(error)[:200]}") from None


def _line(value: object) -> Line:
    if not isinstance(value, dict):
        raise LineError("is no JSON object")
    kind = value.pop("kind", None)
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise LineError(f"is of no kind that this version knows: {ascii(kind)[:60]}")
    return read(value)


def _head(value: dict[str, Any]) -> HeadLine:
    if value.get("format") != FORMAT:
        raise LineError("is not the head of an archive of this program")
    version = value.get("version")
    if type(version) is not int or version < 1:
        raise LineError(f"has no version of the format: {ascii(version)[:60]}")
    if version > VERSION:
        raise LineError(f"was written by a newer version of this program (format {version}); upgrade it")
    _exactly(value, "format", "version", "sweep")
    sweep = codec.decode(StoredSweep, value["sweep"])
    if not is_sweep_id(sweep.id):
        raise LineError(f"has an id that no sweep has: {ascii(sweep.id)[:60]}")
    if sweep.state is State.RUNNING:
        raise LineError("is of a sweep that was under way: only those that are over have archives")
    _texts({field.name: getattr(sweep, field.name) for field in fields(sweep)})
    if sweep.columns != tuple(column for column in COLUMNS if column in sweep.columns) or not sweep.columns:
        raise LineError("has columns that are not those of the table, in its order")
    for moment in (sweep.started, sweep.finished, sweep.published):
        _whole_second(moment)
    return HeadLine(sweep=sweep)


def _certificate(value: dict[str, Any]) -> CertificateLine:
    line = codec.decode(CertificateLine, value)
    if sha256(line.der).hexdigest() != line.digest:
        raise LineError("has a certificate with another digest than its own")
    return line


def _row(value: dict[str, Any]) -> RowLine:
    _exactly(value, "position", "state", "row", "observation")
    row, state, observation = codec.decode(Row, value["row"]), value["state"], value["observation"]
    _texts({field.name: getattr(row, field.name) for field in fields(row)})
    if not is_code(row.code):
        raise LineError(f"has a code that no row has: {ascii(row.code)[:60]}")
    if state not in ROW_STATES:
        raise LineError(f"has a state that no row has: {ascii(state)[:60]}")
    if observation is not None and (not isinstance(observation, dict) or state == "left"):
        raise LineError("has an observation that does not go with its state")
    return RowLine(
        position=_position(value), state=state, row=row, observation=observation
    )  # the observation is read where the certificates are known


def _judgement(value: dict[str, Any]) -> JudgementLine:
    line = codec.decode(JudgementLine, value)
    _texts({"ruleset": line.ruleset, "ruleset_version": line.ruleset_version, "software": line.software})
    _whole_second(line.judged)
    return line


def _verdict(value: dict[str, Any]) -> VerdictLine:
    _exactly(value, "position", "cells", "remeasured", "verdicts")
    cells, remeasured, verdicts = value["cells"], value["remeasured"], value["verdicts"]
    if not isinstance(verdicts, list) or not isinstance(remeasured, list) or not isinstance(cells, dict):
        raise LineError("has no lists of verdicts and columns and no object of cells")
    if tuple(cells) != COLUMNS or not all(isinstance(cell, str) for cell in cells.values()):
        raise LineError("has not the five cells of the table, in its order")
    if remeasured != sorted(column for column in COLUMNS if column in remeasured):
        raise LineError("names columns that the table has not, or not in the order of the alphabet")
    printed = dict.fromkeys(COLUMNS, "")
    for verdict in (codec.decode(Verdict, one) for one in verdicts):
        if printed.get(verdict.indicator) != "":
            raise LineError(f"has a verdict too many: {ascii(verdict.indicator)[:60]}")
        read_cell(verdict.cell)
        printed[verdict.indicator] = verdict.cell
    if printed != cells:
        raise LineError("has cells that are not those of its verdicts")
    return VerdictLine(
        position=_position(value), cells=cells, remeasured=tuple(remeasured), verdicts=verdicts
    )


def _end(value: dict[str, Any]) -> EndLine:
    return codec.decode(EndLine, value)


_READERS: Mapping[str, Callable[[dict[str, Any]], Line]] = {
    "head": _head,
    "certificate": _certificate,
    "row": _row,
    "judgement": _judgement,
    "verdict": _verdict,
    "end": _end,
}


def _exactly(value: dict[str, Any], *names: str) -> None:
    if value.keys() != set(names):
        raise LineError(f"must have {', '.join(names)} and nothing else")


def _position(value: dict[str, Any]) -> int:
    position = value["position"]
    if type(position) is not int or not 0 <= position < 2**31:
        raise LineError("has a position that is none")
    return position


def _texts(values: Mapping[str, object]) -> None:
    """What databases do not take as text: NUL, lone surrogates, more than the column holds."""
    for name, text in values.items():
        if isinstance(text, str):
            if len(text) > _LIMITS.get(name, SHORT):
                raise LineError(f"has a {name} that is too long")
            if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
                raise LineError(f"has a {name} that is no text")


def _whole_second(moment: datetime | None) -> None:
    if moment is not None and moment.microsecond:
        raise LineError("has a time that is not of a whole second")


def _no_constant(name: str) -> object:
    raise LineError(f"has a number that JSON does not have: {name}")
