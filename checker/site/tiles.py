"""A tile map of the counties, one indicator at a time: each county a tile where it lies. Only for lists that have them all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from checker.report.model import COLUMNS, Results, RowResult
from checker.report.words import Lang, column_words, spelled_out, visible
from checker.site.cells import look_of

_MAP = """
.   .   .   BD  .
.   .   AC  .   .
.   Z   Y   .   .
.   W   X   .   .
S   T   U   C   .
O   E   D   AB  .
N   F   H   .   I
M   G   K   .   .
"""
"""The letter codes of the counties, north at the top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One county: `across` is its place from the west, 1 to 5; the rest as in a cell of the table."""

    code: str
    region: str
    across: int
    printed: str
    spelled: str
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TileMap:
    """One indicator's map: the tiles row by row from the north, each row from the west."""

    column: str
    label: str
    tiles: tuple[Tile, ...]


def tile_map(results: Results, column: str, lang: Lang) -> TileMap | None:
    """The map of one column; None when a county is not in the list."""
    return next(iter(tile_maps(results(), lang, (column,))), None)


def tile_maps(rows: Iterable[RowResult], lang: Lang, columns: Sequence[str] = COLUMNS) -> tuple[TileMap, ...]:
    """The maps of these columns, in their order; none when a county is not in the list."""
    places = _places()
    counties = {row.row.code: row for row in rows if row.row.code in places}
    if len(counties) < len(places):
        return ()
    return tuple(
        TileMap(
            column=column,
            label=column_words(lang)[column].label,
            tiles=tuple(_tile(counties[code], across, column, lang) for code, across in places.items()),
        )
        for column in columns
    )


def counties() -> frozenset[str]:
    """The codes that a list must have for there to be a map."""
    return frozenset(_places())


def _tile(result: RowResult, across: int, column: str, lang: Lang) -> Tile:
    printed = result.cell(column)
    return Tile(
        code=result.row.code,
        region=visible(result.row.region),
        across=across,
        printed=printed,
        spelled=spelled_out(result.verdict(column), lang),
        look=look_of(printed),
    )


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    """Code → place from the west, in the order of the map."""
    rows = (line.split() for line in _MAP.split("\n"))
    return {code: across for row in rows for across, code in enumerate(row, 1) if code != "."}
