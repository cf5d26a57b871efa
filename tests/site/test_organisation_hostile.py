import tempfile
import unicodedata
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.authentication_chain import AuthenticationChain
from checker.comments import Comment
from checker.mail_stages import AddressStages, HostStages, Outcome, Stage, StageOutcome
from checker.observations.fact import Fact
from checker.observations.mail import MailState
from checker.observations.tls import TlsFacts, TlsOutcome
from checker.observations.vantage import Vantage
from checker.observations.web import VisitEnd
from checker.report.words import LANGS
from checker.row_details import RowDetails
from checker.site import organisation
from checker.tls_services import CertificateLine, HelloAnswer, TlsFact, TlsService
from checker.verdict import Finding, Severity
from checker.web_journeys import Journey, Step
from tests.report.rows import HOSTILE, SWEEP, result_of, row_of, verdict_of
from tests.site.html_tree import tree_of
from tests.site.sites import material_of, pages_of

FIXED = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = st.one_of(
    st.just(HOSTILE),
    st.sampled_from(
        (
            '"><script>alert(1)</script>',
            "'\"><img src=x onerror=alert(1)>",
            "{{ 7 * 7 }}{% raw %}",
            "javascript:alert(1)",
            "\u202egnp.exe\u2066",
            "</title></main><h1>",
            "\x00\x07\x1b]0;x\x07",
            "=cmd|' /C calc'!A0",
            "\u202e\u200b\ufeff",
            "",
        )
    ),
    st.text(max_size=40),
)
FACTS = [field.name for field in fields(TlsFacts) if field.name not in {"hellos", "dh_prime_bits"}]
SERVICES = st.builds(
    TlsService,
    host=WORDS,
    address=WORDS,
    port=st.just(443),
    outcome=WORDS,
    version=WORDS,
    suite=WORDS,
    facts=st.just(tuple(TlsFact(name=name, fact=Fact.NOT_TESTED) for name in FACTS)),
    dh_prime_bits=st.none(),
    hellos=st.tuples(
        st.builds(
            HelloAnswer,
            name=WORDS,
            offered=WORDS,
            outcome=st.one_of(WORDS, st.sampled_from(TlsOutcome)),
            version=WORDS,
            suite=WORDS,
            alert=st.sampled_from((None, 40)),
            failure=WORDS,
        )
    ),
    certificates=st.lists(
        st.builds(
            CertificateLine,
            subject=WORDS,
            issuer=WORDS,
            names=st.lists(WORDS, max_size=15).map(tuple),
            not_before=st.sampled_from((None, FIXED)),
            not_after=st.sampled_from((None, FIXED)),
            key=WORDS,
            signature_hash=WORDS,
            sha256=WORDS,
        ),
        max_size=2,
    ).map(tuple),
    trust=WORDS,
    store=WORDS,
)
DETAILS = st.builds(
    RowDetails,
    mail_hosts=st.tuples(
        st.builds(
            HostStages,
            name=WORDS,
            preference=st.integers(0, 65535),
            addresses=st.tuples(
                st.builds(
                    AddressStages,
                    address=WORDS,
                    state=st.sampled_from([state.value for state in MailState]),
                    stages=st.tuples(
                        *(
                            st.builds(
                                StageOutcome,
                                stage=st.just(stage),
                                outcome=st.sampled_from(Outcome),
                                words=WORDS,
                                detail=WORDS,
                            )
                            for stage in Stage
                        )
                    ),
                )
            ),
        )
    ),
    journeys=st.tuples(
        st.builds(
            Journey,
            steps=st.lists(
                st.builds(
                    Step,
                    url=st.one_of(WORDS, WORDS.map("http://www.sll.se/{}".format)),
                    address=WORDS,
                    status=st.sampled_from((0, 200, 301)),
                    failure=WORDS,
                    protocol=WORDS,
                    hsts=WORDS,
                    refresh=WORDS,
                ),
                min_size=1,
                max_size=3,
            ).map(tuple),
            end=st.sampled_from([end.value for end in VisitEnd]),
        )
    ),
    mail_services=st.tuples(SERVICES),
    web_services=st.tuples(SERVICES),
    chains=st.tuples(
        st.builds(AuthenticationChain, name=WORDS, status=st.just("indeterminate"), zones=st.just(()))
    ),
)


@given(details=DETAILS, words=WORDS, data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_whatever_servers_lists_and_commenters_say_stays_text(
    details: RowDetails, words: str, data: st.DataObject
) -> None:
    row = replace(row_of(region=words), group=words, domain="sll.se")
    findings = tuple(
        Finding(code=code, severity=severity, subject=words, params=((words, words), ("detail", words)))
        for code, severity in (("hsts_missing", Severity.NOTE), ("starttls_not_offered", Severity.FAULT))
    )
    verdicts = tuple(
        verdict_of(column, "Nej", row, findings)
        for column in ("starttls", "https", "dnssec", "www_ipv6", "mail_ipv6")
    )
    result = replace(result_of(row), verdicts=verdicts, details=details)
    comment = Comment(
        code="AB",
        text=words,
        author=words,
        date=words,
        lang=words,
        indicator=data.draw(st.sampled_from(("", "https", words))),
        finding=data.draw(st.sampled_from(("", "hsts_missing", words))),
    )
    vantage: Vantage = replace(SWEEP.vantage, name=words)
    with tempfile.TemporaryDirectory() as directory:
        material = material_of(result, comments={"AB": (comment,)}, sweep=replace(SWEEP, vantage=vantage))
        for lang in LANGS:
            pages = pages_of(Path(directory), material, lang)
            organisation.write(pages, result)
            text = (Path(directory) / pages.folder / "organisation/AB/index.html").read_text(encoding="utf-8")
            assert not {unicodedata.category(character) for character in text.replace("\n", "")} & {
                "Cc",
                "Cf",
                "Cs",
                "Zl",
                "Zp",
            }
            root = tree_of(Path(directory) / pages.folder / "organisation/AB/index.html")
            assert len(root.all("script")) == 1
            assert not root.one("main").all("img")
            assert len(root.all("h1")) == 1
            for each in root.walk():
                assert not [name for name in each.attributes if name.startswith("on") or name == "style"]
                href = each.attributes.get("href", "")
                assert not href.lower().startswith(("javascript:", "data:"))
                assert " " not in each.attributes.get("id", "")
