"""The rows that the daemons play: the study's 21, and some more for what the study did not meet."""

import csv
from pathlib import Path

from tests.lab.internet import DOMAINS_HEADER
from tests.lab.plan import mail_name, web_name
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
from tests.lab.table6 import INDICATORS, TABLE6

SIGNED = Zone(signing=Signing.SIGNED)
GOOD = "Ja", "Ja", "Ja", "Nej", "Nej"


def _row(code: str, **behaviour: object) -> Organisation:
    return Organisation(code=code, region=code, domain=f"{code}.se", **behaviour)  # type: ignore[arg-type]


_MORE: tuple[tuple[Organisation, tuple[str, ...]], ...] = (
    (_row("wrong-ds", zone=Zone(signing=Signing.WRONG_DS)), ("Ja", "Ja", "Ja (trasig)", "Nej", "Nej")),
    (_row("stripped", zone=Zone(signing=Signing.STRIPPED)), ("Ja", "Ja", "Ja (trasig)", "Nej", "Nej")),
    (
        _row("second-expired", zone=Zone(signing=Signing.SIGNED, second_signing=Signing.EXPIRED)),
        ("Ja", "Ja", "Ja (trasig)", "Nej", "Nej"),
    ),
    (_row("second-refuses", zone=Zone(second_dns=Dns.REFUSED)), ("Ja", "Ja", "Nej", "Nej", "Nej")),
    (_row("absent", zone=Zone(dns=Dns.NXDOMAIN)), ("–", "–", "–", "–", "–")),
    (_row("ed448", zone=Zone(signing=Signing.SIGNED, algorithm=16, denial="nsec3")), GOOD),
    (_row("p384", zone=Zone(signing=Signing.SIGNED, algorithm=14)), GOOD),
    (_row("iterations", zone=Zone(signing=Signing.SIGNED, denial="nsec3", nsec3_iterations=10)), GOOD),
    (
        Organisation(
            code="below",
            region="below",
            domain="region.apex.se",
            zone=Zone(signing=Signing.SIGNED, denial="nsec3-optout", apex="apex.se"),
        ),
        GOOD,
    ),
    (_row("alias", zone=SIGNED, web=Web(alias="webb.plats.org", ipv6=True)), ("Ja", "Ja", "Ja", "Ja", "Nej")),
    (_row("implicit", zone=SIGNED, implicit_mx=True, mail=(MailServer(ipv6=True),)), (*GOOD[:4], "Ja")),
    (_row("null-mx", zone=SIGNED, null_mx=True, mail=()), ("–", "Ja", "Ja", "Nej", "–")),
    (_row("loop", web=Web(https=Https.LOOP)), ("Ja", "Nej (A)", "Nej", "Nej", "Nej")),
    (_row("no-http", web=Web(https=Https.NO_HTTP)), ("Ja", "Nej (A)", "Nej", "Nej", "Nej")),
    (
        _row("not-tls", web=Web(http=Http.FORBIDDEN, https=Https.NOT_TLS)),
        ("Ja", "Ja (trasig)", "Nej", "Nej", "Nej"),
    ),
    (
        _row("self-signed", web=Web(certificate=Certificate.SELF_SIGNED)),
        ("Ja", "Ja (F)", "Nej", "Nej", "Nej"),
    ),
    (_row("ssl3-only", web=Web(tls=Tls.SSL3_ONLY)), ("Ja", "Ja (F)", "Nej", "Nej", "Nej")),
    (_row("slow", mail=(MailServer(smtp=Smtp.SLOW, ipv6=True),)), ("Ja", "Ja", "Nej", "Nej", "Ja")),
    (
        _row("partly", mail=(MailServer(), MailServer(preference=20, smtp=Smtp.NO_STARTTLS))),
        ("Delvis", "Ja", "Nej", "Nej", "Nej"),
    ),
    (_row("busy", mail=(MailServer(smtp=Smtp.TEMPFAIL),)), ("Ej mätt", "Ja", "Nej", "Nej", "Nej")),
    (
        _row("rejects", mail=(MailServer(smtp=Smtp.REJECT, ipv6=True),)),
        ("Ej mätt", "Ja", "Nej", "Nej", "Ja"),
    ),
    (_row("broken", mail=(MailServer(smtp=Smtp.TLS_BROKEN),)), ("Nej", "Ja", "Nej", "Nej", "Nej")),
)

MORE = tuple(row for row, _ in _MORE)
ROWS = (*TABLE6, *MORE)


def more_expected() -> dict[str, dict[str, str]]:
    """The cells of `MORE` under the ruleset `bilaga-a-2017`, by code and indicator."""
    return {row.code: dict(zip(INDICATORS, cells, strict=True)) for row, cells in _MORE}


def write_domains(path: Path, rows: tuple[Organisation, ...]) -> None:
    """Write a domains.csv of these rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(DOMAINS_HEADER)
        lines.writerows((row.code, row.region, row.domain, web_name(row), mail_name(row)) for row in rows)
