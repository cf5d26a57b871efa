"""Bad DNSSEC stays in its own column: web, mail and IPv6 are resolved without validation (measuring.md)."""

import os
from pathlib import Path

import pytest

from tests.lab.internet import MiniatureInternet
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
from tests.lab.sweep import sweep

OTHERS = ("starttls", "https", "www_ipv6", "mail_ipv6")
ZONES = {
    "good": (Zone(signing=Signing.SIGNED), "Ja"),
    "unsigned": (Zone(), "Nej"),
    "expired": (Zone(signing=Signing.EXPIRED), "Ja (trasig)"),
    "wrongds": (Zone(signing=Signing.WRONG_DS), "Ja (trasig)"),
    "stripped": (Zone(signing=Signing.STRIPPED), "Ja (trasig)"),
    "half": (Zone(signing=Signing.SIGNED, second_signing=Signing.EXPIRED), "Ja (trasig)"),
    "halfplain": (Zone(signing=Signing.SIGNED, second_signing=Signing.STRIPPED), "Ja (trasig)"),
    "nods": (Zone(signing=Signing.NO_DS), "Nej"),
    "manyiterations": (Zone(signing=Signing.SIGNED, denial="nsec3", nsec3_iterations=2500), "Ja"),
    "onerefuses": (Zone(signing=Signing.SIGNED, second_dns=Dns.REFUSED), "Ja"),
}
SERVICES = {
    "all": (Web(ipv6=True), (MailServer(ipv6=True),)),
    "plain": (Web(http=Http.CONTENT, https=Https.CLOSED), (MailServer(smtp=Smtp.NO_STARTTLS),)),
    "odd": (
        Web(ipv6_dead=True, http=Http.CONTENT, certificate=Certificate.EXPIRED, tls=Tls.INTERMEDIATE),
        (MailServer(certificate=Certificate.MAIL_DOMAIN), MailServer(preference=20, smtp=Smtp.TEMPFAIL)),
    ),
}


def organisations() -> tuple[Organisation, ...]:
    return tuple(
        Organisation(
            code=f"{services}-{zone}",
            region=f"{services} {zone}",
            domain=f"{services}-{zone}.se",
            zone=ZONES[zone][0],
            web=web,
            mail=mail,
        )
        for services, (web, mail) in SERVICES.items()
        for zone in ZONES
    )


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CHECKER_")]:
        monkeypatch.delenv(name)


async def test_bad_dnssec_leaves_the_other_columns_as_they_are(tmp_path: Path) -> None:
    async with MiniatureInternet(organisations()) as internet:
        # nobody is silent here: whoever waited long waited for the machine
        rows = await sweep(
            internet, tmp_path, "--no-retest", "--timeout=60", "--deadline=600", "--concurrency=4"
        )
    for services in SERVICES:
        good = rows[f"{services}-good"]
        for zone, (_, cell) in ZONES.items():
            row = rows[f"{services}-{zone}"]
            assert row["dnssec"]["cell"] == cell, (services, zone, row["dnssec"])
            for column in OTHERS:
                assert row[column]["cell"] == good[column]["cell"] != "Ej mätt", (services, zone, column)
                codes = [sorted(found["code"] for found in each[column]["findings"]) for each in (row, good)]
                assert codes[0] == codes[1], (services, zone, column)
