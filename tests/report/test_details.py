"""The evidence behind web and mail verdicts: complete in both languages, harmless, and as the schema says."""

import json
import string
import unicodedata
from dataclasses import fields, replace
from datetime import UTC, datetime

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.mail_stages import AddressStages, HostStages, Outcome, Stage, StageOutcome
from checker.observations.failure import Failure
from checker.observations.mail import MailState
from checker.observations.tls import TlsFacts
from checker.observations.web import VisitEnd
from checker.report.details_screen import journey_lines, mail_lines, service_lines
from checker.report.export_json import result_object, schema_text
from checker.report.spool import decode, encode
from checker.report.words import LANGS, Lang, closed_words, details_words
from checker.row_details import RowDetails
from checker.tls_services import CertificateLine, HelloAnswer, TlsFact, TlsService
from checker.web_journeys import Journey, Step
from tests.report.rows import HOSTILE, result_of

FIXED = datetime(2026, 11, 1, tzinfo=UTC)
st.register_type_strategy(datetime, st.just(FIXED))
OURS = st.just("ours")
"""Addresses, protocols and suites: never a server's own words."""
DETAILS = st.builds(
    RowDetails,
    mail_hosts=st.tuples(
        st.builds(
            HostStages,
            addresses=st.tuples(
                st.builds(
                    AddressStages,
                    address=OURS,
                    state=st.sampled_from([state.value for state in MailState]),
                    stages=st.tuples(*(st.builds(StageOutcome, stage=st.just(stage)) for stage in Stage)),
                )
            ),
        )
    ),
    journeys=st.tuples(
        st.builds(
            Journey,
            steps=st.lists(
                st.builds(Step, address=OURS, failure=OURS, protocol=OURS), min_size=1, max_size=3
            ).map(tuple),
            end=st.sampled_from([end.value for end in VisitEnd]),
        )
    ),
    web_services=st.tuples(
        st.builds(
            TlsService,
            address=OURS,
            version=OURS,
            suite=OURS,
            facts=st.just(()),
            certificates=st.tuples(st.builds(CertificateLine, key=OURS, signature_hash=OURS)),
            hellos=st.just(()),
        )
    ),
    mail_services=st.just(()),
    chains=st.just(()),
)


def harmless(line: str) -> bool:
    """Nothing that moves the cursor, hides or turns text around."""
    return not {unicodedata.category(character) for character in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def lines(details: RowDetails, lang: Lang) -> list[str]:
    return [
        *mail_lines(details.mail_hosts, lang=lang),
        *journey_lines(details.journeys, lang=lang),
        *service_lines((*details.mail_services, *details.web_services), lang=lang),
    ]


def passed(stage: Stage, **more: str) -> StageOutcome:
    return StageOutcome(stage=stage, outcome=Outcome.PASSED, **more)


GOOD = RowDetails(
    mail_hosts=(
        HostStages(
            name="mx.example.se",
            preference=10,
            addresses=(
                AddressStages(
                    address="192.0.2.25",
                    state="tls",
                    stages=tuple(
                        passed(stage, words="220 mx ready" if stage is Stage.BANNER else "")
                        for stage in Stage
                    ),
                ),
            ),
        ),
    ),
    journeys=(
        Journey(
            steps=(
                Step(url="http://a.se/", address="192.0.2.1", status=301),
                Step(url="https://a.se/", address="192.0.2.1", status=200, protocol="TLSv1.3", hsts="max-age=1"),
            ),
            end="content",
        ),
    ),
    web_services=tuple(
        TlsService(
            host="a.se",
            address=address,
            port=443,
            outcome="established",
            version="TLSv1.3",
            suite="TLS_AES_128_GCM_SHA256",
            facts=tuple(
                TlsFact(name=field.name, fact=field.default)  # type: ignore[arg-type]  # the facts' own default
                for field in fields(TlsFacts)
                if field.name not in ("dh_prime_bits", "hellos")
            ),
            hellos=(HelloAnswer(name="ssl2", offered="SSLv2", outcome="silent", failure="timeout"),),
            certificates=(
                CertificateLine(
                    subject="CN=a.se",
                    issuer="CN=ca",
                    names=("a.se",),
                    not_before=FIXED,
                    not_after=FIXED,
                    key="EC 256",
                    signature_hash="sha256",
                    sha256="0" * 64,
                ),
            ),
            trust="trusted",
            store="lab",
        )
        for address in ("192.0.2.1", "2001:db8::1")
    ),
)  # fmt: skip


def test_both_languages_say_the_same_things() -> None:
    def wanted(phrase: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}

    swedish, english = details_words("sv"), details_words("en")
    assert {name: wanted(text) for name, text in swedish.items()} == {
        name: wanted(text) for name, text in english.items()
    }


@pytest.mark.parametrize("lang", LANGS)
def test_every_closed_value_has_words(lang: Lang) -> None:
    words = details_words(lang)
    assert set(words) >= {stage.value for stage in Stage} | {f"state_{state.value}" for state in MailState}
    assert set(words) >= {f"fact_{f.name}" for f in fields(TlsFacts)} - {"fact_dh_prime_bits", "fact_hellos"}
    told = {VisitEnd.CONTENT, VisitEnd.NO_ANSWER, VisitEnd.NO_TLS, VisitEnd.NO_HTTP}  # by their last step
    assert set(words) >= {f"end_{end.value}" for end in set(VisitEnd) - told}
    assert set(closed_words(lang)["values"]) >= {failure.value for failure in Failure}


def test_a_good_row_is_told_plainly() -> None:
    text = "\n".join(lines(GOOD, "en"))
    assert "✓ STARTTLS" in text
    assert "banner: “220 mx ready”" in text
    assert "→ https://a.se/ 200, TLSv1.3, HSTS" in text
    assert "a.se (192.0.2.1:443, [2001:db8::1]:443): TLSv1.3" in text  # told once for both
    assert "trust: accepted" in text


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
@given(DETAILS, st.sampled_from(LANGS))
def test_whatever_servers_say_the_lines_are_harmless(details: RowDetails, lang: Lang) -> None:
    assert all(map(harmless, lines(details, lang)))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
@given(DETAILS)
def test_details_survive_the_spool(details: RowDetails) -> None:
    result = replace(result_of(starttls="Ja", https="Ja"), details=details)
    assert decode(json.loads(json.dumps(encode(result)))) == result


def test_the_schema_knows_every_detail() -> None:
    schema = json.loads(schema_text())
    shown = result_object(replace(result_of(starttls="Ja", https="Ja"), details=GOOD))
    jsonschema.validate(shown, {"$ref": "#/$defs/result", "$defs": schema["$defs"]})
    assert shown["indicators"]["starttls"]["hosts"][0]["addresses"][0]["stages"]["banner"] == {
        "outcome": "passed",
        "words": "220 mx ready",
    }
    assert [step["status"] for step in shown["indicators"]["https"]["visits"][0]["steps"]] == [301, 200]


def test_hostile_words_are_neutralised_in_json() -> None:
    stage = StageOutcome(stage=Stage.BANNER, outcome=Outcome.FAILED, words=HOSTILE)
    (host,) = GOOD.mail_hosts
    hostile = replace(host, name=HOSTILE, addresses=(replace(host.addresses[0], stages=(stage,)),))
    shown = result_object(replace(result_of(starttls="Ja"), details=RowDetails(mail_hosts=(hostile,))))
    (told,) = shown["indicators"]["starttls"]["hosts"]
    assert harmless(told["host"])
    assert harmless(told["addresses"][0]["stages"]["banner"]["words"])
