"""Servers that do otherwise when they are asked again, and one that does not. Swept with second attempts."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.mail_row import NOT_MEASURED, row, server
from tests.lab.scenario import Smtp
from tests.lab.smtp_script import Says, SmtpScript, Then, says

FIRST: dict[str, tuple[str, SmtpScript]] = {
    "421": ("greets with 421", SmtpScript(banner=says(b"421 4.3.2 Too busy\r\n", then=Then.CLOSE))),
    "450": ("greets with 450", SmtpScript(banner=says(b"450 4.7.1 Greylisted\r\n", then=Then.CLOSE))),
    "reset": ("resets the connection", SmtpScript(banner=says(then=Then.RESET))),
    "ehlo-421": ("answers EHLO with 421", SmtpScript(ehlo=says(b"421 4.7.0 Later\r\n", then=Then.CLOSE))),
    "454": ("answers STARTTLS with 454", SmtpScript(starttls=says(b"454 4.7.0 TLS not available\r\n"))),
    "554": ("answers STARTTLS with 554", SmtpScript(starttls=says(b"554 5.7.3 TLS not initialized\r\n"))),
}
NO_MORE = Says(pieces=(b"421 4.3.2 Too busy\r\n",), then=Then.CLOSE)

RETEST: tuple[Behaviour, ...] = (
    *(
        row(
            f"again-after-{name}",
            f"First {words}, then behaves.",
            server(first=(script,)),
            never={"starttls_refused_us", "starttls_hung_up"},
            retest=True,
        )
        for name, (words, script) in FIRST.items()
    ),
    row(
        "again-421-for-ever",
        "Greets with 421 however often it is asked.",
        server(smtp=Smtp.TEMPFAIL),
        starttls=NOT_MEASURED,
        notes={"second_attempt", "starttls_refused_us"},
        retest=True,
    ),
    row(
        "again-busy-after-tls",
        "Behaves at first; the host beside it is busy, then good.",
        server(first=(SmtpScript(), SmtpScript(banner=NO_MORE), SmtpScript(banner=NO_MORE))),
        server(preference=20, first=(SmtpScript(banner=NO_MORE),)),
        retest=True,
    ),
)
