from dataclasses import replace

import pytest

from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation, MailStage
from checker.port25 import PortTwentyFive
from tests.fakes import VANTAGE, mail, session

YES, NO, UNTESTED = Fact.YES, Fact.NO, Fact.NOT_TESTED
GREETED_4 = mail("a.example", session("192.0.2.1"))
GREETED_6 = mail("b.example", session("2001:db8::1"))
SILENT_A = mail("c.example", session("192.0.2.2", failure=Failure.TIMEOUT))
SILENT_B = mail("d.example", session("192.0.2.3", failure=Failure.UNREACHABLE))
SILENT_6 = mail("e.example", session("2001:db8::2", failure=Failure.TIMEOUT))
SAME_HOST = mail("f.example", session("192.0.2.9", failure=Failure.TIMEOUT), host="mx.c.example")
SAME_ADDRESS = mail("g.example", session("192.0.2.2", failure=Failure.TIMEOUT))
REFUSED = mail("h.example", session("192.0.2.4", failure=Failure.REFUSED))
NO_BANNER = mail("i.example", session("192.0.2.5", failure=Failure.TIMEOUT, stage=MailStage.CONNECT))
LEFT_ALONE = mail("j.example", session("192.0.2.6", failure=Failure.EXCLUDED))


@pytest.mark.parametrize(
    ("scenario", "met", "before", "after"),
    [
        ("nothing met", (), (UNTESTED, UNTESTED), (UNTESTED, UNTESTED)),
        ("a banner over IPv4", (GREETED_4,), (YES, UNTESTED), (YES, UNTESTED)),
        ("a banner over IPv6", (GREETED_6,), (UNTESTED, YES), (UNTESTED, YES)),
        ("one silent host proves nothing", (SILENT_A,), (UNTESTED, UNTESTED), (UNTESTED, UNTESTED)),
        ("two silent hosts", (SILENT_A, SILENT_B), (UNTESTED, UNTESTED), (NO, UNTESTED)),
        ("silence is counted by family", (SILENT_A, SILENT_6), (UNTESTED, UNTESTED), (UNTESTED, UNTESTED)),
        ("one host twice", (SILENT_A, SAME_HOST, SILENT_A), (UNTESTED, UNTESTED), (UNTESTED, UNTESTED)),
        ("one address under two names", (SILENT_A, SAME_ADDRESS), (UNTESTED, UNTESTED), (UNTESTED, UNTESTED)),
        ("a refusal may be ours", (SILENT_A, SILENT_B, REFUSED), (UNTESTED, UNTESTED), (NO, UNTESTED)),
        ("one refusal proves nothing", (REFUSED,), (UNTESTED, UNTESTED), (UNTESTED, UNTESTED)),
        (
            "a connection came through",
            (SILENT_A, NO_BANNER, SILENT_B),
            (UNTESTED, UNTESTED),
            (UNTESTED, UNTESTED),
        ),
        ("left alone says nothing", (SILENT_A, LEFT_ALONE), (UNTESTED, UNTESTED), (UNTESTED, UNTESTED)),
        ("a late banner beats silence", (SILENT_A, SILENT_B, GREETED_4), (YES, UNTESTED), (YES, UNTESTED)),
    ],
)
def test_what_is_known_before_and_after_the_end(
    scenario: str, met: tuple[MailObservation, ...], before: tuple[Fact, Fact], after: tuple[Fact, Fact]
) -> None:
    port25 = PortTwentyFive(VANTAGE)
    for one in met:
        port25.see(one)
    assert (port25.vantage.port25_ipv4, port25.vantage.port25_ipv6) == before, scenario
    port25.close()
    assert (port25.vantage.port25_ipv4, port25.vantage.port25_ipv6) == after, scenario
    assert port25.settled


def test_of_many_silent_hosts_few_are_remembered() -> None:
    port25 = PortTwentyFive(VANTAGE)
    for number in range(1, 200):
        port25.see(mail(f"m{number}.example", session(f"192.0.2.{number}", failure=Failure.TIMEOUT)))
    assert len(port25._ipv4.dead) == 2


def test_only_news_is_told() -> None:
    port25 = PortTwentyFive(VANTAGE)
    assert [port25.see(one) for one in (SILENT_A, GREETED_4, GREETED_4, GREETED_6)] == [
        False,
        True,
        False,
        True,
    ]
    assert port25.settled


@pytest.mark.parametrize(
    ("scenario", "met", "after"),
    [
        ("and nobody else", (), NO),
        ("one more silent host", (SILENT_6,), NO),
        ("somebody refused", (mail("k.example", session("2001:db8::4", failure=Failure.REFUSED)),), NO),
        ("somebody greeted", (GREETED_6,), YES),
    ],
)
def test_a_silent_control_host_is_not_forgotten(
    scenario: str, met: tuple[MailObservation, ...], after: Fact
) -> None:
    port25 = PortTwentyFive(replace(VANTAGE, port25_ipv4=YES, port25_ipv6=NO))
    for one in met:
        port25.see(one)
    port25.close()
    assert port25.vantage.port25_ipv6 is after, scenario


def test_a_control_host_counts_from_the_start() -> None:
    port25 = PortTwentyFive(replace(VANTAGE, port25_ipv4=YES, port25_ipv6=YES))
    assert port25.settled
    assert not port25.see(GREETED_4)


def test_a_banner_after_the_end_still_counts() -> None:
    port25 = PortTwentyFive(VANTAGE)
    port25.see(SILENT_A)
    port25.see(SILENT_B)
    port25.close()
    assert port25.see(GREETED_4)
    assert port25.vantage.port25_ipv4 is YES
