"""The page of the study of 2017: its table as it was printed, marked as another method. Adds nothing to it."""

from checker.history.changes import cell_row
from checker.site.pages import Pages
from checker.site.sweep_rows import SweepRows

PATH = "2017/"


def write(pages: Pages) -> None:
    """Write the page, where the list is the study's."""
    study = pages.material.study
    if not study:
        return
    _ = pages.gettext
    rows = (
        cell_row(
            position,
            result.row,
            cells=tuple((verdict.indicator, verdict.cell) for verdict in result.verdicts),
        )
        for position, result in enumerate(study)
    )
    table, _csv = SweepRows().write(rows)
    pages.write("study", PATH, title=_("The study of 2017"), table=table)
