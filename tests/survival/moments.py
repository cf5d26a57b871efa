"""The moments at which a sweep can be held up, so that even the shortest phase of it can be hit: where, and before or after.

What is held up is the program's own call; nothing of what it does is changed.
"""

from dataclasses import dataclass

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`target` is a function as "module:name" or "module:Class.name"; `most` how often it is called in a whole sweep."""

    phase: str
    name: str
    target: str
    when: str = AFTER
    most: int = 1


def _moment(phase: str, name: str, target: str, when: str = AFTER, most: int = 1) -> Moment:
    return Moment(phase=phase, name=name, target=target, when=when, most=most)


FIRST_START = (
    _moment("starting", "before the tables are made", "checker.store.engine:_bring_up_to_date", BEFORE),
    _moment("starting", "the tables are made", "checker.store.engine:_bring_up_to_date"),
)
"""Only while there is no store."""

MOMENTS = (
    _moment("starting", "nothing is open", "checker.cli.instruments:instruments", BEFORE),
    _moment("starting", "the store is open", "checker.cli.nightly:_Night.unpublished", BEFORE),
    _moment("starting", "the vantage point is looked at", "checker.cli.measuring:look"),
    _moment("starting", "the sweep is begun", "checker.cli.keeping:Keeper.begin"),
    _moment("measuring", "a row is to be kept", "checker.store.observations:Observations.keep", BEFORE, 6),
    _moment("measuring", "a row is written, not committed", "checker.store.observations:pack", AFTER, 8),
    _moment("measuring", "a row is kept", "checker.store.observations:Observations.keep", AFTER, 6),
    _moment("measuring", "a row is judged", "checker.report.spool:Spool.put", AFTER, 6),
    _moment("parked", "a row is set aside", "checker.parking:ParkingLot.put", AFTER, 2),
    _moment(
        "parked", "a row set aside is to be kept", "checker.store.observations:Observations.park", BEFORE, 2
    ),
    _moment("parked", "a row set aside is kept", "checker.store.observations:Observations.park", AFTER, 2),
    _moment("parked", "a row is taken up again", "checker.parking:ParkingLot.take", AFTER, 2),
    _moment("parked", "a row was looked at twice", "checker.sweep:with_second_attempt", AFTER, 2),
    _moment("concluding", "every row is kept", "checker.cli.nightly:conclude", BEFORE),
    _moment("concluding", "the verdicts are written", "checker.store.judgements:Judgements.put"),
    _moment("concluding", "the history is written", "checker.store.conclusion:fold"),
    _moment("concluding", "the notices are written, not committed", "checker.store.outbox:Outbox.put"),
    _moment("concluding", "the conclusion is committed", "checker.cli.nightly:conclude"),
    _moment(
        "publishing",
        "the table is written, the organisations' pages are not",
        "checker.site.build:_organisations",
        BEFORE,
    ),
    _moment("publishing", "the site is built", "checker.cli.publishing:build"),
    _moment("publishing", "the site is on the disk", "checker.report.publish:_make_public_and_durable"),
    _moment("publishing", "the sites are exchanged", "checker.report.publish:_replace"),
    _moment("publishing", "the old site is half removed", "checker.report.publish:shutil.rmtree"),
    _moment("publishing", "the old site is removed", "checker.cli.nightly:publish_site"),
    _moment("archiving", "the publication is noted", "checker.cli.nightly:retain_by_settings", BEFORE),
    _moment("archiving", "the archive is written, not in its place", "checker.store.archive:write_lines"),
    _moment("telling", "the archive is in its place", "checker.cli.nightly:deliver_due", BEFORE),
    _moment("telling", "a mail is sent, not noted", "checker.store.outbox:Outbox.sent", BEFORE),
    _moment("telling", "a mail is noted", "checker.store.outbox:Outbox.sent"),
)

BETWEEN_RENAMES = _moment("publishing", "between two renames", "checker.report.publish:Path.rename")
"""Where the system cannot exchange directories: the first of two renames is done."""


def named(name: str) -> Moment:
    """One of them."""
    return next(moment for moment in (*FIRST_START, *MOMENTS, BETWEEN_RENAMES) if moment.name == name)
