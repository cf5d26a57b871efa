"""No test depends on how fast the machine is: an event loop of their own (`tests.unhurried`), examples without deadlines."""

import asyncio
from collections.abc import Callable, Mapping

import hypothesis
import pytest

from tests.unhurried import UnhurriedLoop

REAL_TIME = "real_time"

# before the tests are read, whose settings begin with the profile's
hypothesis.settings.register_profile("unhurried", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{REAL_TIME}: runs by the system's clock; talks to another process")


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    del config
    if item.get_closest_marker(REAL_TIME):
        return {"real time": asyncio.new_event_loop}
    return {"unhurried": UnhurriedLoop}
