"""The header of a CSV file of ours: what is read of it, and what is wrong with it in the same words in every file."""

from collections.abc import Sequence
from dataclasses import dataclass

from checker.domain_names import quoted
from checker.spreadsheet import UnreadableLineError, separator_problem, split_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Lower-case column names ("" for a nameless one), none when the fields cannot be told apart; and all that is wrong."""

    columns: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that have a name."""
        return tuple(column for column in self.columns if column)


def read_header(line: str, *, model: str, required: Sequence[str]) -> Header:
    """Read the first line, which should be like `model` and must have the `required` columns. Others are the caller's to judge."""
    try:
        columns = tuple(field.lower() for field in split_fields(line))
    except UnreadableLineError as error:
        return Header(wrong=(str(error),))
    if message := separator_problem(line, model):
        return Header(wrong=(message,))
    names = sorted({column for column in columns if column})
    wrong = [f"column {quoted(name)} stands twice" for name in names if columns.count(name) > 1]
    if missing := [name for name in required if name not in columns]:
        wrong.append(f"column {' and '.join(missing)} missing; the first line must be the header {model}")
    return Header(columns=columns, wrong=tuple(wrong))
