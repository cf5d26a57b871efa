"""Services of others that test the same thing, each opened with the organisation's name where its address takes one.

The forms of address: Zonemaster's GUI documents `run-test/<domain>`, Internet.nl asks sites to link to `/site/` and
`/mail/`, DNSViz, SSL Labs and CheckTLS show theirs in the addresses of their result pages.
"""

from dataclasses import dataclass
from urllib.parse import quote

from checker.observations.row import Row
from checker.report.names import shown_name
from checker.report.words import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """One service. `about` is the name that it is asked about, "" where that must be typed in there."""

    service: str
    href: str
    about: str = ""


def second_opinions(row: Row, column: str, lang: Lang) -> tuple[SecondOpinion, ...]:
    """Those for one column."""
    match column:
        case "starttls":
            return (
                _asked("CheckTLS", "https://www.checktls.com/TestReceiver?EMAIL={}", row.mail_domain),
                _asked("Internet.nl", "https://internet.nl/mail/{}/", row.mail_domain),
                _internetkollen(lang),
            )
        case "https":
            return (
                _asked(
                    "SSL Labs",
                    "https://www.ssllabs.com/ssltest/analyze.html?d={}&hideResults=on",
                    row.web_host,
                ),
                _asked("Internet.nl", "https://internet.nl/site/{}/", row.web_host),
                _internetkollen(lang),
            )
        case "dnssec":
            return tuple(
                _asked(service, address, domain)
                for domain in dict.fromkeys((row.domain, row.mail_domain))
                for service, address in (
                    ("Zonemaster", "https://zonemaster.net/run-test/{}"),
                    ("DNSViz", "https://dnsviz.net/d/{}/dnssec/"),
                )
            )
        case "www_ipv6":
            return (
                _asked("Internet.nl", "https://internet.nl/site/{}/", row.web_host),
                _internetkollen(lang),
            )
        case "mail_ipv6":
            return (
                _asked("Internet.nl", "https://internet.nl/mail/{}/", row.mail_domain),
                _internetkollen(lang),
            )
        case _:
            return ()


def _asked(service: str, address: str, name: str) -> SecondOpinion:
    return SecondOpinion(
        service=service, href=address.replace("{}", quote(name, safe="")), about=shown_name(name)
    )


def _internetkollen(lang: Lang) -> SecondOpinion:
    return SecondOpinion(
        service="Internetkollen", href=f"https://internetkollen.se/{'en/' if lang == 'en' else ''}"
    )
