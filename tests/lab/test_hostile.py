"""The hostile internet is laid out as told, and its servers end when the client goes."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.lab.certificates import Authority
from tests.lab.hostile import EVERY, GOOD, good_of, hostile, kind_of, number_of
from tests.lab.hostile_scene import Scene
from tests.lab.hostility import HUGE_BYTES, KINDS, Hostility
from tests.lab.listener import LabServer

ENDLESS = frozenset(
    {
        ("endless_headers", 80),
        ("endless_1xx", 80),
        ("endless_1xx", 25),
        ("hundred_megabytes", 80),
        ("hundred_megabytes", 443),
        ("hundred_megabytes", 25),
        ("crumbs", 80),
        ("hello_requests_for_ever", 443),
        ("warnings_for_ever", 443),
        ("certificate_for_ever", 443),
    }
)
ENOUGH_BYTES = 1_000_000


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(datetime(2026, 1, 1, tzinfo=UTC))


def test_every_tenth_row_is_hostile_and_every_kind_comes_once() -> None:
    rows = hostile(EVERY * len(KINDS))
    kinds = [kind.name for row in rows if (kind := kind_of(number_of(row.code)))]
    assert kinds == [kind.name for kind in KINDS]
    assert len(set(kinds)) == len(kinds)
    goods = Counter(good_of(number_of(row.code)).cells for row in rows if not kind_of(number_of(row.code)))
    assert goods.keys() == {good.cells for good in GOOD}


@pytest.mark.parametrize(
    ("kind", "port"),
    [pytest.param(kind, port, id=f"{kind.name} {port}") for kind in KINDS for port in (80, 443, 25)],
)
async def test_a_server_lets_go_of_a_client_that_is_gone(
    kind: Hostility, port: int, authority: Authority
) -> None:
    scene = Scene(host="www.elak.se", domain="elak.se", authority=authority)
    server = LabServer()
    server.listen(port, kind.conversations(scene)[port])
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[port])
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        got = 0
        if (kind.name, port) in ENDLESS:
            while got < ENOUGH_BYTES and (data := await reader.read(65_536)):
                got += len(data)
            assert ENOUGH_BYTES <= got < HUGE_BYTES
        writer.transport.abort()
    finally:
        await server.aclose()
    assert server.present == 0
