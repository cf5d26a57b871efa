from dataclasses import replace

import pytest

from checker.indicators.https import judge
from checker.observations.dns import LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.web import Visit, VisitEnd, WebObservation
from checker.rulesets import RULESETS, Ruleset
from tests.indicators.web_evidence import (
    ALERT,
    HOST,
    HTTP,
    HTTPS,
    NOT_TLS,
    OTHER_V4,
    RAW_MODERN,
    RAW_REFUSED,
    RAW_SSL3,
    SESSION,
    SILENT,
    SSL3_TOO,
    V4,
    V6,
    closed,
    endpoint,
    evidence,
    hop,
    no_tls,
    visit,
    web,
)

NO_ANSWER, LOOP, NO_HTTP, NO_TLS = VisitEnd.NO_ANSWER, VisitEnd.LOOP, VisitEnd.NO_HTTP, VisitEnd.NO_TLS
OTHER = "other.example"

TO_HTTPS = visit(hop(HTTP, 301), hop(HTTPS, 200))
PAGE = visit(hop(HTTP, 200))
GOOD = visit(hop(HTTPS, 200))
GOOD_V6 = endpoint(visit(hop(HTTP, 301, at=V6), hop(HTTPS, 200, at=V6)), visit(hop(HTTPS, 200, at=V6)), V6)
DEAD_V6 = endpoint(closed(HTTP, Failure.TIMEOUT, at=V6), closed(HTTPS, Failure.TIMEOUT, at=V6), V6)


def from_https(status: int) -> Visit:
    return visit(hop(HTTPS, status))


def led_to(status: int) -> Visit:
    return visit(hop(HTTP, 301), hop(HTTPS, status))


def dies(url: str, failure: Failure | None, end: VisitEnd) -> Visit:
    at = V4 if end in (NO_ANSWER, NO_TLS, NO_HTTP) else None
    return visit(hop(HTTPS, 302), hop(url, failure, at=at), end=end)


ONE_ADDRESS: list[tuple[str, Visit, Visit, str, str | None, bool]] = [
    # scenario, from http, from https, cell, a finding, may pass
    ("all well", TO_HTTPS, GOOD, "Ja", "https_final_page", False),
    ("port 80 closed", closed(HTTP), GOOD, "Ja", None, False),
    ("port 80 filtered", closed(HTTP, Failure.TIMEOUT), GOOD, "Ja", None, False),
    ("port 80 silent", visit(hop(HTTP, Failure.TIMEOUT), end=NO_HTTP), GOOD, "Ja", "http_no_reply", False),
    ("http shows its own page", PAGE, GOOD, "Ja (N)", "http_not_redirected", False),
    ("http gives 404", visit(hop(HTTP, 404)), GOOD, "Ja (N)", "http_not_redirected", False),
    (
        "a page with meta refresh",
        visit(replace(hop(HTTP, 200), refresh=HTTPS)),
        GOOD,
        "Ja (N)",
        "http_refresh",
        False,
    ),
    (
        "http to http to https",
        visit(hop(HTTP, 301), hop(f"{HTTP}sv", 302), hop(HTTPS, 200)),
        GOOD,
        "Ja",
        None,
        False,
    ),
    (
        "http to another http host",
        visit(hop(HTTP, 301), hop(f"http://{OTHER}/", 200)),
        GOOD,
        "Ja (N)",
        None,
        False,
    ),
    (
        "http to https elsewhere",
        visit(hop(HTTP, 301), hop(f"https://{OTHER}/", 200)),
        GOOD,
        "Ja",
        None,
        False,
    ),
    ("http loops", visit(hop(HTTP, 301), end=LOOP), GOOD, "Ja (N)", None, False),
    (
        "http leads to https, which loops",
        visit(hop(HTTP, 301), hop(f"{HTTPS}start", 302), end=LOOP),
        GOOD,
        "Ja",
        "http_leads_to_no_page",
        False,
    ),
    (
        "http leads to a page that is gone",
        visit(hop(HTTP, 301), hop(f"{HTTPS}start", 404)),
        GOOD,
        "Ja",
        "http_leads_to_no_page",
        False,
    ),
    (
        "http leads to https on port 80",
        visit(hop(HTTP, 301), hop(f"https://{HOST}:80/", Failure.MALFORMED, NOT_TLS), end=NO_TLS),
        GOOD,
        "Ja",
        "http_leads_to_no_page",
        False,
    ),
    (
        "http leads to https on port 80, 443 refused",
        visit(hop(HTTP, 301), hop(f"https://{HOST}:80/", Failure.MALFORMED, NOT_TLS), end=NO_TLS),
        closed(HTTPS),
        "Ja (trasig)",
        "https_published_but_dead",
        True,
    ),
    (
        "https to another https host",
        TO_HTTPS,
        visit(hop(HTTPS, 301), hop(f"https://{OTHER}/", 200)),
        "Ja",
        None,
        False,
    ),
    (
        "https through http and back",
        TO_HTTPS,
        visit(hop(HTTPS, 301), hop(f"http://{OTHER}/", 301), hop(f"https://{OTHER}/", 200)),
        "Ja",
        "https_via_http",
        False,
    ),
    (
        "http to http on a port we do not visit",
        visit(hop(HTTP, 301), hop(f"http://{HOST}:8080/", None, at=None), end=VisitEnd.NOT_VISITED),
        GOOD,
        "Ja",
        "redirect_not_visited",
        False,
    ),
    # rule 1
    (
        "nothing answers",
        closed(HTTP, Failure.TIMEOUT),
        closed(HTTPS, Failure.TIMEOUT),
        "Ej mätt",
        "web_no_answer",
        True,
    ),
    ("both ports refused", closed(HTTP), closed(HTTPS), "Ej mätt", "web_no_answer", False),
    (
        "port 80 accepts and is silent, 443 refused",
        visit(hop(HTTP, Failure.TIMEOUT), end=NO_HTTP),
        closed(HTTPS),
        "Ej mätt",
        "web_no_answer",
        True,
    ),
    # rule 2
    ("no https", PAGE, closed(HTTPS), "Nej", "https_not_offered", False),
    ("https filtered", PAGE, closed(HTTPS, Failure.TIMEOUT), "Nej", "https_not_offered", True),
    ("no https, http gives 403", visit(hop(HTTP, 403)), closed(HTTPS), "Nej", "https_not_offered", False),
    (
        "https on another host only",
        visit(hop(HTTP, 301), hop(f"https://{OTHER}/", 200)),
        closed(HTTPS),
        "Nej",
        "https_on_other_host_only",
        False,
    ),
    # rule 3
    (
        "http leads to https where nobody answers",
        visit(hop(HTTP, 301), hop(HTTPS, Failure.REFUSED), end=NO_ANSWER),
        closed(HTTPS),
        "Ja (trasig)",
        "https_published_but_dead",
        True,
    ),
    (
        "the same, filtered",
        visit(hop(HTTP, 301), hop(HTTPS, Failure.TIMEOUT), end=NO_ANSWER),
        closed(HTTPS, Failure.TIMEOUT),
        "Ja (trasig)",
        "https_published_but_dead",
        True,
    ),
    ("443 accepts and is silent", PAGE, no_tls(SILENT), "Ja (trasig)", "https_tls_silent", True),
    ("443 silent, 80 closed", closed(HTTP), no_tls(SILENT), "Ja (trasig)", "https_tls_silent", True),
    ("443 speaks plain http", PAGE, no_tls(NOT_TLS), "Ja (trasig)", "https_not_tls", True),
    ("443 refuses every hello", PAGE, no_tls(ALERT), "Ja (trasig)", "https_tls_fails", True),
    (
        "http leads to https on a port we do not visit",
        visit(hop(HTTP, 301), hop(f"https://{HOST}:8443/", None, at=None), end=VisitEnd.NOT_VISITED),
        closed(HTTPS),
        "Ej mätt",
        "redirect_not_visited",
        False,
    ),
    (
        "443 hidden by our own trouble",
        PAGE,
        closed(HTTPS, Failure.LOCAL),
        "Ej mätt",
        "web_not_measured",
        True,
    ),
    # rule 4
    (
        "sent back to http",
        PAGE,
        visit(hop(HTTPS, 302), hop(HTTP, 200)),
        "Nej (ja)",
        "https_back_to_http",
        False,
    ),
    (
        "sent back to http elsewhere, which gives 404",
        PAGE,
        visit(hop(HTTPS, 302), hop(f"http://{OTHER}/", 404)),
        "Nej (ja)",
        "https_back_to_http",
        False,
    ),
    (
        "sent back to http, port 80 closed",
        closed(HTTP),
        visit(hop(HTTPS, 302), hop(HTTP, Failure.REFUSED), end=NO_ANSWER),
        "Nej (ja)",
        "https_back_to_http",
        False,
    ),
    (
        "sent back to http, which leads nowhere",
        visit(hop(HTTP, 301), end=VisitEnd.BAD_LOCATION),
        visit(hop(HTTPS, 302), hop(HTTP, 301), end=VisitEnd.BAD_LOCATION),
        "Nej (ja)",
        "https_back_to_http",
        False,
    ),
    (
        "sent back to http, which loops",
        visit(replace(hop(HTTP, 302), location="/"), end=LOOP),
        visit(hop(HTTPS, 302), replace(hop(HTTP, 302), location="/"), end=LOOP),
        "Nej (ja)",
        "https_back_to_http",
        False,
    ),
    (
        "sent to http at a name that does not exist, from http as well",
        visit(hop(HTTP, 302), hop(f"http://{OTHER}/", None, at=None), end=VisitEnd.UNRESOLVED),
        dies(f"http://{OTHER}/", None, VisitEnd.UNRESOLVED),
        "Nej (ja)",
        "https_back_to_http",
        False,
    ),
    # rule 5
    ("404 on https only", PAGE, from_https(404), "Nej (A)", "https_error_status", False),
    ("404 behind http's redirect", led_to(404), from_https(404), "Nej (A)", "https_error_status", False),
    ("500 on https only", PAGE, from_https(500), "Nej (A)", "https_error_status", True),
    ("404 on both", visit(hop(HTTP, 404)), from_https(404), "Ja (N)", "https_same_error_on_http", False),
    ("404 and 500", visit(hop(HTTP, 500)), from_https(404), "Nej (A)", "https_error_status", False),
    ("403 on https, content on http", PAGE, from_https(403), "Nej (A)", "https_error_status", False),
    ("403 on both", visit(hop(HTTP, 403)), from_https(403), "Ja (N)", "blocked", False),
    ("403 behind http's redirect", led_to(403), from_https(403), "Ja", "blocked", False),
    ("401 with port 80 closed", closed(HTTP), from_https(401), "Ja", "blocked", False),
    ("429", led_to(429), from_https(429), "Ja", "blocked", True),
    ("a loop", led_to(302), visit(hop(HTTPS, 302), end=LOOP), "Nej (A)", "https_redirect_loop", False),
    (
        "a loop on http as well",
        visit(hop(HTTP, 302), end=LOOP),
        visit(hop(HTTPS, 302), end=LOOP),
        "Ja (N)",
        "https_same_error_on_http",
        False,
    ),
    (
        "a loop between http and https",
        visit(hop(HTTP, 302), hop(HTTPS, 302), end=LOOP),
        visit(hop(HTTPS, 302), replace(hop(HTTP, 302), location=HTTPS), end=LOOP),
        "Nej (A)",
        "https_redirect_loop",
        False,
    ),
    (
        "no reply inside TLS",
        PAGE,
        visit(hop(HTTPS, Failure.CLOSED, SESSION), end=NO_HTTP),
        "Nej (A)",
        "https_no_reply",
        True,
    ),
    (
        "no reply inside TLS, port 80 silent",
        visit(hop(HTTP, Failure.TIMEOUT), end=NO_HTTP),
        visit(hop(HTTPS, Failure.CLOSED, SESSION), end=NO_HTTP),
        "Nej (A)",
        "https_no_reply",
        True,
    ),
    (
        "no reply on either port",
        visit(hop(HTTP, Failure.CLOSED), end=NO_HTTP),
        visit(hop(HTTPS, Failure.CLOSED, SESSION), end=NO_HTTP),
        "Ja",
        "https_same_error_on_http",
        True,
    ),
    (
        "dies elsewhere",
        PAGE,
        dies(f"https://{OTHER}/", Failure.REFUSED, NO_ANSWER),
        "Nej (A)",
        "https_chain_dies",
        False,
    ),
    (
        "dies elsewhere, silent",
        PAGE,
        dies(f"https://{OTHER}/", Failure.TIMEOUT, NO_ANSWER),
        "Nej (A)",
        "https_chain_dies",
        True,
    ),
    (
        "to a name that does not exist",
        PAGE,
        dies(f"https://{OTHER}/", None, VisitEnd.UNRESOLVED),
        "Nej (A)",
        "https_chain_name_missing",
        False,
    ),
    (
        "a Location that is none",
        PAGE,
        visit(hop(HTTPS, 302), end=VisitEnd.BAD_LOCATION),
        "Nej (A)",
        "https_bad_location",
        False,
    ),
    (
        "port 80 closed, https dies on its own host",
        closed(HTTP),
        dies(f"{HTTPS}start", Failure.REFUSED, NO_ANSWER),
        "Nej (A)",
        "https_chain_dies",
        False,
    ),
    (
        "to a host without TLS",
        PAGE,
        visit(hop(HTTPS, 302), hop(f"https://{OTHER}/", Failure.CLOSED, SILENT), end=NO_TLS),
        "Nej (A)",
        "https_chain_no_tls",
        True,
    ),
    (
        "a byte now and then inside TLS",
        PAGE,
        visit(hop(HTTPS, Failure.TIMEOUT, SESSION), end=NO_HTTP),
        "Nej (A)",
        "https_reply_late",
        True,
    ),
    (
        "no HTTP inside TLS",
        PAGE,
        visit(hop(HTTPS, Failure.MALFORMED, SESSION), end=NO_HTTP),
        "Nej (A)",
        "https_reply_malformed",
        False,
    ),
    (
        "endless headers inside TLS",
        PAGE,
        visit(hop(HTTPS, Failure.TOO_MUCH, SESSION), end=NO_HTTP),
        "Nej (A)",
        "https_reply_malformed",
        False,
    ),
    # could not tell, so never (A)
    (
        "more redirects than we follow",
        TO_HTTPS,
        visit(hop(HTTPS, 302), hop(f"{HTTPS}x", 302), end=VisitEnd.GAVE_UP),
        "Ja",
        "redirects_too_many",
        False,
    ),
    (
        "slower redirects than we follow",
        TO_HTTPS,
        visit(hop(HTTPS, 302), hop(f"{HTTPS}x", Failure.TIMEOUT, at=None), end=VisitEnd.GAVE_UP),
        "Ja",
        "redirects_too_slow",
        True,
    ),
    (
        "more redirects on http than we follow",
        visit(hop(HTTP, 302), hop(f"{HTTP}x", 302), end=VisitEnd.GAVE_UP),
        GOOD,
        "Ja",
        "redirects_too_many",
        False,
    ),
    (
        "to http on a port that we do not visit",
        TO_HTTPS,
        dies(f"http://{HOST}:8080/", Failure.NOT_ALLOWED, VisitEnd.NOT_VISITED),
        "Ja",
        "https_sent_to_http",
        False,
    ),
    # a redirect that says nowhere
    ("302 without Location", TO_HTTPS, from_https(302), "Ja", "redirect_without_location", False),
    (
        "301 without Location on http",
        visit(hop(HTTP, 301)),
        GOOD,
        "Ja (N)",
        "redirect_without_location",
        False,
    ),
    # (N) that might pass
    ("503 on http", visit(hop(HTTP, 503)), GOOD, "Ja (N)", "http_not_redirected", True),
    (
        "to a private address",
        TO_HTTPS,
        dies("https://intern.example/", Failure.NOT_ALLOWED, VisitEnd.NOT_VISITED),
        "Ja",
        "redirect_not_visited",
        False,
    ),
    (
        "to a name whose servers are silent",
        TO_HTTPS,
        dies(f"https://{OTHER}/", Failure.UNRESOLVABLE, VisitEnd.UNRESOLVED),
        "Ja",
        "redirect_unresolvable",
        True,
    ),
    (
        "our own trouble on the way",
        TO_HTTPS,
        dies(f"https://{OTHER}/", Failure.LOCAL, NO_ANSWER),
        "Ja",
        "redirect_out_of_reach",
        False,
    ),
]


@pytest.mark.parametrize("ruleset", RULESETS.values(), ids=RULESETS.keys())
@pytest.mark.parametrize("case", ONE_ADDRESS, ids=[case[0] for case in ONE_ADDRESS])
def test_one_address(case: tuple[str, Visit, Visit, str, str | None, bool], ruleset: Ruleset) -> None:
    _, http, https, cell, code, may_pass = case
    verdict = judge(evidence(web(endpoint(http, https))), ruleset)
    assert verdict.cell == cell
    assert code is None or code in {finding.code for finding in verdict.findings}
    assert verdict.may_pass is may_pass


BAD = endpoint(PAGE, from_https(404))
SEVERAL = [
    ("both well", web(endpoint(TO_HTTPS, GOOD), GOOD_V6), "Ja", None),
    ("IPv6 dead", web(endpoint(TO_HTTPS, GOOD), DEAD_V6), "Ja", "https_address_silent"),
    (
        "443 refused on one",
        web(endpoint(TO_HTTPS, GOOD), endpoint(PAGE, closed(HTTPS), OTHER_V4)),
        "Ja (N)",
        "https_address_refused",
    ),
    (
        "http leads to https that is refused on one",
        web(
            endpoint(TO_HTTPS, GOOD),
            endpoint(
                visit(hop(HTTP, 301), hop(HTTPS, Failure.REFUSED), end=NO_ANSWER), closed(HTTPS), OTHER_V4
            ),
        ),
        "Ja",
        "https_address_refused",
    ),
    (
        "no TLS session on one",
        web(GOOD_V6, endpoint(PAGE, no_tls(SILENT), broad=RAW_REFUSED)),
        "Ja (trasig)",
        "https_tls_silent",
    ),
    ("an error on one", web(BAD, GOOD_V6), "Ja (N)", "https_address_error_status"),
    (
        "back to http on one",
        web(endpoint(PAGE, visit(hop(HTTPS, 302), hop(HTTP, 200))), GOOD_V6),
        "Ja (N)",
        "https_address_back_to_http",
    ),
    (
        "a loop on one",
        web(
            endpoint(visit(hop(HTTP, 301), hop(HTTPS, 302), end=LOOP), visit(hop(HTTPS, 302), end=LOOP)),
            GOOD_V6,
        ),
        "Ja",
        "https_content_differs",
    ),
    (
        "not tested on one, an error on the other",
        web(
            endpoint(
                TO_HTTPS, dies("https://intern.example/", Failure.NOT_ALLOWED, VisitEnd.NOT_VISITED), OTHER_V4
            ),
            BAD,
        ),
        "Ja (N)",
        "https_content_differs",
    ),
    ("errors on both", web(BAD, replace(BAD, address=OTHER_V4)), "Nej (A)", "https_error_status"),
    (
        "blocked on one, gone on the other",
        web(endpoint(led_to(403), from_https(403)), endpoint(led_to(404), from_https(404), OTHER_V4)),
        "Ja",
        "blocked",
    ),
    (
        "back to http on one, gone on the other",
        web(BAD, endpoint(PAGE, visit(hop(HTTPS, 302), hop(HTTP, 200)), OTHER_V4)),
        "Nej (ja)",
        "https_back_to_http",
    ),
    (
        "the page came over https, but only to the visit from http",
        web(endpoint(TO_HTTPS, visit(hop(HTTPS, 403)))),
        "Ja",
        "https_visits_differ",
    ),
    (
        "the page came over https, and then the connection was refused",
        web(endpoint(TO_HTTPS, closed(HTTPS))),
        "Ja",
        "https_visits_differ",
    ),
    (
        "only a raw hello gets an answer",
        web(endpoint(PAGE, no_tls(ALERT), broad=RAW_SSL3)),
        "Ja (F) (N)",
        "https_content_not_tested",
    ),
    (
        "only a raw hello gets an answer, in terms that the lost ordinary one offered too",
        web(
            endpoint(
                visit(hop(HTTP, 301), hop(HTTPS, Failure.TIMEOUT, SILENT), end=NO_TLS),
                no_tls(SILENT),
                broad=RAW_MODERN,
            )
        ),
        "Ja",
        "tls_ordinary_handshake_lost",
    ),
    (
        "only a raw hello gets an answer, and the ordinary one an alert, in terms that it offered too",
        web(
            endpoint(
                visit(hop(HTTP, 301), hop(HTTPS, ALERT.failure, ALERT), end=NO_TLS),
                no_tls(ALERT),
                broad=RAW_MODERN,
            )
        ),
        "Ja",
        "tls_ordinary_handshake_lost",
    ),
    (
        "SSLv3 besides",
        web(replace(endpoint(TO_HTTPS, GOOD), facts=SSL3_TOO)),
        "Ja (F)",
        "ssl3_offered",
    ),
    (
        "SSLv3 on one of two",
        web(endpoint(TO_HTTPS, GOOD), replace(GOOD_V6, facts=SSL3_TOO)),
        "Ja (F)",
        "ssl3_offered",
    ),
    ("no address", web(), "–", "web_host_no_address"),
    (
        "the host does not exist",
        web(ipv4=LookupOutcome.NXDOMAIN, ipv6=LookupOutcome.NXDOMAIN),
        "–",
        "web_host_no_address",
    ),
    ("A could not be resolved, no AAAA", web(ipv4=LookupOutcome.FAILED), "Ej mätt", "unresolvable"),
    (
        "AAAA could not be resolved",
        web(endpoint(TO_HTTPS, GOOD), ipv6=LookupOutcome.FAILED),
        "Ja",
        "web_lookup_failed",
    ),
    ("a private address only", web(refused=(V4,)), "Ej mätt", "web_address_special_purpose"),
    (
        "a private address besides",
        web(endpoint(TO_HTTPS, GOOD), refused=(V6,)),
        "Ja",
        "web_address_special_purpose",
    ),
    ("excluded", web(failure=Failure.EXCLUDED), "Ej mätt", "excluded_on_request"),
    ("the row's time was up", web(failure=Failure.ROW_DEADLINE), "Ej mätt", "row_deadline"),
    ("our own trouble", web(failure=Failure.LOCAL), "Ej mätt", "web_not_measured"),
]


@pytest.mark.parametrize(
    ("seen", "cell", "code"), [row[1:] for row in SEVERAL], ids=[row[0] for row in SEVERAL]
)
def test_addresses(seen: WebObservation, cell: str, code: str | None) -> None:
    verdict = judge(evidence(seen), RULESETS["2026"])
    assert verdict.cell == cell
    assert code is None or code in {finding.code for finding in verdict.findings}


@pytest.mark.parametrize(
    ("seen", "may_pass"),
    [
        pytest.param(no_tls(ALERT), False, id="refused the ordinary handshake"),
        pytest.param(no_tls(SILENT), True, id="did not answer it in time"),
    ],
)
def test_a_raw_session_after_a_failure_that_may_pass_is_tried_again(seen: Visit, *, may_pass: bool) -> None:
    raw = endpoint(PAGE, seen, broad=RAW_SSL3)
    assert judge(evidence(web(raw)), RULESETS["2026"]).may_pass is may_pass
    assert judge(evidence(web(GOOD_V6, raw)), RULESETS["2026"]).may_pass is may_pass


@pytest.mark.parametrize(
    ("seen", "ipv4", "ipv6", "cell"),
    [
        pytest.param(web(endpoint(TO_HTTPS, GOOD), DEAD_V6), Fact.YES, Fact.NO, "Ja", id="no IPv6 here"),
        pytest.param(
            web(endpoint(PAGE, closed(HTTPS)), DEAD_V6), Fact.YES, Fact.NO, "Nej", id="no IPv6, no https"
        ),
        pytest.param(web(DEAD_V6), Fact.YES, Fact.NO, "Ej mätt", id="only AAAA, no IPv6 here"),
        pytest.param(
            web(endpoint(closed(HTTP, Failure.UNREACHABLE), closed(HTTPS, Failure.UNREACHABLE))),
            Fact.NO,
            Fact.YES,
            "Ej mätt",
            id="only A, no IPv4 here",
        ),
        pytest.param(
            web(endpoint(closed(HTTP, Failure.UNREACHABLE), closed(HTTPS, Failure.UNREACHABLE)), DEAD_V6),
            Fact.NO,
            Fact.YES,
            "Ej mätt",
            id="both, no IPv4 here, IPv6 dead",
        ),
        pytest.param(
            web(endpoint(closed(HTTP), closed(HTTPS)), GOOD_V6),
            Fact.NO,
            Fact.YES,
            "Ja",
            id="both, no IPv4 here",
        ),
    ],
)
def test_a_family_that_the_vantage_lacks_proves_nothing(
    seen: WebObservation, ipv4: Fact, ipv6: Fact, cell: str
) -> None:
    verdict = judge(evidence(seen, ipv4=ipv4, ipv6=ipv6), RULESETS["2026"])
    assert verdict.cell == cell
    lacking = {f"vantage_no_ipv{version}" for version, fact in ((4, ipv4), (6, ipv6)) if fact is Fact.NO}
    codes = {finding.code for finding in verdict.findings}
    assert lacking <= codes
    assert "web_no_answer" not in codes


def test_a_target_only_in_the_family_that_the_vantage_lacks_is_not_tested() -> None:
    there = visit(
        hop(HTTPS, 302), hop(f"https://{OTHER}/", Failure.UNREACHABLE, at=V6), end=VisitEnd.NO_ANSWER
    )
    verdict = judge(evidence(web(endpoint(TO_HTTPS, there)), ipv6=Fact.NO), RULESETS["2026"])
    assert verdict.cell == "Ja"
    assert "redirect_out_of_reach" in {finding.code for finding in verdict.findings}


@pytest.mark.parametrize(
    ("hsts", "code"),
    [
        pytest.param("max-age=31536000", None, id="sent"),
        pytest.param(None, "hsts_missing", id="not sent"),
        pytest.param("includeSubDomains", "hsts_malformed", id="malformed"),
        pytest.param("", "hsts_malformed", id="empty"),
        pytest.param("max-age=0", "hsts_off", id="taken back"),
    ],
)
def test_hsts_is_a_note(hsts: str | None, code: str | None) -> None:
    page = visit(replace(hop(HTTPS, 200), hsts=hsts))
    verdict = judge(evidence(web(endpoint(TO_HTTPS, page))), RULESETS["2026"])
    assert verdict.cell == "Ja"
    assert {found.code for found in verdict.findings if found.code.startswith("hsts_")} == ({code} - {None})


def test_ten_redirects_after_the_one_from_http_are_not_too_many() -> None:
    longer = visit(hop(HTTP, 301), *(hop(f"{HTTPS}{n}", 302) for n in range(10)), end=VisitEnd.GAVE_UP)
    verdict = judge(evidence(web(endpoint(longer, GOOD))), RULESETS["2026"])
    assert verdict.cell == "Ja"
    assert "redirects_too_many" not in {finding.code for finding in verdict.findings}


def test_faults_name_the_address() -> None:
    verdict = judge(
        evidence(web(endpoint(TO_HTTPS, GOOD), replace(GOOD_V6, facts=SSL3_TOO))), RULESETS["2026"]
    )
    assert {finding.subject for finding in verdict.findings if finding.code == "ssl3_offered"} == {str(V6)}


def test_a_second_attempt_is_said() -> None:
    seen = replace(evidence(web(endpoint(TO_HTTPS, GOOD))), second_attempt=frozenset({"web"}))
    assert "second_attempt" in {finding.code for finding in judge(seen, RULESETS["2026"]).findings}


def test_no_verdict_names_a_finding_twice() -> None:
    for _, http, https, *_ in ONE_ADDRESS:
        seen = web(endpoint(http, https), endpoint(http, https, OTHER_V4), endpoint(http, https, V4))
        findings = judge(evidence(seen), RULESETS["2026"]).findings
        assert len(findings) == len(set(findings))


@pytest.mark.parametrize(
    "led",
    [
        TO_HTTPS,
        visit(hop(HTTP, 301), hop(f"{HTTPS}start", 403)),
        visit(
            hop(HTTP, 301), hop("https://10.0.0.1/", Failure.NOT_ALLOWED, at=None), end=VisitEnd.NOT_VISITED
        ),
        visit(hop(HTTP, 301), hop(f"{HTTPS}x", Failure.TIMEOUT, at=None), end=VisitEnd.GAVE_UP),
        PAGE,
        closed(HTTP),
    ],
    ids=[
        "to the page",
        "to where we are blocked",
        "out of our sight",
        "too slowly",
        "nowhere",
        "port 80 closed",
    ],
)
def test_http_that_leads_astray_is_not_said_of(led: Visit) -> None:
    verdict = judge(evidence(web(endpoint(led, GOOD))), RULESETS["2026"])
    assert "http_leads_to_no_page" not in {found.code for found in verdict.findings}


def test_an_address_that_https_was_had_from_is_not_called_silent() -> None:
    """The visit from https met nobody there; the chain from http, a moment earlier, got its page."""
    led = visit(hop(HTTP, 301), hop(f"{HTTPS}start", 200))
    verdict = judge(evidence(web(endpoint(led, closed(HTTPS, Failure.TIMEOUT)))), RULESETS["2026"])
    codes = {found.code for found in verdict.findings}
    assert verdict.cell == "Ja"
    assert "https_visits_differ" in codes
    assert "https_address_silent" not in codes


@pytest.mark.parametrize(
    ("failure", "said"), [(Failure.LOCAL, False), (Failure.TIMEOUT, True)], ids=["our own trouble", "theirs"]
)
def test_an_address_is_called_dead_for_its_own_silence_only(failure: Failure, said: bool) -> None:
    half = endpoint(closed(HTTP, failure, at=V6), visit(hop(HTTPS, 200, at=V6)), V6)
    verdict = judge(evidence(web(endpoint(TO_HTTPS, GOOD), half)), RULESETS["2026"])
    assert ("http_address_dead" in {found.code for found in verdict.findings}) is said
