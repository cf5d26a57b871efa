"""Our visits against curl's, from http and from https, on the same web servers: where they end and how."""

from collections import Counter
from typing import Any

import pytest

from tests.daemons.playable import playable
from tests.daemons.vantage_point import Internet
from tests.lab.plan import web_name

pytestmark = pytest.mark.daemons

ARGUED = {
    "https-location-control-character": "curl refuses a URL with a control octet; browsers escape it, and so do we.",
}
"""Behaviours whose visits end otherwise with curl, and why ours stands."""


@pytest.fixture(scope="module")
def ends(behaviours_internet: Internet) -> list[Any]:
    """[host, scheme, ours, curl's] of every web host that a real server plays."""
    hosts = list(dict.fromkeys(web_name(behaviour.organisation) for behaviour in playable()))
    found: list[Any] = behaviours_internet.said("visits", hosts, behaviours_internet.directory)
    return found


def test_visits_end_where_curls_do(ends: list[Any], note: list[str]) -> None:
    agreed, pages, used, left = 0, 0, Counter[str](), []
    for host, scheme, ours, curls in ends:
        name = host.removeprefix("www.").removesuffix(".se")
        if ours == curls:
            agreed += 1
            pages += bool(ours)
        elif name in ARGUED:
            used[name] += 1
        else:
            left.append(f"{scheme}://{host}/: {ours}, curl {curls}")
    note.append(
        f"against curl: {agreed} visits end alike ({pages} with a page), {used.total()} otherwise as argued, {len(left)} left"
    )
    assert left == []
    assert sorted(ARGUED.keys() - used.keys()) == []
    assert pages > len(ends) * 0.6
