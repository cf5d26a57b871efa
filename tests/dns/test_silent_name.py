"""A server that is silent with EDNS about one name only: what that says of the rest that it serves."""

import dns.message
import dns.name
import dns.rdatatype

from checker.dns.exchange import Exchange
from tests.dns.scripted import ScriptedNetwork, ScriptedServer, serving
from tests.dns.test_exchange import ADDRESS, NAME, SERVER, ZONE, good

AWKWARD = dns.name.from_text("awkward.example.")


def silent_about_one_name(query: dns.message.Message) -> bytes | None:
    """NSD 4.6 is, to questions with DO for names whose NSEC3 has other parameters than the zone's."""
    if query.question[0].name == AWKWARD and query.edns >= 0:
        return None
    return good(query)


async def test_a_server_known_to_have_edns_is_asked_with_edns_afterwards() -> None:
    server = ScriptedServer(silent_about_one_name)
    async with serving(server):
        exchange = Exchange(ScriptedNetwork([(ADDRESS, server)], wait_s=0.4))
        replies = [
            await exchange.ask(SERVER, name, dns.rdatatype.A, zone=ZONE) for name in (NAME, AWKWARD, NAME)
        ]
    assert [reply.message is not None and reply.message.edns for reply in replies] == [True, False, True]
