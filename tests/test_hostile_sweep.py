"""A sweep in which every tenth row's servers mean harm: it ends in time, in little memory, and right about the others.

The arithmetic of the deadlines: a slot of the sweep is held for at most DEADLINE_S and the GRACE_S that stopped
conversations get, twice when there is a second attempt; ROWS rows over CONCURRENCY slots are ROWS / CONCURRENCY
rounds. Good rows use next to nothing of it, so what is asserted is far above what is used.
"""

import math

import pytest

from checker.row import GRACE_S
from tests.bench_hostile import COLUMNS, ROWS, Swept, sweep_of
from tests.lab.hostile import good_of, kind_of, number_of
from tests.lab.hostility import KINDS

TIMEOUT_S, DEADLINE_S, CONCURRENCY, RETEST_AFTER_S = 4.0, 20.0, 16, 0.5
ATTEMPTS = 2
WITHIN_S = ATTEMPTS * math.ceil(ROWS / CONCURRENCY) * (DEADLINE_S + GRACE_S) + RETEST_AFTER_S
MEMORY_MIB = 250
UNKNOWN = "Ej mätt"

OFFERS_AND_FAILS = frozenset(
    {"compression_bomb", "hello_requests_for_ever", "warnings_for_ever", "certificate_for_ever"}
)
"""Kinds that offer STARTTLS and then make no session: `Nej` by notation.md (`handshake_failed`)."""
NEVER_ANSWERS = frozenset({"tarpit", "reset", "one_address", "silent_mail_hosts", "dripping_names"})
"""Kinds whose mail servers never say a word."""


@pytest.fixture(scope="module")
def both() -> tuple[Swept, int]:
    return sweep_of(
        ROWS,
        f"--timeout={TIMEOUT_S}",
        f"--deadline={DEADLINE_S}",
        f"--concurrency={CONCURRENCY}",
        retest_delay=str(RETEST_AFTER_S),
    )


@pytest.fixture(scope="module")
def swept(both: tuple[Swept, int]) -> Swept:
    return both[0]


def _hostile(swept: Swept) -> dict[str, str]:
    """The hostile rows, by code, and what they are."""
    kinds = ((code, kind_of(number_of(code))) for code in swept.rows)
    return {code: kind.name for code, kind in kinds if kind is not None}


def test_every_row_is_judged_and_the_sweep_ends_by_its_deadlines(swept: Swept) -> None:
    assert (swept.code, len(swept.rows)) == (0, ROWS)
    assert swept.seconds < WITHIN_S
    assert set(_hostile(swept).values()) == {kind.name for kind in KINDS}


def test_the_good_rows_are_right_in_every_cell(swept: Swept) -> None:
    hostile = _hostile(swept)
    good = {code for code in swept.rows if code not in hostile}
    expected = {code: good_of(number_of(code)).cells for code in good}
    assert {code: swept.cells(code) for code in good} == expected
    assert not [code for code in good if "row_deadline" in swept.findings(code)]


def test_no_hostile_row_is_told_no_for_what_it_kept_from_us(swept: Swept) -> None:
    for code, kind in _hostile(swept).items():
        cells = dict(zip(COLUMNS, swept.cells(code), strict=True))
        assert cells["dnssec"] == (UNKNOWN if kind == "dripping_names" else "Ja"), kind
        assert cells["https"] != "Nej", kind
        assert cells["www_ipv6"] in ("Ja", UNKNOWN), kind
        assert cells["mail_ipv6"] in ("Ja", UNKNOWN), kind
        if kind in NEVER_ANSWERS:
            assert cells["starttls"] == cells["mail_ipv6"] == UNKNOWN, kind
        elif kind not in OFFERS_AND_FAILS:
            assert cells["starttls"] in ("Ja", "Ja (C)", UNKNOWN), kind


def test_memory_files_and_words_stay_in_bounds(swept: Swept) -> None:
    assert swept.peak_mib < MEMORY_MIB
    assert swept.left_open == 0
    assert "Traceback" not in swept.said
    assert "error" not in swept.said.lower()


def test_no_address_ever_had_two_connections_at_once(both: tuple[Swept, int]) -> None:
    assert both[1] == 1
