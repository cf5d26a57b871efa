"""The lines of an archive: what each kind holds, and its JSON. Pure; knows neither files nor databases.

`archive.schema.json` describes the same for other programs.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checker.observations import codec
from checker.observations.row import Row
from checker.store.stored_sweep import StoredSweep

FORMAT = "indikatorkollen-archive"
VERSION = 1
SCHEMA_NAME = "archive.schema.json"
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadLine:
    """The first line: the sweep without its rows."""

    sweep: StoredSweep


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """One certificate, before the first row that has it; `digest` is the SHA-256 of the DER in hex."""

    digest: str
    der: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """One row. `observation` is as the store keeps it (checker.store.packing.lifted), None when there is none any more."""

    position: int
    state: str
    row: Row
    observation: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementLine:
    """One judging of the sweep; its verdicts follow."""

    ruleset: str
    ruleset_version: str
    software: str
    judged: datetime

    @property
    def rules(self) -> tuple[str, str]:
        """What tells it from the sweep's other judgements."""
        return self.ruleset, self.ruleset_version


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLine:
    """The verdicts on one row: the printed cells of all five columns ("" when not asked for), and the verdicts in full."""

    position: int
    cells: dict[str, str]
    remeasured: tuple[str, ...]
    verdicts: list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLine:
    """The last line: how many there are of each kind, and the SHA-256, in hex, of every line before."""

    certificates: int
    rows: int
    observations: int
    judgements: int
    verdicts: int
    sha256: str


Line = HeadLine | CertificateLine | RowLine | JudgementLine | VerdictLine | EndLine


def line_bytes(line: Line) -> bytes:
    """The line as it stands in the file: ASCII JSON without spaces, and a line feed."""
    return json.dumps(_object(line), separators=(",", ":")).encode("ascii") + b"\n"


def is_sweep_id(text: str) -> bool:
    """Whether a sweep may have this id: it names files."""
    return _ID.fullmatch(text) is not None


def _object(line: Line) -> dict[str, Any]:
    match line:
        case HeadLine():
            return {
                "kind": "head",
                "format": FORMAT,
                "version": VERSION,
                "sweep": codec.encode(line.sweep),
            }
        case CertificateLine():
            return {"kind": "certificate", **codec.encode(line)}
        case RowLine():
            return {
                "kind": "row",
                "position": line.position,
                "state": line.state,
                "row": codec.encode(line.row),
                "observation": line.observation,
            }
        case JudgementLine():
            return {"kind": "judgement", **codec.encode(line)}
        case VerdictLine():
            return {
                "kind": "verdict",
                "position": line.position,
                "cells": line.cells,
                "remeasured": list(line.remeasured),
                "verdicts": line.verdicts,
            }
        case EndLine():
            return {"kind": "end", **codec.encode(line)}
