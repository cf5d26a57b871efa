"""The bare domain as a starting point: few connections, known chains not followed twice, nothing forbidden visited."""

import asyncio
from ipaddress import ip_address

from checker.network.addresses import AddressPolicy
from checker.observations.dns import IPAddress, LookupOutcome
from checker.observations.web import BareDomain, VisitEnd
from checker.probes.bare_domain import BareDomainRun
from checker.probes.web import observe_web
from checker.protocols.chain_trust import CaStore
from tests.probes.web_lab import HOST, V4, V6, Resolver, Script, WebLab, hangs, lab, redirect, response

DOMAIN = "example.se"
BARE = ip_address("192.0.2.9")
STORE = CaStore("nothing", b"")
PAGE = response(200)
TO_WWW = redirect(f"https://{HOST}/")
WWW = {(V4, 80): TO_WWW, (V4, 443): PAGE}


async def seen(network: WebLab, resolver: Resolver, domain: str = DOMAIN) -> BareDomain | None:
    web = await observe_web(HOST, network, resolver, ca_store=STORE)
    network.asked.clear()
    run = BareDomainRun(domain, web, network, resolver, ca_store=STORE)
    await run.run()
    return run.observation


def resolver(*addresses: str) -> Resolver:
    return Resolver({HOST: (str(V4),), DOMAIN: addresses})


async def test_two_connections_when_it_leads_to_the_web_host() -> None:
    servers = {**WWW, (BARE, 80): redirect(f"http://{HOST}/"), (BARE, 443): TO_WWW}
    async with lab(servers) as network:
        bare = await seen(network, resolver(str(BARE)))
        assert [place for place, _ in network.asked] == [f"{BARE}:80", f"{BARE}:443"]
    assert bare is not None
    assert bare.http is not None
    assert bare.https is not None
    assert [hop.url for hop in bare.http.hops] == [f"http://{DOMAIN}/", f"http://{HOST}/", f"https://{HOST}/"]
    assert [hop.url for hop in bare.https.hops] == [f"https://{DOMAIN}/", f"https://{HOST}/"]
    assert bare.http.end is bare.https.end is VisitEnd.CONTENT
    handshake = bare.https.hops[0].handshake
    assert handshake is not None
    assert handshake.trust is not None


async def test_trouble_that_may_pass_is_tried_again_and_only_that() -> None:
    answers = iter((response(503), TO_WWW))

    async def heals(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(next(answers))

    servers: dict[tuple[IPAddress, int], Script | bytes] = {**WWW, (BARE, 80): heals, (BARE, 443): TO_WWW}
    async with lab(servers) as network:
        web = await observe_web(HOST, network, resolver(str(BARE)), ca_store=STORE)
        run = BareDomainRun(DOMAIN, web, network, resolver(str(BARE)), ca_store=STORE)
        statuses = []
        for _ in range(3):
            await run.run()
            assert run.observation is not None
            assert run.observation.http is not None
            statuses.append(run.observation.http.hops[0].status)
        assert statuses == [503, 301, 301]
        assert [place for place, _ in network.asked].count(f"{BARE}:80") == 2


async def test_ipv6_where_nothing_answers_over_ipv4() -> None:
    async with lab({**WWW, (V6, 80): PAGE}) as network:
        bare = await seen(network, resolver(str(BARE), str(V6)))
        assert [place for place, _ in network.asked] == [f"{V6}:80"]
    assert bare is not None
    assert bare.http is not None
    assert (bare.http.hops[0].address, bare.http.hops[0].status) == (V6, 200)


async def test_a_domain_without_address_is_not_visited() -> None:
    async with lab(WWW) as network:
        bare = await seen(network, resolver())
        assert network.asked == []
    assert bare is not None
    assert (bare.http, bare.https) == (None, None)
    assert bare.ipv4.outcome is LookupOutcome.NODATA


async def test_a_private_address_is_named_and_not_visited() -> None:
    async with lab(WWW) as network:
        bare = await seen(network, resolver("10.1.2.3"))
        assert network.asked == []
    assert bare is not None
    assert bare.refused_addresses == (ip_address("10.1.2.3"),)
    assert bare.http is None


async def test_the_web_host_itself_is_not_visited_twice() -> None:
    async with lab(WWW) as network:
        assert await seen(network, resolver(), domain=HOST) is None
        assert network.asked == []


async def test_what_the_settings_exclude_is_not_asked() -> None:
    policy = AddressPolicy(excluded_names=(DOMAIN,))
    async with lab({(BARE, 80): PAGE}, policy=policy) as network:
        assert await seen(network, resolver(str(BARE))) is None
        assert network.asked == []


async def test_silence_is_no_answer() -> None:
    async with lab({**WWW, (BARE, 80): hangs, (BARE, 443): hangs}, wait_s=0.1) as network:
        bare = await seen(network, resolver(str(BARE)))
    assert bare is not None
    assert bare.http is not None
    assert bare.http.end is VisitEnd.NO_HTTP
