"""Writes the lines of a stored sweep: read page by page from one moment of the store, compressed into a file."""

import gzip
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import IO, Any

from sqlalchemy import Connection, select
from sqlalchemy import Row as Record

from checker.report.model import COLUMNS
from checker.store import tables
from checker.store.archive_lines import (
    CertificateLine,
    EndLine,
    HeadLine,
    JudgementLine,
    Line,
    RowLine,
    VerdictLine,
    line_bytes,
)
from checker.store.errors import DamagedError, whole
from checker.store.packing import digests, unpack
from checker.store.reading import pages
from checker.store.stored_sweep import StoredSweep
from checker.store.sweeps import row_of
from checker.store.times import required

LEVEL = 6
"""Of gzip; nine takes three times as long for a hundredth less."""
_ROWS, _JUDGEMENTS, _VERDICTS = tables.rows, tables.judgements, tables.verdicts
_CERTIFICATES = tables.certificates


def sweep_lines(connection: Connection, sweep: StoredSweep) -> Iterator[Line]:
    """The lines of a sweep's archive, but for the last. Raises DamagedError on the way."""
    yield HeadLine(sweep=sweep)
    written: set[str] = set()
    rows = select(_ROWS).where(_ROWS.c.sweep_id == sweep.id)
    for page in pages(connection, rows, _ROWS.c.position, after=-1):
        for record in page:
            observation, seen = _observation(record, sweep)
            new = sorted(seen - written)
            yield from _certificate_lines(connection, new, record, sweep)
            written.update(new)
            yield RowLine(
                position=record.position, state=record.state, row=row_of(record), observation=observation
            )
    judgements = select(_JUDGEMENTS).where(_JUDGEMENTS.c.sweep_id == sweep.id).order_by(_JUDGEMENTS.c.id)
    for judgement in connection.execute(judgements).all():
        yield JudgementLine(
            ruleset=judgement.ruleset,
            ruleset_version=judgement.ruleset_version,
            software=judgement.software,
            judged=required(judgement.judged),
        )
        verdicts = select(_VERDICTS).where(_VERDICTS.c.judgement_id == judgement.id)
        for page in pages(connection, verdicts, _VERDICTS.c.position, after=-1):
            for record in page:
                yield _verdict_line(record, sweep)


def write_lines(out: IO[bytes], lines: Iterable[Line]) -> EndLine:
    """Write the lines and the last one, which comes back. The same lines make the same bytes, whenever and wherever."""
    counts = dict.fromkeys((CertificateLine, RowLine, JudgementLine, VerdictLine), 0)
    observations, digest = 0, sha256()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=out, mtime=0) as file:
        for line in lines:
            data = line_bytes(line)
            digest.update(data)
            file.write(data)
            if not isinstance(line, HeadLine | EndLine):
                counts[type(line)] += 1
            if isinstance(line, RowLine) and line.observation is not None:
                observations += 1
        end = EndLine(
            certificates=counts[CertificateLine],
            rows=counts[RowLine],
            observations=observations,
            judgements=counts[JudgementLine],
            verdicts=counts[VerdictLine],
            sha256=digest.hexdigest(),
        )
        file.write(line_bytes(end))
    return end


def _observation(record: Record[Any], sweep: StoredSweep) -> tuple[dict[str, Any] | None, frozenset[str]]:
    """What was seen of a row, and the digests of the certificates in it."""
    if record.observation is None:
        return None, frozenset()
    with whole(f"the observation of row {record.code} in sweep {sweep.id}"):
        observation = unpack(record.observation)
        if not isinstance(observation, dict):
            raise TypeError("is no object")
        return observation, digests(observation)


def _certificate_lines(
    connection: Connection, wanted: list[str], record: Record[Any], sweep: StoredSweep
) -> Iterator[CertificateLine]:
    if not wanted:
        return
    statement = select(_CERTIFICATES).where(_CERTIFICATES.c.digest.in_(wanted))
    ders = {found.digest: found.der for found in connection.execute(statement)}
    for digest in wanted:
        if digest not in ders:
            raise DamagedError(f"certificate {digest} of row {record.code} in sweep {sweep.id} is missing")
        yield CertificateLine(digest=digest, der=ders[digest])


def _verdict_line(record: Record[Any], sweep: StoredSweep) -> VerdictLine:
    with whole(f"the verdicts on row {record.position} in sweep {sweep.id}"):
        verdicts = unpack(record.reasons)
        if not isinstance(verdicts, list):
            raise TypeError("are no list")
    return VerdictLine(
        position=record.position,
        cells={column: getattr(record, column) for column in COLUMNS},
        remeasured=tuple(filter(None, record.remeasured.split(","))),
        verdicts=verdicts,
    )
