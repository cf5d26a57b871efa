"""What a mail server answers to STARTTLS, and how TLS fares behind it."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.mail_row import NOT_MEASURED, row, scripted, server
from tests.lab.scenario import Certificate, Smtp, Tls
from tests.lab.smtp_script import HANDSHAKE_FAILURE, SERVER_HELLO, Then, says

FAILED = {"starttls_handshake_failed"}
READY = b"220 2.0.0 Ready to start TLS\r\n"
FAKE_EHLO = b"250-mx\r\n250-SIZE 1\r\n250 AUTH PLAIN LOGIN\r\n"

ANSWERS: tuple[Behaviour, ...] = (
    *(
        row(
            f"starttls-{code}",
            f"STARTTLS is offered and gets {code}.",
            scripted(starttls=says(f"{code} TLS not available\r\n".encode())),
            starttls="Nej",
            findings=FAILED,
            daemon="postfix" if code == 454 else "",
        )
        for code in (454, 500, 502, 503, 554)
    ),
    row(
        "starttls-421",
        "STARTTLS is offered; the server is too busy and hangs up.",
        scripted(starttls=says(b"421 4.3.2 Closing\r\n", then=Then.CLOSE)),
        starttls=NOT_MEASURED,
        notes={"starttls_refused_us"},
    ),
    row("starttls-220-bare", "STARTTLS gets 220 without a word.", scripted(starttls=says(b"220\r\n"))),
    row(
        "starttls-220-two-lines",
        "STARTTLS gets 220 in two lines.",
        scripted(starttls=says(b"220-one moment\r\n220 go ahead\r\n")),
    ),
    row("starttls-250", "STARTTLS gets 250 and TLS follows.", scripted(starttls=says(b"250 OK\r\n"))),
    row(
        "starttls-250-no-tls",
        "STARTTLS gets 250 and no TLS follows.",
        scripted(starttls=says(b"250 OK\r\n"), instead_of_tls=says(b"500 what?\r\n", then=Then.CLOSE)),
        starttls="Nej",
        findings=FAILED,
    ),
    row(
        "starttls-hangs-up",
        "STARTTLS is offered; the server hangs up when asked for it.",
        scripted(starttls=says(then=Then.CLOSE)),
        starttls="Nej",
        findings=FAILED,
    ),
    row(
        "starttls-injection",
        "A reply comes together with the 220.",
        server(smtp=Smtp.INJECTION),
        findings={"starttls_injection"},
    ),
    row(
        "starttls-injection-ehlo",
        "A whole EHLO reply comes together with the 220.",
        scripted(starttls=says(READY + FAKE_EHLO)),
        findings={"starttls_injection"},
    ),
)

SESSIONS: tuple[Behaviour, ...] = (
    row(
        "tls-closed-after-220",
        "Hangs up after the 220.",
        scripted(starttls=says(READY, then=Then.CLOSE)),
        starttls="Nej",
        findings=FAILED,
    ),
    row(
        "tls-reset-after-220",
        "Resets the connection at the ClientHello.",
        scripted(instead_of_tls=says(then=Then.RESET)),
        starttls="Nej",
        findings=FAILED,
    ),
    row(
        "tls-silence-after-220",
        "Says nothing to the ClientHello.",
        scripted(instead_of_tls=says(then=Then.SILENCE)),
        starttls="Nej",
        findings=FAILED,
    ),
    row(
        "tls-garbage-after-220",
        "Answers the ClientHello with something else.",
        server(smtp=Smtp.TLS_BROKEN),
        starttls="Nej",
        findings=FAILED,
    ),
    row(
        "tls-smtp-after-220",
        "Answers the ClientHello as if it were a command.",
        scripted(instead_of_tls=says(b"500 5.5.1 Command unrecognized\r\n", then=Then.CLOSE)),
        starttls="Nej",
        findings=FAILED,
    ),
    row(
        "tls-alert",
        "Answers the ClientHello with handshake_failure.",
        scripted(instead_of_tls=says(HANDSHAKE_FAILURE, then=Then.CLOSE)),
        starttls="Nej",
        findings=FAILED,
    ),
    row(
        "tls-reset-after-server-hello",
        "Resets the connection after its ServerHello.",
        scripted(instead_of_tls=says(SERVER_HELLO, then=Then.RESET)),
        starttls="Nej",
        findings=FAILED,
    ),
    row(
        "tls-silent-after-server-hello",
        "Says nothing more after its ServerHello.",
        scripted(instead_of_tls=says(SERVER_HELLO, then=Then.SILENCE)),
        starttls="Nej",
        findings=FAILED,
    ),
    row(
        "tls-ssl3-only",
        "Speaks SSLv3 only.",
        server(tls=Tls.SSL3_ONLY),
        findings={"starttls_old_protocol_only"},
    ),
    row(
        "tls-rc4-only",
        "Speaks TLS 1.0 with RC4 only.",
        server(tls=Tls.RC4_ONLY),
        findings={"starttls_old_protocol_only"},
    ),
    row(
        "tls-failing-at-one-of-two",
        "Two hosts; TLS fails at one.",
        server(),
        server(preference=20, smtp=Smtp.TLS_TEMPFAIL),
        starttls="Delvis",
        findings=FAILED,
        daemon="postfix",
    ),
)

CERTIFICATES: tuple[Behaviour, ...] = (
    row(
        "mail-certificate-other-name",
        "The certificate names another host.",
        server(certificate=Certificate.WRONG_NAME),
        starttls="Ja (C)",
        findings={"starttls_certificate_wrong_name"},
        daemon="postfix",
    ),
    row(
        "mail-certificate-mail-domain",
        "The certificate names the mail domain instead of the host.",
        server(certificate=Certificate.MAIL_DOMAIN),
        starttls="Ja (C)",
        findings={"starttls_certificate_names_domain"},
        daemon="postfix",
    ),
    row(
        "mail-certificate-cn-only",
        "The certificate has the host's name in CN only.",
        server(certificate=Certificate.CN_ONLY),
        starttls="Ja (C)",
        cells_2017={"starttls": "Ja"},
        findings={"starttls_certificate_common_name_only"},
        daemon="postfix",
    ),
    row(
        "mail-certificate-wildcard",
        "A wildcard certificate.",
        server(certificate=Certificate.WILDCARD),
        daemon="postfix",
    ),
    row(
        "mail-certificate-expired",
        "The certificate has expired.",
        server(certificate=Certificate.EXPIRED),
        findings={"starttls_certificate_expired"},
        daemon="postfix",
    ),
    row(
        "mail-certificate-not-yet-valid",
        "The certificate is not valid yet.",
        server(certificate=Certificate.NOT_YET_VALID),
        findings={"starttls_certificate_not_yet_valid"},
        daemon="postfix",
    ),
    row(
        "mail-certificate-self-signed",
        "A self-signed certificate.",
        server(certificate=Certificate.SELF_SIGNED),
        notes={"starttls_certificate_self_signed"},
        daemon="postfix",
    ),
    row(
        "mail-certificate-unknown-issuer",
        "A certificate from an issuer that nobody knows.",
        server(certificate=Certificate.UNKNOWN_ISSUER),
        notes={"starttls_certificate_untrusted"},
        daemon="postfix",
    ),
    row(
        "mail-certificate-no-intermediate",
        "The intermediate certificate is not sent.",
        server(certificate=Certificate.INCOMPLETE),
        notes={"starttls_certificate_untrusted"},
        daemon="postfix",
    ),
    row(
        "mail-certificate-good-and-other",
        "Two hosts; the certificate of one names another host.",
        server(),
        server(preference=20, certificate=Certificate.WRONG_NAME),
        starttls="Ja (C)",
        findings={"starttls_certificate_wrong_name"},
        daemon="postfix",
    ),
)

STARTTLS: tuple[Behaviour, ...] = (*ANSWERS, *SESSIONS, *CERTIFICATES)
