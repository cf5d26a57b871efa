"""Observations and conversations for tests of the sweep: small, made on order, refusing what they were not told."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_address

from checker.network.clock import Clock
from checker.observations.dns import ChainObservation, DnssecObservation, Lookup, LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailHost, MailObservation, MailSession, MailStage, MailState, SmtpReply
from checker.observations.row import Evidence, Row
from checker.observations.tls import TlsFacts
from checker.observations.web import Hop, Visit, VisitEnd, WebEndpoint, WebObservation
from checker.row import Probes
from checker.rulesets import RULESET_2026, Ruleset
from checker.verdict import Value, Verdict
from tests.vantages import vantage

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
CLOCK = Clock(NOW)
RULES = RULESET_2026
VANTAGE = vantage(NOW)


def row(code: str, mail_domain: str = "") -> Row:
    domain = f"{code.lower()}.example"
    return Row(
        code=code,
        region=code,
        domain=domain,
        web_host=f"www.{domain}",
        mail_domain=mail_domain or domain,
    )


def lookup(name: str, rdtype: str, *values: str, failure: Failure | None = None) -> Lookup:
    outcome = LookupOutcome.FAILED if failure else LookupOutcome.FOUND if values else LookupOutcome.NODATA
    return Lookup(name=name, type=rdtype, outcome=outcome, values=values, failure=failure)


def web(host: str, failure: Failure | None = None, facts: TlsFacts | None = None) -> WebObservation:
    """A web host at one address; `failure` is what its one hop met."""
    hop = Hop(url=f"https://{host}/", address=ip_address("192.0.2.1"), failure=failure)
    visit = Visit(hops=(hop,), end=VisitEnd.NO_ANSWER if failure else VisitEnd.CONTENT)
    endpoint = WebEndpoint(address=ip_address("192.0.2.1"), http=visit, https=visit, facts=facts)
    return WebObservation(
        host=host,
        observed_at=NOW,
        ipv4=lookup(host, "A", "192.0.2.1"),
        ipv6=lookup(host, "AAAA"),
        endpoints=(endpoint,),
    )


def dnssec(domain: str, failure: Failure | None = None) -> DnssecObservation:
    return DnssecObservation(
        domain=domain,
        observed_at=NOW,
        existence=lookup(domain, "SOA", ". . 1 2 3 4 5"),
        chain=ChainObservation(name=f"{domain}.", anchors=(), start=None, cuts=()),
        failure=failure,
    )


def session(address: str, *, failure: Failure | None = None, stage: MailStage | None = None) -> MailSession:
    """One that greeted, or one that met `failure` after `stage`."""
    if failure is None:
        banner = SmtpReply(code=220, lines=("hello",))
        return MailSession(
            address=ip_address(address), state=MailState.TLS, stage=MailStage.TLS, banner=banner
        )
    state = MailState.CONNECTION_REFUSED if failure is Failure.REFUSED else MailState.TIMEOUT
    return MailSession(
        address=ip_address(address), state=state, stage=stage or MailStage.NONE, failure=failure
    )


def mail(domain: str, *sessions: MailSession, host: str = "") -> MailObservation:
    name = host or f"mx.{domain}"
    return MailObservation(
        domain=domain,
        observed_at=NOW,
        mx=lookup(domain, "MX", f"10 {name}."),
        null_mx=False,
        null_mx_beside_others=False,
        implicit=False,
        hosts=(
            MailHost(
                name=name, preference=10, ipv4=lookup(name, "A"), ipv6=lookup(name, "AAAA"), sessions=sessions
            ),
        ),
    )


@dataclass
class FakeWebFacts:
    """Raw hellos that take what `hold` takes and then know everything."""

    basis: WebObservation
    hold: "Hold"
    done: bool = False

    @property
    def observation(self) -> WebObservation:
        if not self.done:
            return self.basis
        endpoints = tuple(replace(one, facts=TlsFacts(tls12=Fact.YES)) for one in self.basis.endpoints)
        return replace(self.basis, endpoints=endpoints)

    async def run(self) -> None:
        await self.hold(f"facts {self.basis.host}")
        self.done = True


@dataclass
class FakeMailFacts:
    """The same behind STARTTLS."""

    basis: MailObservation
    hold: "Hold"
    done: bool = False

    @property
    def observation(self) -> MailObservation:
        return replace(self.basis, left_out=1) if self.done else self.basis

    async def run(self) -> None:
        await self.hold(f"facts {self.basis.domain}")
        self.done = True


class Hold:
    """What happens on the way of each conversation: nothing, unless an entry says `wait` for ever or an error."""

    def __init__(self) -> None:
        self.stuck: set[str] = set()
        self.errors: dict[str, Exception] = {}
        self.begun: Counter[str] = Counter()
        self.stopped: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.stuck_now = asyncio.Semaphore(0)

    async def until_stuck(self, conversations: int) -> None:
        """Wait until so many more conversations hang."""
        for _ in range(conversations):
            await self.stuck_now.acquire()

    async def __call__(self, name: str) -> None:
        self.begun[name] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            if name in self.errors:
                raise self.errors[name]
            if name in self.stuck:
                self.stuck_now.release()
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.stopped.append(name)
            raise
        finally:
            self.at_once -= 1


@dataclass
class FakeProbes(Probes):
    """Conversations whose outcome is good unless told; `second` holds what a second attempt brings.

    Names are "web www.a.example", "mail a.example", "dnssec a.example", "facts www.a.example".
    """

    first: Mapping[str, object] = field(default_factory=dict)
    second: Mapping[str, object] = field(default_factory=dict)
    hold: Hold = field(default_factory=Hold)
    with_mail_facts: bool = False

    async def _talk(self, name: str, *, fresh: bool) -> object | None:
        if fresh and name not in self.second:
            raise AssertionError(f"no second attempt of {name} was expected")
        await self.hold(name + "/2" if fresh else name)
        return (self.second if fresh else self.first).get(name)

    async def dnssec(self, row: Row, domain: str, *, fresh: bool) -> DnssecObservation:
        assert domain in (row.domain, row.mail_domain)
        seen = await self._talk(f"dnssec {domain}", fresh=fresh)
        return seen if isinstance(seen, DnssecObservation) else dnssec(domain)

    async def web(self, host: str, *, fresh: bool) -> WebObservation:
        seen = await self._talk(f"web {host}", fresh=fresh)
        return seen if isinstance(seen, WebObservation) else web(host)

    def web_details(self, row: Row, web: WebObservation) -> FakeWebFacts:
        assert row.web_host == web.host
        return FakeWebFacts(web, self.hold)

    async def mail(self, domain: str, *, fresh: bool) -> MailObservation:
        seen = await self._talk(f"mail {domain}", fresh=fresh)
        return seen if isinstance(seen, MailObservation) else mail(domain, session("192.0.2.25"))

    def mail_facts(self, mail: MailObservation) -> FakeMailFacts | None:
        return FakeMailFacts(mail, self.hold) if self.with_mail_facts else None


@dataclass(frozen=True)
class FakeColumn:
    name: str
    probe: str
    judge: Callable[[Evidence, Ruleset], Verdict]


def judge_web(evidence: Evidence, _: Ruleset) -> Verdict:
    """Yes, or what the one hop met: "no" when refused, else unknown and perhaps passing."""
    assert evidence.web is not None
    failures = {hop.failure for endpoint in evidence.web.endpoints for hop in endpoint.https.hops} - {None}
    if evidence.web.failure or Failure.TIMEOUT in failures:
        return Verdict(indicator="https", value=Value.UNKNOWN, may_pass=Failure.TIMEOUT in failures)
    return Verdict(indicator="https", value=Value.NO if failures else Value.YES)


def judge_mail(evidence: Evidence, _: Ruleset) -> Verdict:
    """Yes when somebody greeted; silence is "no" only once port 25 is proven over IPv4."""
    assert evidence.mail is not None
    sessions = [session for host in evidence.mail.hosts for session in host.sessions]
    if any(session.banner for session in sessions):
        return Verdict(indicator="starttls", value=Value.YES)
    if evidence.mail.failure:
        return Verdict(indicator="starttls", value=Value.UNKNOWN)
    if evidence.vantage.port25_ipv4 is Fact.YES:
        return Verdict(indicator="starttls", value=Value.NO, may_pass=True)
    return Verdict(indicator="starttls", value=Value.UNKNOWN, may_pass=True, awaits_port25=True)


def judge_dnssec(evidence: Evidence, _: Ruleset) -> Verdict:
    assert evidence.dnssec is not None
    failures = {one.failure for one in evidence.dnssec} - {None}
    value = Value.UNKNOWN if failures else Value.YES
    return Verdict(indicator="dnssec", value=value, may_pass=Failure.UNRESOLVABLE in failures)


STARTTLS = FakeColumn("starttls", "mail", judge_mail)
HTTPS = FakeColumn("https", "web", judge_web)
DNSSEC = FakeColumn("dnssec", "dnssec", judge_dnssec)
COLUMNS = (STARTTLS, HTTPS, DNSSEC)
