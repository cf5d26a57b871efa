"""Organisations by the thousand, with the mix of behaviours that a sweep of real ones might meet."""

import random
from dataclasses import replace
from typing import TypeVar

from tests.lab.scenario import (
    Certificate,
    Dns,
    Http,
    Https,
    MailServer,
    Organisation,
    Signing,
    Smtp,
    Tls,
    Web,
    Zone,
)

T = TypeVar("T")

TOP_LEVELS = ("se",) * 8 + ("nu", "org")
PROVIDERS = 12
"""Mail providers that rows share; the first serve the most."""
BARE = 0.9
"""The share of rows whose bare domain leads to the web host."""
PROVIDED = 0.35
"""The share of rows whose mail a provider runs."""

ZONES: tuple[tuple[Zone, int], ...] = (
    (Zone(), 30),
    (Zone(signing=Signing.SIGNED), 30),
    (Zone(signing=Signing.SIGNED, denial="nsec3"), 15),
    (Zone(signing=Signing.SIGNED, denial="nsec3-optout"), 3),
    (Zone(signing=Signing.SIGNED, algorithm=8), 10),
    (Zone(signing=Signing.NO_DS), 5),
    (Zone(signing=Signing.EXPIRED), 2),
    (Zone(signing=Signing.WRONG_DS), 1),
    (Zone(signing=Signing.STRIPPED), 1),
    (Zone(signing=Signing.SIGNED, second_signing=Signing.EXPIRED), 1),
    (Zone(second_dns=Dns.REFUSED), 1),
    (Zone(dns=Dns.NXDOMAIN), 1),
)
PORTS: tuple[tuple[tuple[Http, Https], int], ...] = (
    ((Http.TO_HTTPS, Https.CONTENT), 70),
    ((Http.CONTENT, Https.CONTENT), 8),
    ((Http.CLOSED, Https.CONTENT), 2),
    ((Http.CONTENT, Https.CLOSED), 6),
    ((Http.CONTENT, Https.TO_HTTP), 4),
    ((Http.CONTENT, Https.NOT_FOUND), 3),
    ((Http.META_REFRESH, Https.CONTENT), 2),
    ((Http.FORBIDDEN, Https.FORBIDDEN), 2),
    ((Http.CONTENT, Https.RESET), 1),
    ((Http.TO_HTTPS, Https.LOOP), 1),
    ((Http.CONTENT, Https.NOT_TLS), 1),
)
SECURITY: tuple[tuple[Tls, int], ...] = (
    (Tls.MODERN, 60),
    (Tls.INTERMEDIATE, 30),
    (Tls.SSL3_TOO, 3),
    (Tls.RC4_TOO, 3),
    (Tls.TRIPLE_DES_TOO, 3),
    (Tls.RC4_ONLY, 1),
)
CERTIFICATES: tuple[tuple[Certificate, int], ...] = (
    (Certificate.GOOD, 80),
    (Certificate.WILDCARD, 10),
    (Certificate.WRONG_NAME, 4),
    (Certificate.EXPIRED, 2),
    (Certificate.SELF_SIGNED, 2),
    (Certificate.INCOMPLETE, 2),
)
DIALOGUES: tuple[tuple[Smtp, int], ...] = (
    (Smtp.STARTTLS, 88),
    (Smtp.NO_STARTTLS, 6),
    (Smtp.HELO_ONLY, 1),
    (Smtp.TLS_TEMPFAIL, 1),
    (Smtp.TEMPFAIL, 2),
    (Smtp.REJECT, 1),
    (Smtp.CLOSED, 1),
)


def generate(count: int, seed: int) -> tuple[Organisation, ...]:
    """Make `count` rows, the same ones for the same seed. Nothing in them waits for a timeout."""
    dice = random.Random(seed)
    providers = [_provider(dice, number) for number in range(1, PROVIDERS + 1)]
    return tuple(_organisation(dice, number, providers) for number in range(1, count + 1))


def _provider(dice: random.Random, number: int) -> tuple[MailServer, ...]:
    """Two or three hosts of one mail provider."""
    ipv6 = number % 2 == 0
    return tuple(
        MailServer(
            host=f"mx{host}.postverket{number}.org",
            preference=10 * host,
            ipv6=ipv6,
            tls=Tls.MODERN,
            certificate=Certificate.WILDCARD if number % 3 else Certificate.WRONG_NAME,
        )
        for host in range(1, dice.randint(2, 3) + 1)
    )


def _organisation(dice: random.Random, number: int, providers: list[tuple[MailServer, ...]]) -> Organisation:
    domain = f"organisation{number}.{dice.choice(TOP_LEVELS)}"
    http, https = _drawn(dice, PORTS)
    ipv6 = dice.random() < 0.4
    web = Web(
        ipv6=ipv6,
        ipv6_dead=ipv6 and dice.random() < 0.05,
        http=http,
        https=https,
        tls=_drawn(dice, SECURITY),
        certificate=_drawn(dice, CERTIFICATES),
    )
    bare = replace(
        web, http=Http.TO_WWW, https=Https.TO_WWW, certificate=_drawn(dice, CERTIFICATES), ipv6_dead=False
    )
    zone = _drawn(dice, ZONES)
    mail_domain = f"epost{number}.se" if dice.random() < 0.08 else ""
    null_mx = dice.random() < 0.02
    if null_mx:
        mail: tuple[MailServer, ...] = ()
    elif dice.random() < PROVIDED:
        mail = providers[min(int(dice.expovariate(0.4)), len(providers) - 1)]
    else:
        mail = tuple(_mail_server(dice, index) for index in range(dice.choice((1, 1, 2))))
    return Organisation(
        code=f"R{number:05}",
        region=f"Organisation {number}",
        domain=domain,
        mail_domain=mail_domain,
        zone=zone,
        mail_zone=_drawn(dice, ZONES[:5]),
        web=web,
        bare=bare if dice.random() < BARE else None,
        mail=mail,
        null_mx=null_mx,
    )


def _mail_server(dice: random.Random, index: int) -> MailServer:
    return MailServer(
        preference=10 * (index + 1),
        ipv6=dice.random() < 0.3,
        smtp=_drawn(dice, DIALOGUES),
        tls=Tls.MODERN if dice.random() < 0.7 else Tls.INTERMEDIATE,
        certificate=_drawn(dice, CERTIFICATES),
    )


def _drawn(dice: random.Random, table: tuple[tuple[T, int], ...]) -> T:
    return dice.choices([value for value, _ in table], [weight for _, weight in table])[0]
