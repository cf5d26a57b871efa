"""Rows as they are measured, judged and told in full: behaviours of the miniature internet with all the evidence."""

import asyncio
from functools import cache

from checker.domains import make_row
from checker.indicators.details import details_in_full
from checker.report.model import RowResult
from checker.sweep import SweepOptions
from tests.behaviours.tables import TABLES
from tests.lab.internet import MiniatureInternet
from tests.lab.scenario import Certificate, Dns, MailServer, Organisation, Signing, Tls, Web, Zone
from tests.lab.sweep import sweep_beside
from tests.unhurried import UnhurriedLoop

BEHAVIOURS = (
    "mail-good",
    "mx-null",
    "mx-one-of-two-no-starttls",
    "mx-one-of-two-unresolvable",
    "mx-twelve-hosts",
    "no-starttls",
    "greeting-554",
    "mail-wrong-name",
    "tls-alert",
    "https-back-to-http",
    "loop-between-http-and-https",
    "http-meta-refresh",
    "https-silent",
    "ipv6-dead",
    "no-address",
    "rc4-only",
    "certificate-expired",
)
"""One for each kind of evidence, and for each way in which it can fail or be missing."""
ZONES = {
    "signed": Zone(signing=Signing.SIGNED),
    "expired": Zone(signing=Signing.EXPIRED),
    "half-signed": Zone(signing=Signing.SIGNED, second_signing=Signing.STRIPPED),
    "nonexistent": Zone(dns=Dns.NXDOMAIN),
    "silent": Zone(dns=Dns.SILENT),
}
NAMES = (*BEHAVIOURS, *ZONES, "two-domains")


@cache
def measured() -> dict[str, RowResult]:
    """Every one of NAMES, measured once in the whole run."""
    with asyncio.Runner(loop_factory=UnhurriedLoop) as runner:
        return runner.run(_measured())


def _organisations() -> tuple[Organisation, ...]:
    by_name = {one.name: one.organisation for behaviours in TABLES.values() for one in behaviours}
    web, mail = Web(ipv6=True, tls=Tls.MODERN), (MailServer(ipv6=True, certificate=Certificate.MAIL_DOMAIN),)
    return (
        *(by_name[name] for name in BEHAVIOURS),
        *(
            Organisation(code=name, region=name, domain=f"{name}.se", zone=zone, web=web, mail=mail)
            for name, zone in ZONES.items()
        ),
        Organisation(
            code="two-domains",
            region="Två domäner",
            domain="two-domains.se",
            mail_domain="post-of-two-domains.se",
            zone=Zone(signing=Signing.SIGNED),
            web=web,
            mail=mail,
        ),
    )


async def _measured() -> dict[str, RowResult]:
    organisations = _organisations()
    async with MiniatureInternet(organisations) as internet:
        rows = [
            row
            for one in organisations
            if (
                row := make_row(
                    one.domain, code=one.code, web_host=one.web_host, mail_domain=one.mail_domain
                )[0]
            )
        ]
        sweep = sweep_beside(
            internet,
            rows,
            wait_s=3.0,
            options=SweepOptions(concurrency=8, retest=False),
            mail_facts=True,
            describe=details_in_full,
        )
        return {result.row.code: result async for result in sweep.results()}
