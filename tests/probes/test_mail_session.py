"""One dialogue with one address, against a real server on loopback that follows a script."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from checker.network.addresses import AddressPolicy
from checker.network.errors import NetworkError
from checker.network.stream import CHUNK_BYTES, Stream
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailSession, MailStage, MailState
from checker.observations.tls import TlsOutcome
from checker.probes import mail_session
from checker.probes.mail_session import MAX_BYTES, hold_session, server_name
from checker.protocols.ca_store import CaStore
from tests.lab.certificates import Authority
from tests.lab.network import Place
from tests.lab.scenario import MailServer, Tls
from tests.lab.smtp_server import start_smtp
from tests.probes.scripted_smtp import Heard, Script, Talk, network, server_context, smtp_server, starttls
from tests.protocols.made_certificates import NOW, make

ROOT = make("Root", ca=True)
LEAF = make("mx.example.se", ROOT, dns=("mx.example.se",))
STORE = CaStore("test", ROOT.pem)
ADDRESS = ip_address("192.0.2.25")


async def held(script: Script, *, wait_s: float = 2.0) -> tuple[MailSession, Heard]:
    async with smtp_server(script) as (port, heard):
        door = network({str(ADDRESS): port}, wait_s=wait_s)
        session = await hold_session(ADDRESS, "mx.example.se", door, ca_store=STORE)
    return session, heard


async def test_starttls_with_a_trusted_certificate(tmp_path: Path) -> None:
    session, heard = await held(starttls(server_context(tmp_path, LEAF)))
    assert (session.state, session.stage, session.failure) == (MailState.TLS, MailStage.TLS, None)
    assert session.handshake is not None
    assert session.handshake.chain == (LEAF.der,)
    assert session.handshake.trust is not None
    assert session.handshake.trust.trusted is Fact.YES
    assert heard.lines == ["EHLO indikatorkollen.invalid", "STARTTLS", "QUIT"]
    assert heard.connections == 1
    assert session.discarded_bytes == 0


async def test_bytes_together_with_the_220_are_counted_and_thrown_away(tmp_path: Path) -> None:
    injected = b"250 2.0.0 injected\r\n"
    session, _ = await held(starttls(server_context(tmp_path, LEAF), with_220=injected))
    assert session.state is MailState.TLS
    assert session.discarded_bytes == len(injected)


async def test_we_never_speak_before_the_whole_banner() -> None:
    async def script(talk: Talk) -> None:
        await talk.say("220-wait for it")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(talk.reader.readexactly(1), 0.05)
        await talk.say("220 now")
        await talk.hear()
        await talk.say("250 mx")
        await talk.hear()

    session, heard = await held(script)
    assert session.state is MailState.NOT_OFFERED
    assert session.banner is not None
    assert session.banner.lines == ("wait for it", "now")
    assert heard.lines == ["EHLO indikatorkollen.invalid", "QUIT"]


async def test_helo_after_a_server_that_knows_no_ehlo() -> None:
    async def script(talk: Talk) -> None:
        await talk.say("220 old")
        await talk.hear()
        await talk.say("502 what?")
        await talk.hear()
        await talk.say("250 hello")
        await talk.hear()

    session, heard = await held(script)
    assert (session.state, session.stage) == (MailState.NOT_OFFERED, MailStage.EHLO)
    assert (session.ehlo and session.ehlo.code, session.helo and session.helo.code) == (502, 250)
    assert heard.lines == ["EHLO indikatorkollen.invalid", "HELO indikatorkollen.invalid", "QUIT"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Replies in turn, the first as banner; None hangs, b"" closes. Then what must come out."""

    replies: tuple[str | None, ...]
    state: MailState
    stage: MailStage
    failure: Failure | None = None
    last_heard: str = "QUIT"


OFFER = "250-mx\r\n250-8BITMIME\r\n250 starttls"
CASES = {
    "421 as greeting": Case(replies=("421 busy",), state=MailState.REFUSED_US, stage=MailStage.BANNER),
    "554 as greeting": Case(replies=("554 no",), state=MailState.REFUSED_US, stage=MailStage.BANNER),
    "silent": Case(
        replies=(None,),
        state=MailState.TIMEOUT,
        stage=MailStage.CONNECT,
        failure=Failure.TIMEOUT,
        last_heard="",
    ),
    "closes at once": Case(
        replies=("",),
        state=MailState.REFUSED_US,
        stage=MailStage.CONNECT,
        failure=Failure.CLOSED,
        last_heard="",
    ),
    "no SMTP": Case(
        replies=("HTTP/1.1 400 Bad",),
        state=MailState.REFUSED_US,
        stage=MailStage.CONNECT,
        failure=Failure.MALFORMED,
        last_heard="",
    ),
    "EHLO refused for now": Case(
        replies=("220 mx", "450 later"), state=MailState.REFUSED_US, stage=MailStage.BANNER
    ),
    "EHLO refused": Case(replies=("220 mx", "550 no"), state=MailState.REFUSED_US, stage=MailStage.BANNER),
    "HELO refused too": Case(
        replies=("220 mx", "500 what", "550 no"), state=MailState.REFUSED_US, stage=MailStage.BANNER
    ),
    "an odd yes to EHLO": Case(
        replies=("220 mx", "220 mx again"), state=MailState.REFUSED_US, stage=MailStage.BANNER
    ),
    "silent after EHLO": Case(
        replies=("220 mx", None),
        state=MailState.TIMEOUT,
        stage=MailStage.BANNER,
        failure=Failure.TIMEOUT,
        last_heard="EHLO indikatorkollen.invalid",
    ),
    "not offered": Case(
        replies=("220 mx", "250-mx\r\n250 SIZE"), state=MailState.NOT_OFFERED, stage=MailStage.EHLO
    ),
    "454": Case(
        replies=("220 mx", OFFER, "454 no TLS now"), state=MailState.HANDSHAKE_FAILED, stage=MailStage.EHLO
    ),
    "501": Case(replies=("220 mx", OFFER, "501 no"), state=MailState.HANDSHAKE_FAILED, stage=MailStage.EHLO),
    "451 to STARTTLS": Case(
        replies=("220 mx", OFFER, "451 come back"), state=MailState.REFUSED_US, stage=MailStage.EHLO
    ),
    "421 to STARTTLS": Case(
        replies=("220 mx", OFFER, "421 bye"), state=MailState.REFUSED_US, stage=MailStage.EHLO
    ),
    "silent after STARTTLS": Case(
        replies=("220 mx", OFFER, None),
        state=MailState.HANDSHAKE_FAILED,
        stage=MailStage.EHLO,
        failure=Failure.TIMEOUT,
        last_heard="STARTTLS",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_states(case: Case) -> None:
    async def script(talk: Talk) -> None:
        for reply in case.replies:
            if reply is None:
                await talk.until_closed()
            elif reply == "":
                return
            else:
                await talk.say(reply)
                await talk.hear()

    session, heard = await held(script, wait_s=0.05 if None in case.replies else 2.0)
    assert (session.state, session.stage) == (case.state, case.stage)
    assert session.failure is case.failure
    assert (heard.lines or [""])[-1] == case.last_heard
    assert session.handshake is None


@pytest.mark.parametrize(
    ("scenario", "sent", "failure", "unread"),
    [
        ("no line end", b"554 Blocked by policy", Failure.CLOSED, "554 Blocked by policy"),
        ("last line missing", b"421-busy\r\n", Failure.CLOSED, "421-busy"),
        ("no SMTP", b"SSH-2.0-OpenSSH\r\n", Failure.MALFORMED, "SSH-2.0-OpenSSH"),
        ("nothing", b"", Failure.CLOSED, ""),
    ],
)
async def test_what_is_no_whole_reply_is_kept(
    scenario: str, sent: bytes, failure: Failure, unread: str
) -> None:
    async def script(talk: Talk) -> None:
        await talk.say(sent)

    session, _ = await held(script)
    assert (session.state, session.failure, session.unread) == (MailState.REFUSED_US, failure, unread), (
        scenario
    )


async def test_tls_after_a_250_to_starttls_is_tls(tmp_path: Path) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet()
        await talk.hear()
        await talk.say("250 OK")
        await talk.writer.start_tls(server_context(tmp_path, LEAF))

    session, _ = await held(script)
    assert (session.state, session.stage) == (MailState.TLS, MailStage.TLS)


def first_flight_only(context: ssl.SSLContext) -> Script:
    """A server whose TLS ends with its own first flight, be that an alert."""

    async def script(talk: Talk) -> None:
        await talk.greet()
        await talk.hear()
        await talk.say("220 go")
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        incoming.write(await talk.reader.read(4096))
        with suppress(ssl.SSLError):  # it wants the client's next step, or has refused
            context.wrap_bio(incoming, outgoing, server_side=True).do_handshake()
        await talk.say(outgoing.read())
        await talk.reader.read(1)

    return script


async def test_a_server_that_knows_no_sni_is_asked_without(tmp_path: Path) -> None:
    context = server_context(tmp_path, LEAF)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    asked: list[str | None] = []

    def refuse(_socket: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        asked.append(name)
        return None if name is None else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    context.sni_callback = refuse
    session, _ = await held(first_flight_only(context))
    assert asked == ["mx.example.se", None]
    assert session.state is MailState.TLS
    assert session.handshake is not None
    assert session.handshake.alert == 112
    assert session.broad is not None
    assert session.broad.certificates == (LEAF.der,)


async def test_a_server_that_dies_after_its_own_flight_has_no_tls(tmp_path: Path) -> None:
    context = server_context(tmp_path, LEAF)
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    session, heard = await held(first_flight_only(context))
    assert session.broad is not None
    assert session.broad.outcome is TlsOutcome.ESTABLISHED  # as far as a raw hello goes
    assert (session.state, session.failure) == (MailState.HANDSHAKE_FAILED, Failure.CLOSED)
    assert heard.connections == 2


async def test_garbage_instead_of_tls_is_followed_by_one_broad_hello() -> None:
    async def script(talk: Talk) -> None:
        await talk.greet()
        await talk.hear()
        await talk.say("220 go")
        await talk.reader.read(10)
        await talk.say("this is no TLS record at all")
        await talk.until_closed()

    session, heard = await held(script)
    assert (session.state, session.stage) == (MailState.HANDSHAKE_FAILED, MailStage.STARTTLS)
    assert session.handshake is not None
    assert session.handshake.outcome is TlsOutcome.NOT_TLS
    assert session.broad is not None
    assert session.broad.outcome is TlsOutcome.NOT_TLS
    assert heard.connections == 2


async def test_a_broad_hello_that_is_not_let_in_leaves_the_failed_handshake() -> None:
    async def script(talk: Talk) -> None:
        if talk.heard.connections > 1:
            await talk.say("421 enough")
            return
        await talk.greet()
        await talk.hear()
        await talk.say("220 go")

    session, _ = await held(script)
    assert session.state is MailState.HANDSHAKE_FAILED
    assert session.broad is not None
    assert (session.broad.outcome, session.broad.failure) == (TlsOutcome.SILENT, Failure.CLOSED)


@pytest.mark.parametrize("stage", [MailStage.EHLO, MailStage.STARTTLS])
async def test_what_our_own_clock_cuts_short_is_not_held_against_a_slow_server(
    stage: MailStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_session, "CONVERSATION_S", 0.3)

    async def script(talk: Talk) -> None:
        await talk.greet()
        await talk.hear()
        if stage is MailStage.STARTTLS:
            await talk.say("220 go")
        await talk.until_closed()

    session, heard = await held(script, wait_s=1.0)
    assert (session.state, session.stage, session.failure) == (MailState.TIMEOUT, stage, Failure.TIMEOUT)
    assert heard.connections == 1


async def test_a_server_that_had_its_time_and_dawdles_within_tls_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail_session, "CONVERSATION_S", 0.3)

    async def script(talk: Talk) -> None:
        await talk.greet()
        await talk.hear()
        await talk.say("220 go")
        await talk.reader.read(1)
        while True:  # the beginning of a record that never ends
            await talk.say(b"\x16\x03\x03\x40\x00")
            await asyncio.sleep(0.02)

    session, _ = await held(script, wait_s=0.1)
    assert (session.state, session.failure) == (MailState.HANDSHAKE_FAILED, Failure.TIMEOUT)


@pytest.mark.parametrize("received", [0, 1, 36, 40])
async def test_our_own_trouble_within_a_dialogue_is_never_held_against_the_server(
    received: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Stream.read

    async def out_of_buffers(
        stream: Stream, max_bytes: int = CHUNK_BYTES, *, wait_s: float | None = None
    ) -> bytes:
        if stream.received_bytes >= received:
            raise NetworkError(Failure.LOCAL, "no buffer space")
        return await read(stream, max_bytes, wait_s=wait_s)

    monkeypatch.setattr(Stream, "read", out_of_buffers)

    async def script(talk: Talk) -> None:
        await talk.greet()
        await talk.hear()
        await talk.say("220 go")
        await talk.until_closed()

    session, _ = await held(script)
    assert (session.state, session.failure) == (MailState.NOT_PROBED, Failure.LOCAL)


async def test_a_flood_ends_at_the_cap() -> None:
    async def script(talk: Talk) -> None:
        for _ in range(MAX_BYTES // 1024 + 8):
            await talk.say(b"220-" + b"x" * 1018 + b"\r\n")
        await talk.until_closed()

    session, _ = await held(script)
    assert (session.state, session.failure) == (MailState.REFUSED_US, Failure.TOO_MUCH)


@pytest.mark.parametrize("greeting", [b"", b"220 mx\r\n"])
async def test_a_reply_that_trickles_ends_after_its_waits(greeting: bytes) -> None:
    async def script(talk: Talk) -> None:
        await talk.say(greeting)
        while True:
            await talk.say(b"250-more\r\n")
            await asyncio.sleep(0.02)  # the trickle itself is what is tested

    session, _ = await held(script, wait_s=0.5)
    assert (session.state, session.failure) == (MailState.TIMEOUT, Failure.TIMEOUT)
    assert session.unread.startswith("250-more")


async def test_a_byte_now_and_then_ends_with_the_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_session, "CONVERSATION_S", 0.2)

    async def script(talk: Talk) -> None:
        while True:
            await talk.say(b"2")
            await asyncio.sleep(0.02)  # the trickle itself is what is tested

    session, _ = await held(script)
    assert session.state in (MailState.TIMEOUT, MailState.REFUSED_US)
    assert session.failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    ("place", "state", "failure"),
    [
        (Place.CLOSED, MailState.CONNECTION_REFUSED, Failure.REFUSED),
        (Place.FILTERED, MailState.TIMEOUT, Failure.TIMEOUT),
    ],
)
async def test_no_connection(place: Place, state: MailState, failure: Failure) -> None:
    door = network({str(ADDRESS): place}, wait_s=0.05)
    session = await hold_session(ADDRESS, "mx.example.se", door, ca_store=STORE)
    assert (session.state, session.stage, session.failure) == (state, MailStage.NONE, failure)


async def test_addresses_that_may_not_be_visited_are_not() -> None:
    door = network({})
    special = await hold_session(ip_address("10.0.0.1"), "mx.example.se", door, ca_store=STORE)
    assert (special.state, special.failure) == (MailState.NOT_PROBED, Failure.NOT_ALLOWED)
    door.policy = AddressPolicy(excluded=(ip_network("192.0.2.0/24"),))
    excluded = await hold_session(ADDRESS, "mx.example.se", door, ca_store=STORE)
    assert (excluded.state, excluded.failure) == (MailState.NOT_PROBED, Failure.EXCLUDED)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("mx.example.se", "mx.example.se"),
        ("mx_1.example.se", "mx_1.example.se"),
        ("a\\032b.example.se", None),
        (".example.se", None),
        ("x" * 64 + ".se", None),
        ("", None),
    ],
)
def test_only_host_names_become_sni(host: str, expected: str | None) -> None:
    assert server_name(host) == expected


async def test_a_server_of_old_protocols_only_has_tls_that_the_broad_hello_finds() -> None:
    authority = Authority(NOW)
    lab = await start_smtp("mx.example.se", MailServer(tls=Tls.SSL3_ONLY), authority, "example.se")
    try:
        door = network({str(ADDRESS): lab.ports[25]})
        session = await hold_session(ADDRESS, "mx.example.se", door, ca_store=STORE)
    finally:
        await lab.aclose()
    assert (session.state, session.failure) == (MailState.TLS, None)
    assert session.handshake is not None
    assert session.handshake.outcome is not TlsOutcome.ESTABLISHED
    assert session.broad is not None
    assert (session.broad.outcome, session.broad.version) == (TlsOutcome.ESTABLISHED, "SSLv3")
    assert session.broad.certificates
