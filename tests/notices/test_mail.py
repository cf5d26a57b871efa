"""Mails sent to a real server on loopback: what arrives, and what is never sent or said."""

import base64
import email
import logging
from email import policy
from email.message import EmailMessage

import pytest

from checker.notices.digest import operator_digest
from checker.notices.mail import MailerSettings, send_mail
from checker.notices.not_sent import Cause, NotSentError
from checker.notices.notice import Notice
from tests.lab.scenario import Certificate
from tests.notices.authority import OTHER, LocalAuthority
from tests.notices.changes import EXPIRED, change, differing, occasion
from tests.notices.smtp_sink import CLOSE, HANG, PASSWORD, USER, SmtpSink

pytestmark = pytest.mark.real_time
"""The servers run in threads of their own."""


def notice(recipient: str = "drift@operator.example") -> Notice:
    (made,) = operator_digest(differing(change(findings=(EXPIRED,))), occasion(operators=(recipient,)))
    return made


def settings(sink: SmtpSink, authority: LocalAuthority, **more: object) -> MailerSettings:
    values: dict[str, object] = {
        "host": "localhost",
        "port": sink.port,
        "sender": "kollen@sender.example",
        "sender_name": "Kollen, på länet",
        "reply_to": "drift@operator.example",
        "ca_file": authority.ca_file,
        "ehlo_name": "kollen.example",
    }
    return MailerSettings(**{**values, **more})  # type: ignore[arg-type]  # a table of fields


async def refused(sink: SmtpSink, authority: LocalAuthority, **more: object) -> NotSentError:
    with pytest.raises(NotSentError) as caught:
        await send_mail(notice(), settings(sink, authority, **more))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def test_by_starttls_with_login(authority: LocalAuthority) -> None:
    with SmtpSink(context=authority.context()).serving() as sink:
        await send_mail(notice(), settings(sink, authority, user=USER, password=PASSWORD))
    assert (sink.encrypted, sink.logged_in) == ([True], [True])
    assert sink.commands[0] == "EHLO kollen.example"
    assert sink.commands[1] == "STARTTLS"
    sender, recipient = sink.envelopes[0]
    assert sender.startswith("MAIL FROM:<kollen@sender.example>")
    assert recipient == "RCPT TO:<drift@operator.example>"
    message = read(sink.messages[0])
    assert message["From"] == '"Kollen, på länet" <kollen@sender.example>'
    assert message["To"] == message["Reply-To"] == "drift@operator.example"
    assert message["Subject"] == "Indikatorkollen: 1 försämring"
    assert message["Message-ID"] == notice().key
    assert message["Date"].datetime == notice().created
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "sv"
    assert not {"Precedence", "List-Id"} & set(message.keys())
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().replace("\r\n", "\n") == notice().text
    assert html.get_content().replace("\r\n", "\n").rstrip() == notice().html.rstrip()


async def test_by_tls_from_the_start(authority: LocalAuthority) -> None:
    with SmtpSink(context=authority.context()).serving(implicit_tls=True) as sink:
        await send_mail(notice(), settings(sink, authority, tls="tls"))
    assert sink.encrypted == [True]


async def test_in_clear_to_this_machine_itself(authority: LocalAuthority) -> None:
    with SmtpSink().serving() as sink:
        await send_mail(notice(), settings(sink, authority, host="127.0.0.1", tls="none"))
    assert sink.encrypted == [False]


async def test_the_same_octets_when_made_and_sent_again(authority: LocalAuthority) -> None:
    with SmtpSink(context=authority.context()).serving() as sink:
        await send_mail(notice(), settings(sink, authority))
        await send_mail(notice(), settings(sink, authority))
    first, second = sink.messages
    assert first == second


async def test_every_line_fits_seven_bits_and_the_limit(authority: LocalAuthority) -> None:
    with SmtpSink(context=authority.context(), extensions=()).serving() as sink:
        await send_mail(notice(), settings(sink, authority))
    (data,) = sink.messages
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 78


async def test_an_address_with_other_letters(authority: LocalAuthority) -> None:
    with SmtpSink(context=authority.context()).serving() as sink:
        await send_mail(notice("säkerhet@räksmörgås.example"), settings(sink, authority))
    assert sink.envelopes[0][1] == "RCPT TO:<säkerhet@xn--rksmrgs-5wao1o.example>"
    assert "SMTPUTF8" in sink.envelopes[0][0]
    assert read(sink.messages[0])["To"] == "säkerhet@xn--rksmrgs-5wao1o.example"


async def test_an_address_with_other_letters_where_nobody_takes_them(authority: LocalAuthority) -> None:
    with (
        SmtpSink(context=authority.context(), extensions=("8BITMIME",)).serving() as sink,
        pytest.raises(NotSentError, match="no SMTPUTF8") as caught,
    ):
        await send_mail(notice("säkerhet@dalarna.example"), settings(sink, authority))
    assert caught.value.permanent
    assert not sink.messages


async def test_a_server_with_another_name_is_not_spoken_to(authority: LocalAuthority) -> None:
    for implicit, tls in ((False, "starttls"), (True, "tls")):
        with SmtpSink(context=authority.context(OTHER)).serving(implicit_tls=implicit) as sink:
            error = await refused(sink, authority, user=USER, password=PASSWORD, tls=tls)
        assert error.cause is Cause.SETTINGS
        assert "certificate is not accepted" in error.reason
        assert "localhost" in error.reason
        assert not [line for line in sink.commands if line.startswith(("AUTH", "MAIL"))]


@pytest.mark.parametrize("kind", [Certificate.EXPIRED, Certificate.SELF_SIGNED])
async def test_a_bad_certificate(authority: LocalAuthority, kind: Certificate) -> None:
    with SmtpSink(context=authority.context(kind=kind)).serving() as sink:
        error = await refused(sink, authority)
    assert error.cause is Cause.SETTINGS
    assert "certificate is not accepted" in error.reason


async def test_a_certificate_of_an_authority_that_nobody_here_knows(authority: LocalAuthority) -> None:
    with SmtpSink(context=authority.context()).serving() as sink:
        error = await refused(sink, authority, ca_file=None)
    assert "certificate is not accepted" in error.reason


async def test_no_starttls_offered_and_nothing_is_sent(authority: LocalAuthority) -> None:
    with SmtpSink().serving() as sink:
        error = await refused(sink, authority, user=USER, password=PASSWORD)
    assert error.cause is Cause.SETTINGS
    assert "no STARTTLS" in error.reason
    assert not [line for line in sink.commands if line.startswith(("AUTH", "MAIL"))]


async def test_no_tls_is_refused_for_other_machines(authority: LocalAuthority) -> None:
    error = await refused(SmtpSink(port=25), authority, host="mail.example", tls="none")
    assert error.cause is Cause.SETTINGS


async def test_a_file_of_certificates_with_none_in_it(authority: LocalAuthority) -> None:
    empty = authority.ca_file.with_name("empty.pem")
    empty.write_text("")
    error = await refused(SmtpSink(port=25), authority, ca_file=empty)
    assert error.cause is Cause.SETTINGS
    assert "file of certificates" in error.reason


@pytest.mark.parametrize(
    ("verb", "reply", "cause", "said"),
    [
        ("RCPT", "450 4.2.1 mailbox busy", Cause.PUT_OFF, "refused the recipient: 450 4.2.1 mailbox busy"),
        ("RCPT", "550 5.1.1 who?", Cause.REFUSED, "refused the recipient: 550 5.1.1 who?"),
        ("RCPT", "421 too much", Cause.UNREACHABLE, "421 too much"),
        ("RCPT", "530 5.7.0 log in first", Cause.SETTINGS, "530"),
        ("MAIL", "451 later", Cause.UNREACHABLE, "refused the sender: 451 later"),
        ("MAIL", "553 not you", Cause.SETTINGS, "refused the sender: 553 not you"),
        ("DATA", "451 later", Cause.PUT_OFF, "refused the mail: 451 later"),
        (".", "554 5.7.1 spam", Cause.REFUSED, "refused the mail: 554 5.7.1 spam"),
        (".", "452 full", Cause.PUT_OFF, "refused the mail: 452 full"),
        ("", "554 go away", Cause.SETTINGS, "554 go away"),
        ("", "421 busy", Cause.UNREACHABLE, "421 busy"),
        ("", CLOSE, Cause.UNREACHABLE, "no connection"),
        ("RCPT", CLOSE, Cause.UNREACHABLE, "closed the connection"),
        ("STARTTLS", "454 no TLS today", Cause.UNREACHABLE, "454 no TLS today"),
        ("RCPT", "550 \x1b[31mred\u202e", Cause.REFUSED, r"550 \x1b[31mred\u202e"),
    ],
)
async def test_what_a_server_says_no_to(
    verb: str, reply: str, cause: Cause, said: str, authority: LocalAuthority
) -> None:
    with SmtpSink(context=authority.context(), replies={verb: [reply]}).serving() as sink:
        error = await refused(sink, authority)
    assert said in error.reason
    assert error.cause is cause
    assert not sink.messages


@pytest.mark.parametrize("verb", ["", "EHLO", "STARTTLS", "RCPT", "."])
async def test_a_server_that_says_nothing_more(verb: str, authority: LocalAuthority) -> None:
    with SmtpSink(context=authority.context(), replies={verb: [HANG]}).serving() as sink:
        error = await refused(sink, authority, timeout_s=0.2)
    assert error.cause is Cause.UNREACHABLE
    assert "in time" in error.reason


async def test_the_deadline_holds_where_each_wait_would_not(authority: LocalAuthority) -> None:
    with SmtpSink(context=authority.context(), replies={"EHLO": [HANG]}).serving() as sink:
        error = await refused(sink, authority, deadline_s=0.2)
    assert "in time" in error.reason


async def test_a_mail_that_is_taken_is_sent_whatever_quit_does(authority: LocalAuthority) -> None:
    for reply in (CLOSE, "500 what?", HANG):
        with SmtpSink(context=authority.context(), replies={"QUIT": [reply]}).serving() as sink:
            await send_mail(notice(), settings(sink, authority, timeout_s=5, deadline_s=10))
        assert len(sink.messages) == 1


async def test_nobody_there(authority: LocalAuthority) -> None:
    with SmtpSink().serving() as sink:
        pass
    error = await refused(sink, authority)
    assert (error.cause, error.reason) == (Cause.UNREACHABLE, "no connection to the server")


async def test_the_password_is_nowhere_to_be_read(
    authority: LocalAuthority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="checker")
    wrong = "fel-" + PASSWORD
    plain = ("AUTH PLAIN",)
    with SmtpSink(context=authority.context(), extensions=plain).serving() as sink:
        chosen = settings(sink, authority, user=USER, password=wrong)
        error = await refused(sink, authority, user=USER, password=wrong)
    assert error.cause is Cause.SETTINGS
    assert error.reason.endswith("535 5.7.8 no such login: AUTH PLAIN [password]")
    with SmtpSink(
        context=authority.context(), extensions=plain, replies={"AUTH": [f"535 no {PASSWORD} here"]}
    ).serving() as sink:
        repeated = await refused(sink, authority, user=USER, password=PASSWORD)
    assert "535 no [password] here" in repeated.reason
    for shown in (repr(error), str(error), repr(chosen), repr(repeated), caplog.text):
        assert PASSWORD not in shown
        assert base64.b64encode(wrong.encode()).decode() not in shown


async def test_a_header_that_would_break_out_is_refused(authority: LocalAuthority) -> None:
    bad = Notice(
        **{
            **{name: getattr(notice(), name) for name in Notice.__slots__},
            "subject": "a\r\nBcc: everybody@example.se",
        }
    )
    with SmtpSink(context=authority.context()).serving() as sink, pytest.raises(NotSentError) as caught:
        await send_mail(bad, settings(sink, authority))
    assert caught.value.permanent
    assert sink.connections == 0
