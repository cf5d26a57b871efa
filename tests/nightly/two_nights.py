"""A list of organisations on three nights: what each of them does on the first, what has changed by the second."""

from dataclasses import replace

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

GOOD = Web(tls=Tls.MODERN)
SIGNED = Zone(signing=Signing.SIGNED)
CODES = ("WEB", "MAIL", "ZONE", "BETTER", "BLIND", "GONE", "MOVED", "ASIDE", "SAME", "SAME2", "SAME3")
CONTACTS = {
    "WEB": "webb@web.example",
    "MAIL": "drift@samordnad.example",
    "ZONE": "Drift@samordnad.example",
    "BETTER": "post@better.example",
    "BLIND": "post@blind.example",
    "GONE": "post@gone.example",
    "NEW": "post@new.example",
    "SAME": "post@same.example",
}
OPERATOR = "operator@kollen.example"


def plain(code: str, **more: object) -> Organisation:
    """A row without faults."""
    values: dict[str, object] = {"zone": SIGNED, "web": GOOD, "mail": (MailServer(tls=Tls.MODERN),)}
    return Organisation(
        code=code,
        region=f"Region {code}",
        domain=f"{code.lower()}.se",
        **{**values, **more},  # type: ignore[arg-type]  # a table of fields
    )


_FIRST: dict[str, dict[str, object]] = {
    "BETTER": {"mail": (MailServer(smtp=Smtp.NO_STARTTLS),)},
    "ASIDE": {"web": replace(GOOD, http=Http.CONTENT)},
}
_SECOND: dict[str, dict[str, object]] = {
    "WEB": {"web": replace(GOOD, certificate=Certificate.EXPIRED)},
    "MAIL": {"mail": (MailServer(smtp=Smtp.NO_STARTTLS),)},
    "ZONE": {"zone": Zone(signing=Signing.EXPIRED)},
    "BLIND": {"web": replace(GOOD, http=Http.CLOSED, https=Https.CLOSED)},
    "MOVED": {"web_host": "portal.moved.se", "web": replace(GOOD, certificate=Certificate.EXPIRED)},
    "ASIDE": {"web": replace(GOOD, certificate=Certificate.WRONG_NAME)},
}
FIRST = tuple(plain(code, **_FIRST.get(code, {})) for code in CODES)
SECOND = tuple(
    plain(code, **_SECOND.get(code, {})) for code in (*(code for code in CODES if code != "GONE"), "NEW")
)

WORSENED = [
    ("WEB", "https", "Ja", "Ja (F)"),
    ("MAIL", "starttls", "Ja", "Nej"),
    ("ZONE", "dnssec", "Ja", "Ja (trasig)"),
]
CHANGED = [("ASIDE", "https", "Ja (N)", "Ja (F)")]
IMPROVED = [("BETTER", "starttls", "Nej", "Ja")]
NOT_MEASURED = [("BLIND", "https", "Ja", "Ej mätt")]
ENTRY = [("MOVED", "https", "Ja", "Ja (F)")]
"""Another host is neither better nor worse than the one before; what reads the same there is no news."""
