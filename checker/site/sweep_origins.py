"""What the page of each sweep is made from, as one digest: while that stays, the page that stands does too. Reads no rows."""

import hashlib

from checker.history.past import Past, PrintedTable
from checker.report.model import COLUMNS, SweepInfo
from checker.site.frozen import digest, program_digest
from checker.site.pages import Pages


def origins(pages: Pages, past: Past) -> tuple[str, ...]:
    """A digest for each sweep of the past of what its page is made from in any language; the page is written by `sweeps`.

    That is the program, the settings, the sweep, the cells it printed, and of every sweep before it the number, the rules
    and the cells: what has changed with a sweep follows from them. Not covered, since reading it would take the time that
    taken-over pages save: the names in the list of then, and the observations behind the cells, by which a
    history that is made anew may take a change for one of the rules, or another one for confirmed.
    """
    material = pages.material
    general = digest(program_digest(), material.settings, bool(material.study), material.feeds is not None)
    found: list[str] = []
    earlier = ""
    before: SweepInfo | None = None
    for sweep, printed in zip(past.sweeps, _tables(past.printed), strict=True):
        linked = before and (pages.slugs[before.id], before.started)
        found.append(digest(general, pages.slugs[sweep.id], sweep, printed, linked, earlier))
        earlier = digest(earlier, sweep.id, sweep.ruleset, sweep.ruleset_version, printed)
        before = sweep
    return tuple(found)


def _tables(printed: PrintedTable) -> tuple[str, ...]:
    """A digest of what each sweep printed, column by column: far quicker than row by row.

    Rows that came later stand last and printed nothing then: they are left out, so that they do not change it.
    """
    codes = printed.codes
    wholes = [hashlib.sha256() for _ in range(printed.sweeps)]
    for column in COLUMNS if codes else ():
        every = zip(*(printed.cells(code, column) for code in codes), strict=True)
        for whole, cells in zip(wholes, every, strict=True):
            end = len(cells)
            while end and not cells[end - 1]:
                end -= 1
            told = "\0".join((str(end), *codes[:end], *cells[:end]))
            whole.update(told.encode("utf-8", "surrogatepass"))
    return tuple(whole.hexdigest() for whole in wholes)
