from checker.observations.fact import Fact
from checker.observations.mail import MailState
from checker.observations.row import Row
from checker.row import measure
from tests.fakes import VANTAGE
from tests.lab.internet import MiniatureInternet
from tests.lab.scenario import Organisation, Signing, Zone
from tests.lab.sweep import conversations

ORGANISATION = Organisation(code="A", region="A", domain="a.se", zone=Zone(signing=Signing.SIGNED))
ROW = Row(code="A", region="A", domain="a.se", web_host="www.a.se", mail_domain="a.se")


async def test_a_row_in_the_laboratory_is_seen_whole_twice() -> None:
    async with MiniatureInternet((ORGANISATION,)) as internet:
        network = internet.network(wait_s=2.0)
        probes = conversations(internet, network)
        for fresh in (False, True):
            evidence = await measure(
                ROW,
                {"dnssec", "web", "mail"},
                probes,
                vantage=VANTAGE,
                clock=network.clock,
                deadline_s=20,
                fresh=fresh,
            )
            assert evidence.dnssec is not None
            assert evidence.web is not None
            assert evidence.mail is not None
            asked = {(reply.name, reply.type) for view in evidence.dnssec[0].views for reply in view.replies}
            assert {("www.a.se.", "A"), ("www.a.se.", "AAAA"), ("a.se.", "MX")} <= asked
            facts = evidence.web.endpoints[0].facts
            assert facts is not None
            assert facts.tls12 is Fact.YES
            assert [one.state for host in evidence.mail.hosts for one in host.sessions] == [MailState.TLS]
