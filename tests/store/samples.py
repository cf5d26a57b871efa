"""Sweeps, rows and what was seen of them, as short as they can be."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

from sqlalchemy import select

from checker.history.changes import Kind
from checker.history.intervals import Interval
from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.mail import MailHost, MailObservation, MailSession, MailStage, MailState
from checker.observations.row import Evidence, Row
from checker.observations.tls import Handshake, TlsOutcome
from checker.report.model import COLUMNS, RowResult
from checker.store import tables
from checker.store.judgements import Judged, Judgement
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from checker.verdict import Finding, Flag, Part, Severity, Value, Verdict
from tests.vantages import vantage

NIGHT = datetime(2026, 11, 22, 2, tzinfo=UTC)
LEAF, INTERMEDIATE, OTHER = b"\x30\x01leaf", b"\x30\x02intermediate", b"\x30\x03other"


def night(number: int) -> datetime:
    return NIGHT + timedelta(days=number)


def sweep(started: datetime = NIGHT, *, series: str = "domains", state: State = State.RUNNING) -> StoredSweep:
    return StoredSweep(
        id=started.strftime("%Y%m%dT%H%M%SZ"),
        series=series,
        state=state,
        started=started,
        ruleset="2026",
        ruleset_version="1",
        software="checker 1.0",
        vantage=vantage(started),
    )


def row(number: int = 0) -> Row:
    name = f"region{number}.se"
    return Row(
        code=f"R{number:03}",
        region=f"Region {number} Åäö",
        domain=name,
        web_host=f"www.{name}",
        mail_domain=name,
    )


def begun(store: Store, rows: int = 1, started: datetime = NIGHT, series: str = "domains") -> StoredSweep:
    return store.sweeps.begin(sweep(started, series=series), [row(number) for number in range(rows)])


def row_states(store: Store, sweep_id: str) -> dict[str, int]:
    """How many rows are "left", "parked" and "seen"."""
    statement = select(tables.rows.c.state).where(tables.rows.c.sweep_id == sweep_id)
    with store.engine.connect() as connection:
        return dict(Counter(connection.execute(statement).scalars()))


def evidence(number: int = 0, *chain: bytes) -> Evidence:
    """Mail seen, with these certificates."""
    of = row(number)
    mx = Lookup(name=of.mail_domain, type="MX", outcome=LookupOutcome.FOUND, values=("10 mail.example.se.",))
    session = MailSession(
        address=IPv4Address("192.0.2.25"),
        state=MailState.TLS,
        stage=MailStage.TLS,
        handshake=Handshake(outcome=TlsOutcome.ESTABLISHED, version="TLSv1.3", chain=chain),
    )
    nothing = replace(mx, outcome=LookupOutcome.NODATA, values=())
    host = MailHost(name="mail.example.se", preference=10, ipv4=mx, ipv6=nothing, sessions=(session,))
    mail = MailObservation(
        domain=of.mail_domain,
        observed_at=NIGHT,
        mx=mx,
        null_mx=False,
        null_mx_beside_others=False,
        implicit=False,
        hosts=(host,),
    )
    return Evidence(row=of, vantage=vantage(NIGHT), mail=mail, second_attempt=frozenset({"mail"}))


def verdicts(number: int = 0) -> tuple[Verdict, ...]:
    """One of every shape: letters, a pair, findings with parameters that a server chose; one column not asked for."""
    finding = Finding(
        code="no_starttls",
        severity=Severity.FAULT,
        subject="mx\x00\x1b.se",
        params=(("reply", "250 \ud7ff✓"),),
    )
    parts = (Part(subject="a.se", value=Value.YES), Part(subject="b.se", value=Value.NO))
    found = {
        "starttls": Verdict(
            indicator="starttls", value=Value.NO, flags=(Flag.JA, Flag.C), findings=(finding,)
        ),
        "https": Verdict(indicator="https", value=Value.UNKNOWN, may_pass=True, awaits_port25=True),
        "dnssec": Verdict(indicator="dnssec", value=Value.NO, parts=parts),
        "www_ipv6": Verdict(indicator="www_ipv6", value=Value.NOT_APPLICABLE if number % 2 else Value.YES),
    }
    return tuple(found[column] for column in COLUMNS if column in found)


def judgement(of: StoredSweep, *, ruleset: str = "2026", version: str = "1") -> Judgement:
    return Judgement(
        id=0,
        sweep_id=of.id,
        ruleset=ruleset,
        ruleset_version=version,
        software="checker 1.0",
        judged=NIGHT,
    )


def judged(number: int = 0, *, remeasured: frozenset[str] = frozenset()) -> Judged:
    result = RowResult(row=row(number), verdicts=verdicts(number))
    return Judged(position=number, result=result, remeasured=remeasured)


def interval(
    code: str = "R000", column: str = "https", *, since: datetime = NIGHT, cell: str = "Nej"
) -> Interval:
    return Interval(
        code=code,
        column=column,
        cell=cell,
        since=since,
        last_measured=since,
        ruleset="2026",
        ruleset_version="1",
        came=Kind.NEW,
        subject=("www.region0.se",),
    )
