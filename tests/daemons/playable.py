"""Which behaviours of the tables real servers can play, all of their row's hosts included. Pure."""

import functools
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.tables import TABLES
from tests.daemons.cast import LAB, cast
from tests.lab.plan import mail_server_name, web_name
from tests.lab.scenario import Dns, Organisation
from tests.lab.zones import plan

PLAYED_OTHERWISE = {
    "rc4-only": "Java knows RFC 5746 and the extended master secret, which a server of that age does not.",
    "export-too": "Java has no EXPORT suite with RC2, and so no 64-bit block cipher among them.",
}
"""Behaviours that a real server plays with another outcome, and why."""
_SERVED = frozenset({Dns.NORMAL, Dns.REFUSED, Dns.NXDOMAIN})
"""What name servers that are up do."""


@functools.cache
def playable() -> tuple[Behaviour, ...]:
    """The behaviours whose every host is a real server, or nobody, and which lead nowhere else."""
    everything = [behaviour for table in TABLES.values() for behaviour in table]
    whole = plan([behaviour.organisation for behaviour in everything], datetime.now(UTC))
    players = cast(whole, with_postfix=True, with_java=True).players()
    others = [row for row in (one.organisation for one in everything) if not _is_played(row, players)]
    return tuple(
        behaviour
        for behaviour in everything
        if behaviour.name not in PLAYED_OTHERWISE
        and behaviour.organisation not in others
        and not _leads_to(behaviour.organisation, others)
    )


def _is_played(row: Organisation, players: Mapping[str, Collection[str]]) -> bool:
    zones_served = all(
        {zone.dns, zone.second_dns or zone.dns} <= _SERVED for zone in (row.zone, row.mail_zone)
    )
    return zones_served and not any(LAB in players.get(host, ()) for host in _hosts(row))


def _leads_to(row: Organisation, others: Collection[Organisation]) -> bool:
    ports = (row.web.http, row.web.https)
    locations = [answer.location or "" for port in ports if isinstance(port, tuple) for answer in port]
    return any(other.domain in location for other in others for location in locations)


def _hosts(row: Organisation) -> Iterator[str]:
    for name in (web_name(row), row.domain):
        yield name
        yield f"{name} over IPv6"
    for index in range(len(row.mail)):
        yield mail_server_name(row, index)
