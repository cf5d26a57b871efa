"""Do the zone's servers agree among themselves, and with the parent? Warnings and notes only. Pure."""

from collections.abc import Iterator

from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.NS import NS
from dns.rdtypes.ANY.SOA import SOA

from checker.dns.chain import Standing
from checker.dns.key_sizes import key_tag
from checker.dns.records import canonical_text, find, rdatas, texts
from checker.dns.responses import MAX_SERVER_NAMES
from checker.indicators.dnssec_servers import why_unusable
from checker.indicators.shown import listed, shown_name, shown_record, shown_server
from checker.observations.dns import DnssecObservation, Message, ServerView
from checker.observations.fact import Fact
from checker.observations.vantage import Vantage
from checker.rulesets import Ruleset
from checker.verdict import Finding

_SERIALS, _ANSWERS, _SERVERS = "dnssec_serials_differ", "dnssec_answers_differ", "dnssec_servers_differ"
_CODES = {"SOA": _SERIALS, "A": _ANSWERS, "AAAA": _ANSWERS}
"""Serials differ while a transfer is under way, addresses where load is spread: both are notes."""
_ABSENT = frozenset({"–", "NXDOMAIN"})
SHOWN_CHARACTERS = 40
SHOWN_ANSWERS, SHOWN_SERVERS, SHOWN_NAMES = 3, 1, 5
"""So that the text that lists them stays whole."""


def agreement_findings(
    observation: DnssecObservation, standing: Standing, vantage: Vantage, ruleset: Ruleset
) -> Iterator[Finding | None]:
    """Everything the servers that answered differ in, the parent's and the zone's NS sets, and servers without TCP."""
    zone = standing.zone
    views = [view for view in observation.views if why_unusable(view, zone) is None]
    for rdtype, record, detail in _differences(views, observation.nonexistent):
        yield ruleset.finding(
            _CODES.get(rdtype, _SERVERS), shown_name(zone), record=shown_record(record), detail=detail
        )
    yield _ns_finding(observation, views, zone, ruleset)
    if vantage.dns_tcp is not Fact.NO:
        for view in views:
            if view.tcp is Fact.NO:
                yield ruleset.finding(
                    "dnssec_server_without_tcp", shown_server(view.server), zone=shown_name(zone)
                )
    if observation.left_out:
        yield ruleset.finding(
            "dnssec_servers_left_out",
            shown_name(zone),
            asked=len(observation.views),
            left_out=observation.left_out,
        )


def _differences(views: list[ServerView], nonexistent: str) -> Iterator[tuple[str, str, str]]:
    """Type, record and who says what, for every question that got more than one answer; the odd ones out first."""
    told: dict[tuple[str, str], list[tuple[ServerView, Message]]] = {}
    for view in views:
        for reply in view.replies:
            if reply.message is not None and reply.message.tells and reply.name != nonexistent:
                told.setdefault((reply.name, reply.type), []).append((view, reply.message))
    for (name, rdtype), replies in told.items():
        if all(message is replies[0][1] for _, message in replies):
            continue  # replies of equal bytes are one value
        answers: dict[str, list[str]] = {}
        for view, message in replies:
            answers.setdefault(_answer(message, name, rdtype), []).append(shown_server(view.server))
        if len(answers) > 1:
            fewest_first = sorted(answers.items(), key=lambda entry: len(entry[1]))
            shown = [f"{_short(answer)}: {listed(givers, SHOWN_SERVERS)}" for answer, givers in fewest_first]
            rest = f"; … (+{len(shown) - SHOWN_ANSWERS})" if len(shown) > SHOWN_ANSWERS else ""
            detail = "; ".join(shown[:SHOWN_ANSWERS]) + rest
            yield "" if _ABSENT & answers.keys() else rdtype, f"{name} {rdtype}", detail


def _answer(message: Message, name: str, rdtype: str) -> str:
    """What a message says to the question, comparable; a dash for a type that is not there."""
    rrset = find(message.answer, name, rdtype) or find(message.answer, name, "CNAME")
    if rrset is None:
        return "NXDOMAIN" if message.rcode == "NXDOMAIN" else "–"
    if rdtype == "SOA":
        return ", ".join(str(soa.serial) for soa in rdatas(rrset) if isinstance(soa, SOA))
    if rdtype == "DNSKEY":
        tags = (str(key_tag(key)) for key in rdatas(rrset) if isinstance(key, DNSKEY))
        return ", ".join(sorted(tags))
    alias = "CNAME " if rrset.type == "CNAME" else ""
    return alias + ", ".join(sorted(text.lower() for text in texts(rrset)))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"


def _ns_finding(
    observation: DnssecObservation, views: list[ServerView], zone: str, ruleset: Ruleset
) -> Finding | None:
    """The parent's NS names against those that the zone itself publishes (RFC 1034 §4.2.2)."""
    parents = {name.rstrip(".") for name in observation.delegation}
    own = {name for view in views for name in _own_names(view, zone)}
    if not parents or not own or parents == own or max(len(parents), len(own)) >= MAX_SERVER_NAMES:
        return None
    return ruleset.finding(
        "dnssec_ns_differ",
        shown_name(zone),
        parent=listed(sorted(parents - own), SHOWN_NAMES) or "–",
        child=listed(sorted(own - parents), SHOWN_NAMES) or "–",
    )


def _own_names(view: ServerView, zone: str) -> Iterator[str]:
    for reply in view.replies:
        rrset = None
        if reply.message is not None and (reply.name, reply.type) == (zone, "NS"):
            rrset = find(reply.message.answer, zone, "NS")
        for rdata in rdatas(rrset)[:MAX_SERVER_NAMES] if rrset is not None else ():
            if isinstance(rdata, NS):
                yield canonical_text(rdata.target).rstrip(".")
