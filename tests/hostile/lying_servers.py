"""Servers that garble what they say, running on loopback, and what must hold for whoever visits them."""

import asyncio
import functools
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

from cryptography.hazmat.primitives.serialization import Encoding

from checker.indicators.details import details_in_full
from checker.indicators.registry import INDICATORS
from checker.network.addresses import IPAddress
from checker.network.stream import Limits, Stream
from checker.observations import codec
from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailHost, MailObservation, MailSession, MailStage, MailState
from checker.observations.row import Evidence, Row
from checker.observations.tls import Handshake, TlsOutcome
from checker.observations.web import WebObservation
from checker.probes.mail_session import hold_session
from checker.probes.tls_facts import STRIKES, TlsFactsRun
from checker.probes.web import observe_web
from checker.protocols.ca_store import CaStore
from checker.report.export_json import result_object
from checker.report.model import RowResult
from checker.report.screen import explanation_lines
from checker.report.words import LANGS
from checker.rulesets import RULESETS
from tests.hostile.changes import hidden
from tests.hostile.garbled_servers import (
    DOMAIN,
    HOST,
    KINDS,
    ForeignServer,
    Lies,
    changeable,
    speak_http,
    speak_https,
    speak_smtp,
)
from tests.hostile.hello_inputs import MOST_HELLOS
from tests.lab.certificates import Authority
from tests.lab.listener import LabServer
from tests.lab.network import Destinations, LabNetwork
from tests.lab.scenario import Certificate, Tls
from tests.lab.tls_server import TlsServer
from tests.protocols.made_certificates import NOW
from tests.vantages import vantage

V4 = ip_address("192.0.2.1")
WAIT_S = 0.15
LONGEST_S = 200 * WAIT_S
"""No conversation may take longer: each is some waits, and the servers dawdle for less than one."""
ROW = Row(code="X", region="X", domain=DOMAIN, web_host=HOST, mail_domain=DOMAIN)


@dataclass(slots=True)
class Watched:
    """The network's streams of one run, with the limits that each was given."""

    streams: list[tuple[Stream, Limits]] = field(default_factory=list)


class WatchedNetwork(LabNetwork):
    """A network that remembers what it opened."""

    def __init__(self, destinations: Destinations, watched: Watched) -> None:
        super().__init__(destinations, wait_s=WAIT_S)
        self._watched = watched

    async def _open(self, address: IPAddress, port: int, limits: Limits) -> Stream:
        stream = await super()._open(address, port, limits)
        self._watched.streams.append((stream, limits))
        return stream


class Names:
    """The one host that exists; redirects lead anywhere."""

    async def lookup(self, name: str, rdtype: str) -> Lookup:
        if name != HOST:
            return Lookup(name=name, type=rdtype, outcome=LookupOutcome.NXDOMAIN)
        if rdtype != "A":
            return Lookup(name=name, type=rdtype, outcome=LookupOutcome.NODATA)
        return Lookup(name=name, type=rdtype, outcome=LookupOutcome.FOUND, values=(str(V4),))


@dataclass(slots=True, kw_only=True)
class Fuzzed:
    """The running servers."""

    lies: Lies
    destinations: Destinations
    store: CaStore
    honest: tuple[TlsServer, ...]
    foreign: tuple[TlsServer, ...]
    trusted: int = 0

    @property
    def changed(self) -> int:
        """Things said that were no honest words, so far."""
        return self.lies.changed

    async def run(self, seed: int) -> str:
        """One input: one probe against servers that lie by this seed. Says which; AssertionError when wrong."""
        draw = random.Random(seed)
        lies = self.lies
        lies.draw, lies.said = random.Random(draw.random()), bytearray()
        lies.share, lies.http = draw.choice((0.0, 0.1, 0.4, 1.0)), draw.choice((0.0, 0.5, 1.0))
        foreign = draw.random() < 0.3
        lies.server = draw.choice(self.foreign if foreign else self.honest)
        watched = Watched()
        network = WatchedNetwork(self.destinations, watched)
        kind = draw.choice(("web", "mail", "facts"))
        async with asyncio.timeout(LONGEST_S):
            if kind == "web":
                web = await observe_web(HOST, network, Names(), ca_store=self.store)
                self._web(web, foreign=foreign)
            elif kind == "mail":
                session = await hold_session(V4, HOST, network, ca_store=self.store)
                self._mail(session, foreign=foreign)
            else:
                await self._facts(network, draw)
        assert not network.manners._places, "a turn is still held"
        for stream, limits in watched.streams:
            assert stream._socket.fileno() == -1, "left open"
            assert stream.received_bytes <= limits.max_bytes
        return kind

    def _web(self, web: WebObservation, *, foreign: bool) -> None:
        for endpoint in web.endpoints:
            for hop in (*endpoint.http.hops, *endpoint.https.hops):
                if hop.handshake is not None:
                    self._trust(hop.handshake, foreign=foreign)
        _judged(Evidence(row=ROW, vantage=vantage(NOW), web=web))

    def _mail(self, session: MailSession, *, foreign: bool) -> None:
        offered = b"STARTTLS" in self.lies.said.upper()
        if session.state in (MailState.TLS, MailState.HANDSHAKE_FAILED):
            assert offered
            assert session.ehlo is not None
        if session.state is MailState.TLS:
            assert session.starttls is not None
            assert session.starttls.code == 220
        if session.state is MailState.NOT_OFFERED:
            assert session.stage is MailStage.EHLO
        if session.handshake is not None:
            self._trust(session.handshake, foreign=foreign)
        nothing = Lookup(name=HOST, type="AAAA", outcome=LookupOutcome.NODATA)
        found = Lookup(name=HOST, type="A", outcome=LookupOutcome.FOUND, values=(str(V4),))
        host = MailHost(name=HOST, preference=0, ipv4=found, ipv6=nothing, sessions=(session,))
        mx = Lookup(name=DOMAIN, type="MX", outcome=LookupOutcome.FOUND, values=(f"0 {HOST}.",))
        mail = MailObservation(
            domain=DOMAIN,
            observed_at=NOW,
            mx=mx,
            null_mx=False,
            null_mx_beside_others=False,
            implicit=False,
            hosts=(host,),
        )
        _judged(Evidence(row=ROW, vantage=vantage(NOW, port25_ipv4=Fact.YES), mail=mail))

    async def _facts(self, network: WatchedNetwork, draw: random.Random) -> None:
        handshake = draw.choice(
            (
                Handshake(outcome=TlsOutcome.ESTABLISHED, version="TLSv1.3", suite="TLS_AES_256_GCM_SHA384"),
                Handshake(outcome=TlsOutcome.ALERT, alert=40),
                Handshake(outcome=TlsOutcome.SILENT, failure=Failure.TIMEOUT),
            )
        )
        run = TlsFactsRun(network, V4, 443, HOST, handshake)
        await run.run()
        assert network.counts["tcp:443"] <= MOST_HELLOS + STRIKES
        assert codec.decode(type(run.facts), codec.encode(run.facts)) == run.facts

    def _trust(self, handshake: Handshake, *, foreign: bool) -> None:
        """Only an honest leaf in a session that stands, byte for byte, is ever trusted."""
        if handshake.trust is None or handshake.trust.trusted is not Fact.YES:
            return
        self.trusted += 1
        assert not foreign
        assert handshake.outcome is TlsOutcome.ESTABLISHED
        assert self.lies.server is not None
        assert handshake.chain[0] == self.lies.server.chain[1][0].public_bytes(Encoding.DER)


def _judged(evidence: Evidence) -> None:
    """Every observation can be stored and read back, judged, and told in full without anything hidden in the words."""
    for observation in (evidence.web, evidence.mail):
        if observation is not None:
            assert codec.decode(type(observation), codec.encode(observation)) == observation
    for ruleset in RULESETS.values():
        verdicts = tuple(
            indicator.judge(evidence, ruleset)
            for indicator in INDICATORS
            if getattr(evidence, indicator.probe) is not None
        )
        result = RowResult(row=ROW, verdicts=verdicts, details=details_in_full(evidence, ruleset))
        for lang in LANGS:
            said = "\n".join(explanation_lines(result, lang=lang))
            assert not hidden(said, allowed="\n"), ascii(said)
            written = json.dumps(result_object(result, lang), ensure_ascii=False)
            assert not hidden(written), ascii(written)


@asynccontextmanager
async def fuzzed() -> AsyncIterator[Fuzzed]:
    """The servers, running: http, https and SMTP of one host."""
    authority, lies = Authority(NOW), Lies()
    server = LabServer()
    server.listen(80, functools.partial(speak_http, lies))
    server.listen(443, functools.partial(speak_https, lies))
    server.listen(25, functools.partial(speak_smtp, lies))
    told = {(str(V4), port, "tcp"): there for port, there in server.ports.items()}
    honest = tuple(
        TlsServer(HOST, tls, Certificate.GOOD, authority=authority, domain=DOMAIN) for tls in KINDS
    )
    foreign = tuple(
        ForeignServer(tls, authority, at)
        for tls in (Tls.MODERN, Tls.INTERMEDIATE, Tls.SSL3_ONLY)
        for at in changeable(honest[0])
    )
    try:
        yield Fuzzed(
            lies=lies,
            destinations=Destinations(told=told, closed_port=1, sink_port=1, now=NOW),
            store=CaStore("lab", authority.ca_pem),
            honest=honest,
            foreign=foreign,
        )
    finally:
        await server.aclose()
