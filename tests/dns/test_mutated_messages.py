"""The resolver fed with mutated messages: nothing is raised, nothing hangs, nothing false is called secure.

A failing example is a seed: `python -m tests.dns.fuzz --seed N --seconds 1` starts from it.
"""

import asyncio
import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dns.fuzzed_servers import Fuzzed, fuzzed
from tests.dns.fuzzing import PURE, QUESTIONS, WORLDS, corpus
from tests.dns.mutations import change_wire

SEEDS = st.integers(min_value=0, max_value=2**32)


@pytest.mark.parametrize("check", PURE)
@settings(max_examples=80, deadline=None)
@given(seed=SEEDS)
def test_whatever_is_read_and_judged(check: Callable[[random.Random], None], seed: int) -> None:
    check(random.Random(seed))


@pytest.fixture(scope="module")
def running() -> Iterator[Callable[[int], str]]:
    with asyncio.Runner() as runner:
        context = fuzzed()
        servers: Fuzzed = runner.run(context.__aenter__())
        yield lambda seed: runner.run(servers.run(seed))
        assert servers.changed > 0
        runner.run(context.__aexit__(None, None, None))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS)
def test_whatever_servers_send(running: Callable[[int], str], seed: int) -> None:
    assert running(seed) in {"ask", "lookup", "resolve", "observe"}


def test_mutations_change_something_and_are_replayed_by_their_seed() -> None:
    wire = corpus(0).wires[QUESTIONS[0]]
    made = [change_wire(random.Random(seed), wire) for seed in range(200)]
    assert made == [change_wire(random.Random(seed), wire) for seed in range(200)]
    assert sum(changed != wire for changed in made) > 180
    assert all(changed[:2] == wire[: min(2, len(changed))] for changed in made)


@pytest.mark.parametrize("number", range(len(WORLDS)))
def test_the_honest_messages_are_told_apart(number: int) -> None:
    """What mutated messages are compared with is not all of one kind."""
    kinds = {answer.kind for answer in corpus(number).truth.values()}
    assert len(kinds) >= 4
