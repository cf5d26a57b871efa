"""The words in STARTTLS findings: what the server said, or what happened."""

import pytest

from checker.indicators import starttls
from checker.observations.failure import Failure
from checker.observations.mail import MailSession, MailState, SmtpReply
from checker.observations.tls import Handshake, TlsOutcome
from checker.rulesets import RULESET_2026
from tests.indicators.mail_evidence import READY, evidence, host, mail, session

V4 = "192.0.2.1"
NOT_OFFERED, REFUSED_US = MailState.NOT_OFFERED, MailState.REFUSED_US
FAILED_TLS = Handshake(outcome=TlsOutcome.NOT_TLS, failure=Failure.MALFORMED)

WORDS = {
    "whole reply": (
        session(V4, REFUSED_US, banner=SmtpReply(code=554, lines=("no", "ask postmaster"))),
        "554 no / ask postmaster",
    ),
    "half a reply": (
        session(V4, REFUSED_US, banner=None, failure=Failure.CLOSED, unread="554 no\x1b[31m"),
        "554 no\x1b[31m",
    ),
    "nothing": (session(V4, REFUSED_US, banner=None, failure=Failure.RESET), "reset"),
    "HELO only": (
        session(
            V4,
            NOT_OFFERED,
            ehlo=SmtpReply(code=502, lines=("what",)),
            helo=SmtpReply(code=250, lines=("mx",)),
        ),
        "EHLO: 502 what; HELO: 250 mx",
    ),
    "offered and refused": (
        session(V4, MailState.HANDSHAKE_FAILED, ehlo=READY, starttls=SmtpReply(code=454, lines=("later",))),
        "454 later",
    ),
    "alert": (
        session(V4, MailState.HANDSHAKE_FAILED, handshake=Handshake(outcome=TlsOutcome.ALERT, alert=40)),
        "TLS alert 40 handshake_failure",
    ),
    "no TLS": (session(V4, MailState.HANDSHAKE_FAILED, handshake=FAILED_TLS), "not_tls"),
    "torn down": (
        session(
            V4,
            MailState.HANDSHAKE_FAILED,
            handshake=Handshake(outcome=TlsOutcome.BROKEN, failure=Failure.RESET, detail="Connection reset"),
        ),
        "reset",
    ),
    "long": (session(V4, REFUSED_US, banner=SmtpReply(code=554, lines=("x" * 999,))), "554 " + "x" * 296),
}


@pytest.mark.parametrize(("seen", "words"), WORDS.values(), ids=WORDS)
def test_the_servers_own_words_are_quoted(seen: MailSession, words: str) -> None:
    verdict = starttls.judge(evidence(mail(host(seen))), RULESET_2026)
    assert [dict(finding.params).get("detail") for finding in verdict.findings] == [words]
