"""The study of 2017 as a scenario: 21 rows whose behaviour gives Table 6 under the ruleset `bilaga-a-2017`.

What stands in the table is history; why it stood there is not known in every case. The causes below are made up,
each a different one, so that the scenario tries many paths to the same cell.
"""

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.lab.scenario import (
    Certificate,
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

DOMAINS = Path(__file__).with_name("domains-2017.csv")
EXPECTED = Path(__file__).with_name("table6-2017.csv")
INDICATORS = ("starttls", "https", "dnssec", "www_ipv6", "mail_ipv6")

SIGNED = Zone(signing=Signing.SIGNED)
NSEC3 = Zone(signing=Signing.SIGNED, denial="nsec3")
RSA = Zone(signing=Signing.SIGNED, algorithm=8)
NO_TLS = Web(http=Http.CONTENT, https=Https.CLOSED)
WRONG_NAME = MailServer(certificate=Certificate.WRONG_NAME)
SHARED_MX = (
    MailServer(host="mx1.brevkorgen.org"),
    MailServer(host="mx2.brevkorgen.org", preference=20),
)
"""A mail provider of two rows; its zone is signed below a top-level zone with opt-out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behaviour:
    zone: Zone = field(default_factory=Zone)
    web: Web = field(default_factory=Web)
    mail: tuple[MailServer, ...] = (MailServer(),)


_BEHAVIOUR: dict[str, _Behaviour] = {
    "AB": _Behaviour(
        web=Web(ipv6=True, http=Http.CONTENT, https=Https.TO_HTTP),
        mail=(MailServer(ipv6=True, certificate=Certificate.WRONG_NAME),),
    ),
    "C": _Behaviour(mail=(MailServer(certificate=Certificate.CN_ONLY),)),
    "D": _Behaviour(zone=Zone(signing=Signing.NO_DS), web=Web(tls=Tls.MODERN)),
    "E": _Behaviour(zone=SIGNED, mail=SHARED_MX),
    "F": _Behaviour(
        zone=RSA,
        web=Web(http=Http.CONTENT, tls=Tls.SSL3_TOO),
        mail=(MailServer(certificate=Certificate.MAIL_DOMAIN),),
    ),
    "G": _Behaviour(web=NO_TLS, mail=SHARED_MX),
    "H": _Behaviour(
        zone=SIGNED,
        web=Web(http=Http.CONTENT),
        mail=(
            MailServer(ipv6=True),
            MailServer(preference=20, certificate=Certificate.WRONG_NAME),
        ),
    ),
    "I": _Behaviour(zone=Zone(signing=Signing.SIGNED, denial="nsec3-optout"), web=NO_TLS),
    "K": _Behaviour(
        zone=SIGNED,
        web=Web(http=Http.NOT_FOUND, https=Https.CLOSED),
        mail=(MailServer(host="in.post.ltblekinge.se", certificate=Certificate.WILDCARD),),
    ),
    "M": _Behaviour(zone=NSEC3, mail=(MailServer(certificate=Certificate.EXPIRED),)),
    "N": _Behaviour(
        zone=Zone(signing=Signing.NO_DS, denial="nsec3"),
        web=Web(http=Http.CONTENT, https=Https.TO_HTTP, tls=Tls.MODERN),
        mail=(WRONG_NAME, MailServer(preference=20, certificate=Certificate.WRONG_NAME)),
    ),
    "O": _Behaviour(
        zone=SIGNED,
        web=Web(http=Http.CONTENT, https=Https.NOT_FOUND),
        mail=(MailServer(), MailServer(), MailServer(preference=20)),
    ),
    "S": _Behaviour(web=Web(http=Http.CONTENT, tls=Tls.RC4_ONLY), mail=(WRONG_NAME,)),
    "T": _Behaviour(
        zone=NSEC3,
        web=Web(ipv6=True, tls=Tls.MODERN, certificate=Certificate.WILDCARD),
        mail=(MailServer(ipv6=True, tls=Tls.MODERN),),
    ),
    "U": _Behaviour(
        zone=SIGNED,
        web=Web(ipv6=True, ipv6_dead=True),
        mail=(MailServer(certificate=Certificate.SELF_SIGNED),),
    ),
    "W": _Behaviour(
        zone=RSA,
        web=Web(http=Http.CONTENT, certificate=Certificate.EXPIRED),
        mail=(MailServer(smtp=Smtp.NO_STARTTLS),),
    ),
    "X": _Behaviour(
        zone=SIGNED,
        web=Web(ipv6=True, http=Http.CONTENT, https=Https.RESET),
        mail=(MailServer(ipv6=True),),
    ),
    "Y": _Behaviour(
        zone=Zone(signing=Signing.EXPIRED),
        web=Web(tls=Tls.EXPORT_TOO),
        mail=(MailServer(certificate=Certificate.MAIL_DOMAIN),),
    ),
    "Z": _Behaviour(
        zone=SIGNED,
        web=Web(ipv6=True, certificate=Certificate.WRONG_NAME),
        mail=(MailServer(ipv6=True, smtp=Smtp.HELO_ONLY),),
    ),
    "AC": _Behaviour(
        zone=Zone(signing=Signing.SIGNED, algorithm=15, denial="nsec3"),
        web=Web(ipv6=True, http=Http.META_REFRESH),
        mail=(
            MailServer(ipv6=True, certificate=Certificate.WRONG_NAME),
            MailServer(preference=20, ipv6=True, ipv6_dead=True, certificate=Certificate.MAIL_DOMAIN),
        ),
    ),
    "BD": _Behaviour(
        zone=SIGNED,
        web=Web(ipv6=True, http=Http.CONTENT, certificate=Certificate.SHA1),
        mail=(MailServer(ipv6=True, certificate=Certificate.WRONG_NAME),),
    ),
}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


_EARLIER: dict[str, _Behaviour] = {
    "AB": replace(_BEHAVIOUR["AB"], mail=(MailServer(ipv6=True, smtp=Smtp.NO_STARTTLS),)),
    "M": replace(_BEHAVIOUR["M"], web=Web(http=Http.CONTENT)),
    "W": replace(_BEHAVIOUR["W"], mail=(MailServer(),)),
    "Y": replace(_BEHAVIOUR["Y"], zone=SIGNED),
    "Z": replace(_BEHAVIOUR["Z"], mail=(MailServer(smtp=Smtp.HELO_ONLY),)),
}
"""What was otherwise some time before; made up."""

_LATER: dict[str, _Behaviour] = {
    "C": replace(_BEHAVIOUR["C"], mail=(MailServer(smtp=Smtp.TEMPFAIL),)),
    "D": replace(_BEHAVIOUR["D"], zone=SIGNED),
    "G": replace(_BEHAVIOUR["G"], web=Web()),
    "T": replace(_BEHAVIOUR["T"], web=Web(tls=Tls.MODERN, certificate=Certificate.WILDCARD)),
    "Y": replace(_BEHAVIOUR["Y"], zone=SIGNED),
}
"""What was otherwise some time after; made up."""


def _organisation(row: dict[str, str], others: dict[str, _Behaviour]) -> Organisation:
    behaviour = others.get(row["code"], _BEHAVIOUR[row["code"]])
    return Organisation(
        code=row["code"],
        region=row["region"],
        domain=row["domain"],
        web_host=row["web_host"],
        mail_domain=row["mail_domain"],
        zone=behaviour.zone,
        web=behaviour.web,
        mail=behaviour.mail,
    )


def _scenario(others: dict[str, _Behaviour]) -> tuple[Organisation, ...]:
    return tuple(_organisation(row, others) for row in _rows(DOMAINS))


TABLE6: tuple[Organisation, ...] = _scenario({})
TABLE6_EARLIER: tuple[Organisation, ...] = _scenario(_EARLIER)
TABLE6_LATER: tuple[Organisation, ...] = _scenario(_LATER)
"""The same organisations before and after, so that there is something to tell of."""


def expected() -> dict[str, dict[str, str]]:
    """Table 6 as printed: cells by code and indicator."""
    return {row["code"]: {name: row[name] for name in INDICATORS} for row in _rows(EXPECTED)}
