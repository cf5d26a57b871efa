"""What holds for every series of nights, whatever servers, rules and lists do."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from checker.history.cells import Direction, direction, read_cell
from checker.history.changes import NEEDS_CONFIRMATION, Kind
from checker.history.intervals import Interval, Standing
from tests.history.nights import Night, Told, one_night, told

OTHER_HOST = "www2.a.example"
OLD_RULES, NEW_RULES = "bilaga-a-2017", "2026"
CELLS = (
    "Ja",
    "Ja (F)",
    "Ja (N)",
    "Ja (F) (N)",
    "Nej",
    "Nej (ja)",
    "Nej (A)",
    "Ja (trasig)",
    "–",
    "Ej mätt",
    "",
)
nights_of_a_series = st.lists(
    st.builds(
        Night,
        cell=st.sampled_from(CELLS),
        twice=st.booleans(),
        host=st.sampled_from(["www.a.example"] * 5 + [OTHER_HOST]),
        rules=st.sampled_from([NEW_RULES] * 5 + [OLD_RULES]),
        rejudged=st.none() | st.sampled_from([cell for cell in CELLS if cell]),
    ),
    max_size=14,
)
plain_nights = st.lists(st.builds(Night, cell=st.sampled_from(CELLS)), max_size=14)


def intervals_of(story: Told) -> list[Interval]:
    return [story.stored[since] for since in sorted(story.stored)]


def surrounds(confirmed: Interval, waited: Interval) -> bool:
    if waited.since <= confirmed.since:
        return False
    return confirmed.ended is None or (waited.ended is not None and waited.ended <= confirmed.ended)


@given(nights=nights_of_a_series)
def test_at_most_one_interval_stands_and_none_overlap(nights: list[Night]) -> None:
    story = told(nights)
    confirmed = [interval for interval in intervals_of(story) if not interval.unconfirmed]
    waited = [interval for interval in intervals_of(story) if interval.unconfirmed]
    for earlier, later in pairwise(confirmed):
        assert earlier.ended is not None
        assert earlier.ended <= later.since
    for earlier, later in pairwise(waited):
        assert earlier.ended is not None
        assert earlier.ended <= later.since
    for one in intervals_of(story):
        assert one.since <= one.last_measured
        assert one.ended is None or one.last_measured < one.ended
        assert one.not_measured_since is None or one.last_measured < one.not_measured_since
        assert read_cell(one.cell).is_measured
    for one in waited:
        assert sum(surrounds(known, one) for known in confirmed) == 1
    standing = [interval for interval in intervals_of(story) if interval.ended is None]
    assert standing == list(story.standing.intervals)
    assert story.standing.confirmed is not None or story.standing.pending is None


@given(nights=nights_of_a_series)
def test_every_announced_cell_is_one_that_stands(nights: list[Night]) -> None:
    for step in told(nights).steps:
        if step.change is None or step.change.now == "":
            continue
        stands = step.standing.pending if step.change.unconfirmed else step.standing.confirmed
        if read_cell(step.change.now).is_measured:
            assert stands is not None
            assert (stands.cell, stands.since, stands.came) == (
                step.change.now,
                step.change.since,
                step.change.kind,
            )
        else:
            assert step.change.kind in {Kind.NOT_MEASURED, Kind.ENTRY}


@given(nights=nights_of_a_series)
def test_what_waits_is_worse_or_sideways_and_such_a_change_was_seen_twice(nights: list[Night]) -> None:
    story = told(nights)
    for number, (what, step) in enumerate(zip(nights, story.steps, strict=True)):
        change = step.change
        if change is None:
            continue
        if change.unconfirmed:
            assert change.kind in NEEDS_CONFIRMATION
            assert not what.twice
        elif change.kind in NEEDS_CONFIRMATION:
            assert what.twice or story.steps[number - 1].standing.pending is not None


@given(nights=nights_of_a_series)
def test_a_night_that_could_not_tell_accuses_nobody(nights: list[Night]) -> None:
    story = told(nights)
    blind = [step for what, step in zip(nights, story.steps, strict=True) if what.cell in {"", "Ej mätt"}]
    assert all(step.change is None or step.change.kind in {Kind.NOT_MEASURED, Kind.ENTRY} for step in blind)
    assert not any(step.compared for step in blind)


@given(nights=plain_nights)
def test_blind_nights_and_nights_not_asked_for_decide_nothing(nights: list[Night]) -> None:
    def told_of(story: Told) -> list[str]:
        return [said for said in story.lines if said and not said.startswith("not_measured")]

    seeing = [what for what in nights if what.cell not in {"", "Ej mätt"}]
    assert told_of(told(nights)) == told_of(told(seeing))


@given(nights=nights_of_a_series)
def test_folding_is_deterministic_and_can_be_taken_up_anywhere(nights: list[Night]) -> None:
    whole = told(nights)
    assert told(nights) == whole
    standing = Standing()
    for number, (what, step) in enumerate(zip(nights, whole.steps, strict=True), start=1):
        taken_up = one_night(standing, number, what)
        assert taken_up == step
        standing = taken_up.standing


@given(
    good=st.sampled_from(CELLS[:-2]),
    bad=st.sampled_from(CELLS[:-2]),
    nights=st.integers(min_value=0, max_value=12),
)
def test_an_alternating_server_announces_nothing_before_two_equal_nights(
    good: str, bad: str, nights: int
) -> None:
    if direction(good, bad) not in {Direction.WORSE, Direction.OTHER}:
        good, bad = bad, good
    alternating = [Night(cell=(good, bad)[number % 2]) for number in range(2 * nights + 2)]
    story = told(alternating)
    assert not [change for change in story.changes[1:] if change and not change.unconfirmed]
    after = told([*alternating, alternating[-1]])
    assert (after.changes[-1] is not None) is (good != bad)
