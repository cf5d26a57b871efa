import pytest

from checker.history.brake import BrakedColumn, braked
from checker.history.changes import Change, Differences, Kind
from tests.history.nights import head


def sweep(compared: int, *kinds: Kind, unconfirmed: bool = False) -> Differences:
    """A sweep in which `compared` https cells were measured as before, and these became of some."""
    return Differences(
        old=head(1),
        new=head(2),
        changes=tuple(
            Change(
                code=f"R{number}",
                region="R",
                column="https",
                kind=kind,
                before="Ja",
                now="Nej",
                unconfirmed=unconfirmed,
            )
            for number, kind in enumerate(kinds)
        ),
        compared=(("starttls", 21), ("https", compared), ("dnssec", 0)),
    )


WORSE, SIDEWAYS = Kind.WORSENED, Kind.CHANGED


@pytest.mark.parametrize(
    ("scenario", "differences", "worse"),
    [
        ("nothing", sweep(21), 0),
        ("six of twenty-one", sweep(21, *[WORSE] * 6), 0),
        ("seven of twenty-one", sweep(21, *[WORSE] * 7), 7),
        ("exactly the share", sweep(10, *[WORSE] * 3), 0),
        ("one more than the share", sweep(10, *[WORSE] * 4), 4),
        ("sideways counts", sweep(10, WORSE, WORSE, SIDEWAYS, SIDEWAYS), 4),
        ("seen once counts", sweep(10, *[WORSE] * 4, unconfirmed=True), 4),
        ("one single cell", sweep(1, WORSE), 0),
        ("one of two", sweep(2, WORSE), 0),
        ("two of two", sweep(2, WORSE, WORSE), 2),
        ("two of three", sweep(3, WORSE, WORSE), 2),
        ("all for the better", sweep(10, *[Kind.IMPROVED] * 10), 0),
        ("all by other rules", sweep(10, *[Kind.RULES] * 10), 0),
        ("all hosts are others", sweep(0, *[Kind.ENTRY] * 10), 0),
        ("nothing could be measured", sweep(0, *[Kind.NOT_MEASURED] * 10), 0),
        ("all gone", sweep(0, *[Kind.REMOVED] * 10), 0),
        ("others do not count", sweep(10, *[WORSE] * 3, *[Kind.IMPROVED] * 7, Kind.NOT_MEASURED), 0),
    ],
)
def test_when_the_brake_takes_hold(scenario: str, differences: Differences, worse: int) -> None:
    compared = dict(differences.compared)["https"]
    expected = (BrakedColumn(column="https", worse=worse, compared=compared),) if worse else ()
    assert braked(differences) == expected


@pytest.mark.parametrize(
    ("share", "worse", "takes_hold"),
    [
        (0.29, 29, False),
        (0.29, 30, True),
        (0.07, 7, False),
        (0.07, 8, True),
        (0.0, 2, True),
        (1.0, 100, False),
    ],
)
def test_the_share_is_taken_as_it_was_written(share: float, worse: int, takes_hold: bool) -> None:
    assert bool(braked(sweep(100, *[WORSE] * worse), share=share)) is takes_hold


def test_the_least_number_of_cells() -> None:
    assert braked(sweep(5, *[WORSE] * 4), least=5) == ()
    assert len(braked(sweep(5, *[WORSE] * 5), least=5)) == 1
