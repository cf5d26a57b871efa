"""Who plays what, and how answers and scripts become settings."""

import pytest

from tests.daemons import jsse, nginx, postfix
from tests.daemons.nginx_answers import directives, plays
from tests.daemons.playable import PLAYED_OTHERWISE, playable
from tests.lab.plan import MailHost
from tests.lab.scenario import Http, Https, MailServer, Smtp, Tls, Web
from tests.lab.smtp_script import Says, SmtpScript, Then, says
from tests.lab.web_answers import Answer, Wire

WORDS = {"host": "www.example.se", "path": "${request_uri}"}


@pytest.mark.parametrize(
    ("scenario", "answer", "played"),
    [
        ("page", Answer(), True),
        ("header field", Answer(fields=("Strict-Transport-Security: max-age=1",)), True),
        ("redirect", Answer(status=302, location="https://{host}/"), True),
        ("redirect to nowhere", Answer(status=302), True),
        ("empty Location", Answer(status=302, location=""), False),
        ("Location beside a page", Answer(location="/"), False),
        ("only at first", Answer(status=503, times=1), False),
        ("a dollar sign", Answer(status=302, location="/$"), False),
        ("its own length", Answer(fields=("Content-Length: 5",)), False),
        ("endless", Answer(wire=Wire.ENDLESS_BODY), False),
    ],
)
def test_nginx_plays_what_it_can_say(scenario: str, answer: Answer, played: bool) -> None:
    assert plays((answer,)) is played


def test_answers_become_directives() -> None:
    answers = (
        Answer(status=302, location="https://{host}{path}", unless_cookie="seen=1"),
        Answer(path="/v%C3%A4g", status=404),
    )
    assert list(directives(answers, WORDS)) == [
        'location = "/väg" {',
        '  if ($cookie_seen != "1") {',
        '    return 302 "https://www.example.se${request_uri}";',
        "  }",
        '  return 404 "<!doctype html><title>Region</title><p>404";',
        "}",
        "location / {",
        '  if ($cookie_seen != "1") {',
        '    return 302 "https://www.example.se${request_uri}";',
        "  }",
        '  return 200 "<!doctype html><title>Region</title><p>200";',
        "}",
    ]


@pytest.mark.parametrize(
    ("scenario", "web", "http", "https"),
    [
        ("ordinary", Web(), True, True),
        ("closed", Web(http=Http.CLOSED, https=Https.CLOSED), False, False),
        ("silent", Web(http=Http.SILENT, https=Https.SILENT), False, False),
        ("SSLv3", Web(tls=Tls.SSL3_TOO), True, False),
        ("something new", Web(https_resets=1), False, False),
    ],
)
def test_nginx_plays_ports(scenario: str, web: Web, http: bool, https: bool) -> None:
    assert (nginx.plays_http(web), nginx.plays_https(web)) == (http, https)


def test_java_plays_what_openssl_cannot() -> None:
    assert jsse.plays_https(Web(tls=Tls.SSL3_TOO))
    assert not jsse.plays_https(Web(tls=Tls.SSL3_TOO, https=Https.LOOP))
    assert not jsse.plays_https(Web(tls=Tls.SSL2_TOO))
    assert jsse.plays_mail(MailServer(tls=Tls.RC4_ONLY))
    assert not jsse.plays_mail(MailServer(tls=Tls.RC4_ONLY, smtp=Smtp.SLOW))


@pytest.mark.parametrize(
    ("scenario", "script", "played"),
    [
        ("ordinary", SmtpScript(), True),
        ("421 at once", SmtpScript(banner=says(b"421 4.3.2 Busy\r\n")), True),
        ("450 to EHLO", SmtpScript(ehlo=says(b"450 4.7.1 Later\r\n")), True),
        ("502 to EHLO", SmtpScript(ehlo=says(b"502 5.5.1 What?\r\n")), False),
        ("454 to STARTTLS", SmtpScript(starttls=says(b"454 4.7.0 No TLS\r\n")), True),
        ("554 to STARTTLS", SmtpScript(starttls=says(b"554 5.7.0 No TLS\r\n")), False),
        ("two lines", SmtpScript(banner=says(b"421-Busy\r\n421 Busy\r\n")), False),
        ("hangs up", SmtpScript(banner=says(b"421 Busy\r\n", then=Then.CLOSE)), False),
        ("never done", SmtpScript(banner=Says(pieces=(b"421 Busy\r\n",), forever=True)), False),
    ],
)
def test_postfix_plays_scripts_that_refuse(scenario: str, script: SmtpScript, played: bool) -> None:
    host = MailHost(
        name="mx", mail_domain="example.se", server=MailServer(script=script), addresses=(), dead=()
    )
    assert postfix.can_play(host) is played


def test_what_leads_to_a_host_that_nobody_plays_is_left_out() -> None:
    names = {behaviour.name for behaviour in playable()}
    assert "https-to-other-host" in names
    assert not names & {"https-to-silent-zone", "silent-zone", *PLAYED_OTHERWISE}
