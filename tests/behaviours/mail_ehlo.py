"""What a mail server answers to EHLO and HELO."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.mail_row import NOT_MEASURED, row, scripted, server
from tests.lab.scenario import Smtp
from tests.lab.smtp_script import Says, Then, says

NOT_OFFERED = {"starttls_not_offered"}


def ehlo(*lines: str) -> Says:
    """A whole reply to EHLO with these lines after the greeting line."""
    *first, last = ("mx.example greets you", *lines)
    return says("".join([*(f"250-{line}\r\n" for line in first), f"250 {last}\r\n"]).encode("latin-1"))


OFFERS = {
    "keyword-mixed-case": ("StartTLS is written so.", ("SIZE 1", "StartTLS")),
    "keyword-lower-case": ("All keywords in lower case.", ("size 1", "starttls", "8bitmime")),
    "keyword-in-the-middle": ("STARTTLS stands in the middle.", ("SIZE 1", "STARTTLS", "HELP")),
    "keyword-with-parameter": ("STARTTLS has a parameter.", ("STARTTLS now", "HELP")),
    "keyword-with-tabs": ("Tabs and spaces about the keyword.", ("SIZE 1", "STARTTLS \t ", "HELP\t")),
    "ehlo-8bit": ("8-bit bytes in the reply.", ("Sk\xe4rg\xe5rd", "STARTTLS", "\xff\xfe")),
    "ehlo-long-line": ("A line of 5 000 bytes.", ("X" * 5000, "STARTTLS")),
    "ehlo-200-lines": ("A reply of 200 lines.", (*(f"XFEATURE{n}" for n in range(199)), "STARTTLS")),
}
NO_OFFERS = {
    "keyword-x-starttls": ("X-STARTTLS is offered.", ("X-STARTTLS", "HELP")),
    "keyword-starttlsx": ("STARTTLSX is offered.", ("STARTTLSX", "HELP")),
    "keyword-in-a-sentence": (
        "STARTTLS is a word in a line about something else.",
        ("HELP try STARTTLS", "SIZE"),
    ),
}

EHLO: tuple[Behaviour, ...] = (
    row(
        "no-starttls",
        "A full EHLO dialogue that does not offer STARTTLS.",
        server(smtp=Smtp.NO_STARTTLS),
        starttls="Nej",
        findings=NOT_OFFERED,
        daemon="postfix",
    ),
    *(row(name, words, scripted(ehlo=ehlo(*lines))) for name, (words, lines) in OFFERS.items()),
    *(
        row(name, words, scripted(ehlo=ehlo(*lines)), starttls="Nej", findings=NOT_OFFERED)
        for name, (words, lines) in NO_OFFERS.items()
    ),
    row(
        "keyword-in-greeting-line",
        "The only STARTTLS stands in the greeting line of the reply.",
        scripted(ehlo=says(b"250 STARTTLS\r\n")),
        starttls="Nej",
        findings=NOT_OFFERED,
    ),
    row(
        "keyword-masked",
        "A firewall writes over STARTTLS in the reply, as Cisco's inspection does.",
        scripted(ehlo=ehlo("SIZE 1", "XXXXXXXA", "HELP")),
        starttls="Nej",
        findings=NOT_OFFERED | {"starttls_masked"},
    ),
    row(
        "ehlo-bare-lf",
        "The reply's lines end in bare line feeds.",
        scripted(ehlo=says(b"250-mx\n250-STARTTLS\n250 HELP\n")),
    ),
    row(
        "ehlo-last-code-differs",
        "The lines say 250 and the last one 550.",
        scripted(ehlo=says(b"250-mx\r\n250-STARTTLS\r\n550 on second thought\r\n")),
        starttls=NOT_MEASURED,
        notes={"starttls_refused_us"},
    ),
    row(
        "ehlo-first-code-differs",
        "The first line says 220 and the rest 250.",
        scripted(ehlo=says(b"220-mx\r\n250-STARTTLS\r\n250 HELP\r\n")),
    ),
    row(
        "ehlo-answered-in-advance",
        "The reply to EHLO comes with the banner; the real one offers nothing.",
        scripted(banner=says(b"220 mx\r\n250-mx\r\n250 STARTTLS\r\n"), ehlo=ehlo("HELP")),
        starttls="Nej",
        findings=NOT_OFFERED,
    ),
    row(
        "ehlo-endless",
        "The reply goes on for ever.",
        scripted(ehlo=says(b"250-XMORE\r\n" * 50, forever=True)),
        starttls=NOT_MEASURED,
        notes={"starttls_not_smtp"},
    ),
    row(
        "ehlo-tarpit",
        "A line of the reply every second, for ever.",
        scripted(ehlo=says(b"250-XMORE\r\n", 1.0, forever=True)),
        starttls=NOT_MEASURED,
        notes={"starttls_fell_silent"},
    ),
    row(
        "ehlo-hangs-up",
        "Hangs up at EHLO.",
        scripted(ehlo=says(then=Then.CLOSE)),
        starttls=NOT_MEASURED,
        notes={"starttls_hung_up"},
    ),
    row(
        "ehlo-silent",
        "Says nothing more after the banner.",
        scripted(ehlo=says(then=Then.SILENCE)),
        starttls=NOT_MEASURED,
        notes={"starttls_fell_silent"},
    ),
    *(
        row(
            f"ehlo-{code}",
            f"EHLO gets {code}, HELO would do.",
            scripted(ehlo=says(f"{code} not for you\r\n".encode()), ipv6=True),
            starttls=NOT_MEASURED,
            mail_ipv6="Ja",
            notes={"starttls_refused_us"},
            daemon="postfix",
        )
        for code in (421, 450, 501, 503, 550, 554)
    ),
    *(
        row(
            f"ehlo-{code}-helo-does",
            f"EHLO gets {code}, HELO does.",
            scripted(ehlo=says(f"{code} Command not implemented\r\n".encode())),
            starttls="Nej",
            findings=NOT_OFFERED,
        )
        for code in (500, 502, 504)
    ),
    row(
        "ehlo-500-helo-550",
        "EHLO gets 500 and HELO 550.",
        scripted(ehlo=says(b"500 what?\r\n"), helo=says(b"550 go away\r\n")),
        starttls=NOT_MEASURED,
        notes={"starttls_refused_us"},
    ),
    row(
        "ehlo-500-then-hangs-up",
        "EHLO gets 500, then the server hangs up.",
        scripted(ehlo=says(b"500 what?\r\n", then=Then.CLOSE)),
        starttls=NOT_MEASURED,
        notes={"starttls_hung_up"},
    ),
)
