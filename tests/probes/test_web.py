import asyncio
import itertools
from ipaddress import ip_address, ip_network

import pytest

from checker.network.addresses import AddressPolicy
from checker.observations.dns import LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import TlsOutcome
from checker.observations.web import VisitEnd, WebObservation
from checker.probes.web import ADDRESSES_PER_FAMILY, observe_web
from checker.probes.web_visit import MAX_REDIRECTS
from checker.protocols.ca_store import CaStore
from tests.probes.web_lab import (
    HOST,
    V4,
    V6,
    Resolver,
    Script,
    WebLab,
    certificate,
    hangs,
    lab,
    redirect,
    response,
    says,
)

HTTP, HTTPS = f"http://{HOST}/", f"https://{HOST}/"
OTHER = ip_address("192.0.2.9")
STORE = CaStore("lab", certificate()[0])
PAGE = response(200, "Content-Type: text/html", body=b"<p>Hej")


async def observe(network: WebLab, **names: tuple[str, ...] | LookupOutcome) -> WebObservation:
    known = {HOST: (str(V4),), **{name.replace("_", "."): value for name, value in names.items()}}
    return await observe_web(HOST, network, Resolver(known), ca_store=STORE)


def by_path(pages: dict[str, bytes]) -> Script:
    """A server with pages by path."""

    async def script(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(pages[request.split()[1].decode()])

    return script


async def test_http_leads_to_https_and_each_url_is_asked_once() -> None:
    async with lab(
        {(V4, 80): redirect(HTTPS), (V4, 443): response(200, "Strict-Transport-Security: max-age=1")}
    ) as net:
        seen = await observe(net)
    (endpoint,) = seen.endpoints
    assert [hop.url for hop in endpoint.http.hops] == [HTTP, HTTPS]
    assert endpoint.http.end is endpoint.https.end is VisitEnd.CONTENT
    assert endpoint.http.hops[1] == endpoint.https.hops[0]
    assert endpoint.https.hops[0].hsts == "max-age=1"
    assert net.counts == {"tcp:80": 1, "tcp:443": 1}
    assert seen.failure is None


async def test_the_request_introduces_us_and_keeps_the_name() -> None:
    async with lab({(V4, 80): PAGE}) as net:
        await observe(net)
    (_, request) = net.asked[0]
    assert request.startswith("GET / HTTP/1.1\r\n")
    assert f"\r\nHost: {HOST}\r\n" in request
    assert f"\r\nUser-Agent: {net.identity.user_agent}\r\n" in request
    assert "\r\nAccept-Encoding: identity\r\n" in request
    assert "\r\nConnection: close\r\n" in request


async def test_the_chain_is_taken_and_judged_without_a_response() -> None:
    async with lab({(V4, 443): b""}) as net:
        seen = await observe(net)
    (endpoint,) = seen.endpoints
    (hop,) = endpoint.https.hops
    assert (endpoint.https.end, hop.failure) == (VisitEnd.NO_HTTP, Failure.CLOSED)
    assert hop.handshake is not None
    assert hop.handshake.outcome is TlsOutcome.ESTABLISHED
    assert len(hop.handshake.chain) == 1
    assert hop.handshake.trust is not None
    assert hop.handshake.trust.trusted is Fact.YES
    assert hop.handshake.trust.store == "lab"
    assert endpoint.broad is None
    assert (endpoint.http.end, endpoint.http.hops[0].failure) == (VisitEnd.NO_ANSWER, Failure.REFUSED)


async def test_a_broad_hello_follows_a_failed_handshake() -> None:
    async with lab({(V4, 443): b"HTTP/1.0 400 no\r\n\r\n"}, plain_443=True, wait_s=0.3) as net:
        seen = await observe(net)
    (endpoint,) = seen.endpoints
    assert endpoint.https.end is VisitEnd.NO_TLS
    assert endpoint.broad is not None
    assert endpoint.broad.outcome is not TlsOutcome.ESTABLISHED


@pytest.mark.parametrize(
    ("said", "end", "status", "failure"),
    [
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\nold", VisitEnd.CONTENT, 200, None, id="HTTP/1.0"),
        pytest.param(b"HTTP/1.1 103 X\r\n\r\n" + PAGE, VisitEnd.CONTENT, 200, None, id="early hints"),
        pytest.param(b"HTTP/1.1 204 X\r\n\r\n", VisitEnd.CONTENT, 204, None, id="no content"),
        pytest.param(b"HTTP/1.1 304 X\r\n\r\n", VisitEnd.CONTENT, 304, None, id="not modified"),
        pytest.param(
            b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nx", VisitEnd.CONTENT, 200, None, id="cut short"
        ),
        pytest.param(
            b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            VisitEnd.CONTENT,
            200,
            None,
            id="bad chunks",
        ),
        pytest.param(
            b"HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n\x1f\x8b\x08",
            VisitEnd.CONTENT,
            200,
            None,
            id="compressed unasked",
        ),
        pytest.param(
            b"HTTP/1.1 200 X\r\n\r\n" + b"x" * 300_000, VisitEnd.CONTENT, 200, None, id="endless body"
        ),
        pytest.param(b"", VisitEnd.NO_HTTP, None, Failure.CLOSED, id="empty reply"),
        pytest.param(b"SSH-2.0-x\r\n", VisitEnd.NO_HTTP, None, Failure.MALFORMED, id="another protocol"),
        pytest.param(b"HTTP/1.1 20", VisitEnd.NO_HTTP, None, Failure.MALFORMED, id="half a status line"),
        pytest.param(b"HTTP/1.1 101 X\r\n\r\n", VisitEnd.NO_HTTP, None, Failure.MALFORMED, id="101"),
        pytest.param(
            b"HTTP/1.1 200 X\r\nA: \x00\r\n\r\n", VisitEnd.NO_HTTP, None, Failure.MALFORMED, id="NUL"
        ),
        pytest.param(
            b"HTTP/1.1 200 X\r\n" + b"A: b\r\n" * 50_000,
            VisitEnd.NO_HTTP,
            None,
            Failure.TOO_MUCH,
            id="endless headers",
        ),
        pytest.param(
            b"HTTP/1.1 100 X\r\n\r\n" * 50_000, VisitEnd.NO_HTTP, None, Failure.TOO_MUCH, id="endless 100s"
        ),
        pytest.param(redirect("mailto:x@example.se"), VisitEnd.BAD_LOCATION, 301, None, id="no web address"),
        pytest.param(response(302), VisitEnd.CONTENT, 302, None, id="no Location"),
        pytest.param(redirect(""), VisitEnd.CONTENT, 301, None, id="an empty Location"),
        pytest.param(
            b"HTTP/1.1 200 X\r\nX-A : b\r\nno colon\r\nContent-Length: many\r\n\r\n",
            VisitEnd.CONTENT,
            200,
            None,
            id="a head that only browsers read",
        ),
        pytest.param(
            b"HTTP/1.1 301 X\r\nX-A : b\r\nLocation: mailto:x\r\n\r\n",
            VisitEnd.BAD_LOCATION,
            301,
            None,
            id="a redirect in such a head",
        ),
        pytest.param(redirect("/"), VisitEnd.LOOP, 301, None, id="to itself"),
    ],
)
async def test_what_a_server_may_say(
    said: bytes, end: VisitEnd, status: int | None, failure: Failure | None
) -> None:
    async with lab({(V4, 80): said}) as net:
        seen = await observe(net)
    visit = seen.endpoints[0].http
    assert (visit.end, visit.hops[-1].status, visit.hops[-1].failure) == (end, status, failure)


async def test_a_silent_server_costs_one_wait() -> None:
    async with lab({(V4, 80): hangs}, wait_s=0.1) as net:
        seen = await observe(net)
    visit = seen.endpoints[0].http
    assert (visit.end, visit.hops[0].failure) == (VisitEnd.NO_HTTP, Failure.TIMEOUT)


async def test_a_byte_now_and_then_does_not_keep_a_visit_alive() -> None:
    async def trickle(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\n")
        while True:
            await asyncio.sleep(0.02)
            writer.write(b"A")

    async with lab({(V4, 80): trickle}, wait_s=0.1) as net:
        async with asyncio.timeout(2):
            seen = await observe(net)
    assert seen.endpoints[0].http.hops[0].failure is Failure.TIMEOUT


async def test_redirects_stop_at_the_cap() -> None:
    numbers = itertools.count()

    async def onwards(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(redirect(f"/{next(numbers)}"))

    async with lab({(V4, 80): onwards}) as net:
        seen = await observe(net)
    visit = seen.endpoints[0].http
    assert visit.end is VisitEnd.GAVE_UP
    assert len(visit.hops) == MAX_REDIRECTS + 1


async def test_a_page_that_comes_again_and_again_is_a_loop_whatever_its_cookies() -> None:
    numbers = itertools.count()

    async def onwards(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(redirect("/", f"Set-Cookie: n={next(numbers)}"))

    async with lab({(V4, 80): onwards}) as net:
        seen = await observe(net)
    assert seen.endpoints[0].http.end is VisitEnd.LOOP


async def test_a_location_goes_back_octet_by_octet() -> None:
    async def pages(request: bytes, writer: asyncio.StreamWriter) -> None:
        away = redirect("/REPLACED").replace(b"REPLACED", b"v\xe4lkommen")
        writer.write(away if request.startswith(b"GET / ") else PAGE)

    async with lab({(V4, 80): pages}) as net:
        seen = await observe(net)
    first, second = seen.endpoints[0].http.hops
    assert (first.location, second.url) == ("/välkommen", f"{HTTP}v%E4lkommen")


async def test_a_cookie_check_is_no_loop() -> None:
    async def check(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(PAGE if b"seen=1" in request else redirect("/", "Set-Cookie: seen=1; Path=/"))

    async with lab({(V4, 80): check}) as net:
        seen = await observe(net)
    visit = seen.endpoints[0].http
    assert [hop.status for hop in visit.hops] == [301, 200]
    assert visit.end is VisitEnd.CONTENT


@pytest.mark.parametrize("cookie", ["seen=å", "seen=\u00d6\u0096", "sån=1", "seen=\u65e5\u672c"])
async def test_a_cookie_goes_back_octet_by_octet(cookie: str) -> None:
    octets = cookie.encode()

    async def check(request: bytes, writer: asyncio.StreamWriter) -> None:
        again = redirect("/", "Set-Cookie: REPLACED").replace(b"REPLACED", octets)
        writer.write(PAGE if b"Cookie: " + octets in request else again)

    async with lab({(V4, 80): check}) as net:
        seen = await observe(net)
    assert [hop.status for hop in seen.endpoints[0].http.hops] == [301, 200]


async def test_the_same_host_stays_on_its_address_and_others_are_resolved_in_the_same_family() -> None:
    back = by_path({"/a": redirect(f"http://{HOST.upper()}/b")})
    other_v6 = ip_address("2001:db8::9")
    pages = by_path({"/": redirect("http://other.example/a"), "/b": PAGE})
    places = {(V4, 80): pages, (V6, 80): pages, (OTHER, 80): back, (other_v6, 80): back}
    async with lab(places) as net:
        seen = await observe(
            net, www_example_se=(str(V4), str(V6)), other_example=(str(other_v6), str(OTHER))
        )
    paths = [[hop.address for hop in endpoint.http.hops] for endpoint in seen.endpoints]
    assert paths == [[V4, OTHER, V4], [V6, other_v6, V6]]


async def test_another_host_is_tried_on_its_other_family() -> None:
    dead = ip_address("192.0.2.66")
    other_v6 = ip_address("2001:db8::9")
    async with lab({(V4, 80): redirect("http://other.example/"), (other_v6, 80): PAGE}) as net:
        seen = await observe(net, other_example=(str(dead), str(other_v6)))
    visit = seen.endpoints[0].http
    assert (visit.end, visit.hops[-1].address) == (VisitEnd.CONTENT, other_v6)


@pytest.mark.parametrize(
    ("location", "end", "failure"),
    [
        pytest.param(
            "http://inside.example/", VisitEnd.NOT_VISITED, Failure.NOT_ALLOWED, id="private address"
        ),
        pytest.param("http://127.0.0.1/", VisitEnd.NOT_VISITED, Failure.NOT_ALLOWED, id="loopback literal"),
        pytest.param("http://[fe80::1]/", VisitEnd.NOT_VISITED, Failure.NOT_ALLOWED, id="link-local literal"),
        pytest.param(f"http://{HOST}:8080/", VisitEnd.NOT_VISITED, Failure.NOT_ALLOWED, id="odd port"),
        pytest.param("http://hidden.example/", VisitEnd.NOT_VISITED, Failure.EXCLUDED, id="excluded name"),
        pytest.param("http://198.51.100.7/", VisitEnd.NOT_VISITED, Failure.EXCLUDED, id="excluded network"),
        pytest.param("http://nowhere.example/", VisitEnd.UNRESOLVED, None, id="no such name"),
        pytest.param(
            "http://lame.example/", VisitEnd.UNRESOLVED, Failure.UNRESOLVABLE, id="silent name servers"
        ),
        pytest.param("http://192.0.2.66/", VisitEnd.NO_ANSWER, Failure.REFUSED, id="nobody there"),
    ],
)
async def test_where_a_redirect_may_not_or_cannot_go(
    location: str, end: VisitEnd, failure: Failure | None
) -> None:
    policy = AddressPolicy(excluded=(ip_network("198.51.100.0/24"),), excluded_names=("hidden.example",))
    async with lab({(V4, 80): redirect(location)}, policy=policy) as net:
        seen = await observe(
            net,
            inside_example=("10.0.0.1", "fe80::1"),
            nowhere_example=LookupOutcome.NXDOMAIN,
            lame_example=LookupOutcome.FAILED,
        )
    visit = seen.endpoints[0].http
    assert (visit.end, visit.hops[-1].failure) == (end, failure)
    assert visit.hops[-1].url == location
    assert len(net.asked) == 1


@pytest.mark.parametrize(
    ("said", "refresh"),
    [
        pytest.param(
            response(200, body=b"<meta http-equiv=refresh content='0;url=https://x/'>"),
            "https://x/",
            id="meta",
        ),
        pytest.param(response(200, "Refresh: 0; url=https://x/"), "https://x/", id="header"),
        pytest.param(
            response(
                200, "Content-Type: text/plain", body=b"<meta http-equiv=refresh content='0;url=https://x/'>"
            ),
            None,
            id="plain text",
        ),
        pytest.param(PAGE, None, id="none"),
    ],
)
async def test_a_refresh_is_noticed(said: bytes, refresh: str | None) -> None:
    async with lab({(V4, 80): said}) as net:
        seen = await observe(net)
    assert seen.endpoints[0].http.hops[0].refresh == refresh


async def test_addresses_that_are_not_visited() -> None:
    policy = AddressPolicy(excluded=(ip_network("198.51.100.0/24"),))
    async with lab({(V4, 80): PAGE}, policy=policy) as net:
        seen = await observe(net, www_example_se=("10.0.0.1", "198.51.100.1", str(V4), "::ffff:192.0.2.5"))
    assert [endpoint.address for endpoint in seen.endpoints] == [V4]
    assert seen.refused_addresses == (ip_address("10.0.0.1"), ip_address("::ffff:192.0.2.5"))
    assert seen.excluded_addresses == (ip_address("198.51.100.1"),)
    assert seen.failure is None


async def test_hundreds_of_addresses_are_capped() -> None:
    many = tuple(str(ip_address("192.0.2.0") + number) for number in range(1, 201))
    async with lab({}) as net:
        seen = await observe(net, www_example_se=many)
    assert len(seen.endpoints) == ADDRESSES_PER_FAMILY
    assert seen.left_out == 200 - ADDRESSES_PER_FAMILY


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(AddressPolicy(excluded_names=("example.se",)), id="by name"),
        pytest.param(AddressPolicy(excluded=(ip_network("192.0.2.0/24"),)), id="by network"),
    ],
)
async def test_an_excluded_host_is_left_alone(policy: AddressPolicy) -> None:
    async with lab({(V4, 80): PAGE}, policy=policy) as net:
        seen = await observe(net)
    assert seen.failure is Failure.EXCLUDED
    assert seen.endpoints == ()
    assert net.counts == {}


async def test_an_alias_of_an_excluded_name_is_left_alone() -> None:
    policy = AddressPolicy(excluded_names=("cdn.example",))
    names: dict[str, tuple[str, ...] | LookupOutcome] = {HOST: (str(V4),), "other.example": (str(OTHER),)}
    async with lab({(V4, 80): redirect("http://other.example/")}, policy=policy) as net:
        lookups = Resolver(names, {HOST: "www.cdn.example."})
        seen = await observe_web(HOST, net, lookups, ca_store=STORE)
        assert (seen.failure, seen.endpoints, net.counts) == (Failure.EXCLUDED, (), {})
        lookups = Resolver(names, {"other.example": "www.cdn.example."})
        last = (await observe_web(HOST, net, lookups, ca_store=STORE)).endpoints[0].http
    assert (last.end, last.hops[-1].failure) == (VisitEnd.NOT_VISITED, Failure.EXCLUDED)


@pytest.mark.parametrize("outcome", [LookupOutcome.NXDOMAIN, LookupOutcome.NODATA, LookupOutcome.FAILED])
async def test_a_host_without_addresses(outcome: LookupOutcome) -> None:
    async with lab({}) as net:
        seen = await observe(net, www_example_se=outcome)
    assert (seen.endpoints, seen.ipv4.outcome, seen.ipv6.outcome) == ((), outcome, outcome)


async def test_a_mapped_address_is_not_visited_even_where_private_ones_are() -> None:
    async with lab({}, policy=AddressPolicy(allow_private=True)) as net:
        seen = await observe(net, www_example_se=("::ffff:192.0.2.5",))
    assert seen.endpoints == ()


async def test_cancelling_hangs_up() -> None:
    reached = asyncio.Event()

    async def mute(_request: bytes, _writer: asyncio.StreamWriter) -> None:
        reached.set()
        await asyncio.Event().wait()

    async with lab({(V4, 80): mute}) as net:
        task = asyncio.create_task(observe(net))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(1), net.manners.turn(str(V4)):
            pass


async def test_a_reply_before_a_reset_is_read() -> None:
    async with lab({(V4, 80): says(response(431))}) as net:
        seen = await observe(net)
    assert seen.endpoints[0].http.hops[0].status == 431
