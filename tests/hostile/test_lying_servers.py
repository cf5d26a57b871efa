"""Whole conversations with servers that garble what they say: outcomes in known terms, nothing held, nothing believed."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.lying_servers import Fuzzed, fuzzed


@pytest.fixture(scope="module")
def running() -> Iterator[Callable[[int], str]]:
    with asyncio.Runner() as runner:
        context = fuzzed()
        servers: Fuzzed = runner.run(context.__aenter__())
        yield lambda seed: runner.run(servers.run(seed))
        assert servers.lies.changed > 0
        assert servers.trusted > 0  # honest servers among them are believed
        runner.run(context.__aexit__(None, None, None))
        assert not asyncio.all_tasks(runner.get_loop())


@settings(
    max_examples=24,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_whatever_servers_send(running: Callable[[int], str], seed: int) -> None:
    assert running(seed) in {"web", "mail", "facts"}
