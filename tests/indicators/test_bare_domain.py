from dataclasses import replace

import pytest

from checker.indicators.https import judge
from checker.observations.dns import LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import ChainTrust
from checker.observations.web import BareDomain, Visit, VisitEnd
from checker.rulesets import RULESETS
from tests.indicators.web_evidence import (
    HTTP,
    HTTPS,
    OTHER_V4,
    SESSION,
    SILENT,
    V6,
    closed,
    endpoint,
    evidence,
    hop,
    lookup,
    visit,
    web,
)

BARE_HTTP, BARE_HTTPS = "http://example.se/", "https://example.se/"
PAGE = hop(HTTPS, 200)
TO_WWW = visit(hop(BARE_HTTP, 301), PAGE)
SECURE_TO_WWW = visit(hop(BARE_HTTPS, 301), PAGE)
GOOD = web(endpoint(visit(hop(HTTP, 301), PAGE), visit(PAGE)))


def trust(*, trusted: Fact) -> ChainTrust:
    return ChainTrust(
        trusted=trusted,
        self_signed=Fact.NO,
        known_issuer=trusted,
        complete=Fact.YES,
        expired=(),
        not_yet_valid=(),
        checked_at="2026-10-01",
        store="",
    )


def bare(http: Visit | None, https: Visit | None, *addresses: object) -> BareDomain:
    return BareDomain(
        domain="example.se",
        ipv4=lookup("A", *(addresses or (OTHER_V4,)), name="example.se"),
        ipv6=lookup("AAAA", name="example.se"),
        http=http,
        https=https,
    )


UNTRUSTED = replace(SESSION, chain=(b"no certificate",), trust=trust(trusted=Fact.NO))
DEAD = closed(BARE_HTTPS, Failure.REFUSED)

TABLE = [
    ("both lead to the web host", bare(TO_WWW, SECURE_TO_WWW), set()),
    ("port 80 closed", bare(closed(BARE_HTTP), SECURE_TO_WWW), set()),
    ("nobody answers", bare(closed(BARE_HTTP), DEAD), {"bare_domain_no_answer"}),
    ("https refused", bare(TO_WWW, DEAD), {"bare_domain_no_https"}),
    ("443 hidden by our own trouble", bare(TO_WWW, closed(BARE_HTTPS, Failure.LOCAL)), set()),
    ("both ports hidden by our own trouble", bare(closed(BARE_HTTP, Failure.LOCAL), closed(BARE_HTTPS, Failure.LOCAL)), set()),
    ("80 refused, 443 hidden by our own trouble", bare(closed(BARE_HTTP), closed(BARE_HTTPS, Failure.LOCAL)), set()),
    (
        "443 without TLS",
        bare(TO_WWW, visit(hop(BARE_HTTPS, Failure.TIMEOUT, SILENT), end=VisitEnd.NO_TLS)),
        {"bare_domain_tls_fails"},
    ),
    (
        "a certificate that nobody trusts",
        bare(TO_WWW, visit(hop(BARE_HTTPS, 301, UNTRUSTED), PAGE)),
        {"bare_domain_certificate_untrusted"},
    ),
    (
        "http shows the page",
        bare(visit(hop(BARE_HTTP, 200)), SECURE_TO_WWW),
        {"bare_domain_not_redirected"},
    ),
    (
        "https leads to http",
        bare(TO_WWW, visit(hop(BARE_HTTPS, 301), hop(HTTP, 200))),
        {"bare_domain_back_to_http"},
    ),
    ("not found", bare(TO_WWW, visit(hop(BARE_HTTPS, 404))), {"bare_domain_no_page"}),
    ("blocked", bare(visit(hop(BARE_HTTP, 403)), visit(hop(BARE_HTTPS, 403))), set()),
    (
        "loop",
        bare(visit(hop(BARE_HTTP, 301), hop(BARE_HTTP, 301), end=VisitEnd.LOOP), SECURE_TO_WWW),
        {"bare_domain_no_page"},
    ),
    (
        "a redirect that we do not follow",
        bare(visit(hop(BARE_HTTP, 301), hop("http://10.0.0.1/", Failure.NOT_ALLOWED), end=VisitEnd.NOT_VISITED), SECURE_TO_WWW),
        set(),
    ),
    (
        "no address",
        replace(bare(None, None), ipv4=lookup("A", outcome=LookupOutcome.NODATA)),
        {"bare_domain_no_address"},
    ),
    ("could not be resolved", replace(bare(None, None), ipv4=lookup("A", outcome=LookupOutcome.FAILED)), set()),
]  # fmt: skip


@pytest.mark.parametrize(("scenario", "seen", "codes"), TABLE, ids=[row[0] for row in TABLE])
@pytest.mark.parametrize("ruleset", RULESETS.values(), ids=lambda ruleset: ruleset.name)
def test_the_bare_domain_gives_findings_and_no_cell(
    scenario: str, seen: BareDomain, codes: set[str], ruleset: object
) -> None:
    verdict = judge(evidence(replace(GOOD, bare_domain=seen)), ruleset)  # type: ignore[arg-type]  # of parametrize
    assert verdict.cell == "Ja"
    assert {found.code for found in verdict.findings if found.code.startswith("bare_")} == codes
    assert not verdict.may_pass  # a finding is not worth a second attempt of the whole web host


def test_silence_over_a_family_that_we_lack_says_nothing() -> None:
    at_ipv6 = closed(BARE_HTTP, Failure.UNREACHABLE, at=V6)
    seen = replace(bare(at_ipv6, at_ipv6), ipv6=lookup("AAAA", V6))
    verdict = judge(evidence(replace(GOOD, bare_domain=seen), ipv6=Fact.NO), RULESETS["2026"])
    assert not [found for found in verdict.findings if found.code.startswith("bare_")]
