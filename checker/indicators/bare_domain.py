"""What is worth saying of the bare domain as a web address, where the web host is another name. Decides no cell."""

from collections.abc import Iterator

from checker.indicators import web_reading
from checker.indicators.certificates import certificate_names, shown_names
from checker.observations.fact import Fact
from checker.observations.failure import OUR_OWN
from checker.observations.row import Evidence
from checker.observations.tls import Handshake, TlsOutcome
from checker.observations.web import BareDomain, Visit, VisitEnd
from checker.protocols.certificate import read_certificate
from checker.rulesets import Ruleset
from checker.verdict import Finding


def bare_domain_findings(evidence: Evidence, ruleset: Ruleset) -> Iterator[Finding | None]:
    """What meets a visitor who leaves out "www." (http and https, one address).

    In order: no address; an address nobody can reach; nobody answers; https missing, broken, or with a certificate that
    browsers refuse; a chain that ends on http, or without a page. Silence that may be ours says nothing.
    """
    bare = evidence.web.bare_domain if evidence.web is not None else None
    if bare is None:
        return
    for address in bare.refused_addresses:
        yield ruleset.finding("web_address_special_purpose", bare.domain, address=address)
    if bare.ipv4.absent and bare.ipv6.absent:
        yield ruleset.finding("bare_domain_no_address", bare.domain, host=evidence.row.web_host)
    if bare.http is None or bare.https is None or _out_of_reach(bare, evidence):
        return
    if not _accepted(bare.http) and not _accepted(bare.https):
        if not (_our_own(bare.http) or _our_own(bare.https)):
            yield ruleset.finding("bare_domain_no_answer", bare.domain, host=evidence.row.web_host)
        return
    yield from _https(bare, bare.https, ruleset)
    yield from _ends(bare, bare.http, bare.https, evidence, ruleset)


def _out_of_reach(bare: BareDomain, evidence: Evidence) -> bool:
    """Whether the address that was asked last belongs to a family that the vantage lacks."""
    address = bare.http.hops[0].address if bare.http else None
    return address is None or web_reading.lacks(evidence.vantage, address)


def _accepted(visit: Visit) -> bool:
    return visit.end is not VisitEnd.NO_ANSWER or len(visit.hops) > 1


def _our_own(visit: Visit) -> bool:
    """Whether our own trouble kept us from seeing how the visit begins."""
    return visit.hops[0].failure in OUR_OWN


def _https(bare: BareDomain, visit: Visit, ruleset: Ruleset) -> Iterator[Finding | None]:
    """Port 443 of the bare domain itself: there, with TLS, and with a certificate for this name."""
    seen = visit.hops[0].handshake
    if _our_own(visit):
        return
    if not _accepted(visit):
        yield ruleset.finding("bare_domain_no_https", bare.domain)
    elif seen is not None and seen.outcome is not TlsOutcome.ESTABLISHED:
        yield ruleset.finding("bare_domain_tls_fails", bare.domain)
    elif seen is not None and seen.chain:
        yield from _certificate(bare, seen, ruleset)


def _certificate(bare: BareDomain, seen: Handshake, ruleset: Ruleset) -> Iterator[Finding | None]:
    leaf = read_certificate(seen.chain[0])
    if leaf.dns_names is not None and not certificate_names(leaf, bare.domain, ruleset):
        yield ruleset.finding("bare_domain_certificate_wrong_name", bare.domain, names=shown_names(leaf))
    if seen.trust is not None and seen.trust.trusted is Fact.NO:
        yield ruleset.finding("bare_domain_certificate_untrusted", bare.domain, issuer=leaf.issuer)


def _ends(
    bare: BareDomain, http: Visit, https: Visit, evidence: Evidence, ruleset: Ruleset
) -> Iterator[Finding | None]:
    """Where the visits end, each said once; ends out of our sight prove nothing."""
    for visit, on_http in ((http, "bare_domain_not_redirected"), (https, "bare_domain_back_to_http")):
        last = visit.hops[-1]
        started = _accepted(visit) and not (len(visit.hops) == 1 and visit.end is VisitEnd.NO_TLS)
        if not started or web_reading.unknown_end(visit, evidence.vantage):
            continue
        if _without_page(visit):
            yield ruleset.finding("bare_domain_no_page", bare.domain, url=last.url, status=last.status or "–")
        elif web_reading.scheme(last) == "http" and last.status not in web_reading.AIMED_AT_US:
            yield ruleset.finding(on_http, bare.domain, url=last.url)


def _without_page(visit: Visit) -> bool:
    status = visit.hops[-1].status or 0
    return visit.end is not VisitEnd.CONTENT or (status >= 400 and status not in web_reading.AIMED_AT_US)
