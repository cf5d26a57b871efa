"""What a mail server says first, or does instead."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.mail_row import NOT_MEASURED, row, scripted, server
from tests.lab.scenario import Smtp
from tests.lab.smtp_script import Then, says, trickle

REFUSALS = {
    421: "421 4.3.2 Service not available, closing transmission channel",
    450: "450 4.7.1 Come back later",
    451: "451 4.7.1 Greylisted",
    521: "521 5.3.2 This host accepts no mail",
    554: "554 5.7.1 Your address is on a block list",
    571: "571 5.7.1 Delivery not authorized",
}

READ: tuple[Behaviour, ...] = (
    row(
        "banner-multi-line",
        "A banner of several lines.",
        scripted(banner=says(b"220-mx.example ESMTP\r\n220-We do not authorize\r\n220 bulk mail.\r\n")),
    ),
    row(
        "banner-slow",
        "Two lines with a pause between, as postscreen.",
        server(smtp=Smtp.SLOW),
        daemon="postfix",
    ),
    row(
        "banner-byte-by-byte",
        "The banner comes one byte at a time.",
        scripted(banner=trickle(b"220 mx ESMTP\r\n", 0.01)),
    ),
    row("banner-without-text", "The banner is a bare 220.", scripted(banner=says(b"220\r\n"))),
    row("banner-bare-lf", "The banner ends in a bare line feed.", scripted(banner=says(b"220 mx ESMTP\n"))),
    row(
        "banner-8bit",
        "The banner has 8-bit text and an escape sequence.",
        scripted(banner=says("220 Välkommen \x1b[31mhit\x1b[0m\r\n".encode())),
    ),
    *(
        row(
            f"banner-{size}-bytes",
            f"The banner is one line of {size} bytes.",
            scripted(banner=says(b"220 " + b"x" * size + b"\r\n")),
        )
        for size in (600, 2000, 5000)
    ),
    row(
        "banner-twice",
        "The server greets twice in one breath.",
        scripted(banner=says(b"220 one\r\n220 two\r\n")),
    ),
)

REFUSED: tuple[Behaviour, ...] = (
    *(
        row(
            f"greeting-{code}",
            f"Greets with {text}.",
            scripted(banner=says(f"{text}\r\n".encode()), ipv6=True),
            starttls=NOT_MEASURED,
            mail_ipv6="Ja",
            notes={"starttls_refused_us", "mail_ipv6_greeting_refused"},
            daemon="postfix",
        )
        for code, text in REFUSALS.items()
    ),
    row(
        "greeting-421-ipv6-only-busy",
        "Says 421 over IPv6 first: the host is left alone, IPv4 and all.",
        server(smtp=Smtp.TEMPFAIL, ipv6=True),
        starttls=NOT_MEASURED,
        mail_ipv6="Ja",
        notes={"starttls_refused_us", "mail_not_asked_again", "mail_ipv6_greeting_refused"},
    ),
    row(
        "greeting-221",
        "Greets with 221 and hangs up.",
        scripted(banner=says(b"221 Goodbye\r\n", then=Then.CLOSE), ipv6=True),
        starttls=NOT_MEASURED,
        mail_ipv6="Ja",
        notes={"starttls_refused_us", "mail_ipv6_greeting_refused"},
    ),
    row(
        "greeting-554-unfinished",
        "Says 554 without a line end and hangs up.",
        scripted(banner=says(b"554 Blocked by policy", then=Then.CLOSE)),
        starttls=NOT_MEASURED,
        notes={"starttls_hung_up"},
    ),
    row(
        "greeting-hangs-up",
        "Hangs up instead of greeting, over both families.",
        scripted(banner=says(then=Then.CLOSE), ipv6=True),
        starttls=NOT_MEASURED,
        mail_ipv6=NOT_MEASURED,
        notes={"starttls_hung_up", "mail_ipv6_neither_family"},
    ),
    row(
        "greeting-resets",
        "Resets the connection instead of greeting.",
        scripted(banner=says(then=Then.RESET)),
        starttls=NOT_MEASURED,
        notes={"starttls_hung_up"},
    ),
    row(
        "greeting-http",
        "A web server answers on port 25.",
        scripted(banner=says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", then=Then.CLOSE)),
        starttls=NOT_MEASURED,
        notes={"starttls_not_smtp"},
    ),
    row(
        "greeting-endless-lines",
        "The banner goes on for ever, line by line.",
        scripted(banner=says(b"220-still not done\r\n" * 50, forever=True)),
        starttls=NOT_MEASURED,
        notes={"starttls_not_smtp"},
    ),
    row(
        "greeting-endless-line",
        "The banner is one line that never ends.",
        scripted(banner=says(b"220 " + b"x" * 1020, forever=True)),
        starttls=NOT_MEASURED,
        notes={"starttls_not_smtp"},
    ),
    row(
        "greeting-tarpit",
        "The banner comes one byte a second.",
        scripted(banner=says(b"2", 1.0, forever=True)),
        starttls=NOT_MEASURED,
        notes={"starttls_no_greeting"},
    ),
    row(
        "greeting-silent",
        "Accepts connections and never greets.",
        server(smtp=Smtp.SILENT),
        starttls=NOT_MEASURED,
        notes={"starttls_no_greeting"},
    ),
    row(
        "port-25-filtered",
        "Port 25 gets no answer.",
        server(smtp=Smtp.FILTERED),
        starttls=NOT_MEASURED,
        notes={"starttls_no_answer"},
    ),
    row(
        "port-25-closed",
        "Port 25 refuses connections.",
        server(smtp=Smtp.CLOSED, ipv6=True),
        starttls=NOT_MEASURED,
        mail_ipv6=NOT_MEASURED,
        notes={"starttls_connection_refused", "mail_ipv6_neither_family"},
    ),
)

GREETINGS: tuple[Behaviour, ...] = (*READ, *REFUSED)
