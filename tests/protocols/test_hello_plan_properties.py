"""The plan against servers of every sort: it ends within ten connections and says nothing that is not so."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import HelloReply, TlsOutcome
from checker.protocols.hello_plan import MAX_CONNECTIONS, MAX_SILENCES, next_hello
from checker.protocols.suites import NAMES
from checker.protocols.tls_facts import tls_facts
from tests.protocols.simulated_servers import SIMULATED, Simulated, followed, wrong_facts


@settings(max_examples=150, deadline=None)
@given(SIMULATED)
def test_no_server_gets_too_many_connections_nor_a_fact_that_is_not_so(server: Simulated) -> None:
    facts = followed(server)
    assert len(server.asked) <= MAX_CONNECTIONS
    assert len(facts.hellos) <= len(server.asked)
    names = [hello.name for hello in facts.hellos]
    assert len(set(names)) == len(names)
    assert wrong_facts(server, facts) == {}


@settings(max_examples=50, deadline=None)
@given(SIMULATED)
def test_a_server_that_refuses_by_alert_leaves_no_version_open(server: Simulated) -> None:
    plain = replace(server, wrong_version="alert 70", wrong_suite="alert 40", bans_after=None, ban="")
    facts = followed(plain)
    if plain.handshake.outcome is TlsOutcome.ESTABLISHED and any(map(plain.usable, plain.versions)):
        assert Fact.NOT_TESTED not in (facts.ssl2, facts.ssl3, facts.tls10, facts.tls11, facts.tls13)
        assert len(plain.asked) <= MAX_CONNECTIONS


ANY_REPLY = st.builds(
    HelloReply,
    name=st.just(""),
    outcome=st.sampled_from(TlsOutcome),
    version=st.sampled_from(["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"]),
    suite=st.sampled_from([None, *NAMES]),
    alert=st.sampled_from([None, 0, 40, 70, 80, 112]),
    failure=st.sampled_from([None, *Failure]),
)


@settings(max_examples=150, deadline=None)
@given(SIMULATED, st.lists(st.one_of(st.none(), ANY_REPLY), min_size=20, max_size=20))
def test_whatever_is_answered_the_plan_ends(server: Simulated, answers: list[HelloReply | None]) -> None:
    replies: list[HelloReply] = []
    failed = 0
    for answer in answers:
        hello = next_hello(server.handshake, replies, failed=failed)
        if hello is None:
            break
        if answer is None:
            failed += 1
        else:
            replies.append(replace(answer, name=hello.name))
    assert len(replies) + failed <= MAX_CONNECTIONS
    assert next_hello(server.handshake, replies, failed=MAX_CONNECTIONS - len(replies)) is None
    waits = Counter(reply.failure for reply in replies if reply.outcome is not TlsOutcome.ESTABLISHED)
    assert waits[Failure.TIMEOUT] <= MAX_SILENCES + 2 or any(reply.alert for reply in replies)
    tls_facts(server.handshake, replies)
