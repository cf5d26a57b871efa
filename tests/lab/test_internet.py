"""The miniature internet as a whole: over its sockets, its files, and from a second process."""

import asyncio
import csv
import json
import sys
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import dns.asyncquery
import dns.flags
import dns.message
import dns.rcode
import pytest

from checker.network.errors import NetworkError
from checker.observations.failure import Failure
from tests.lab.internet import MiniatureInternet, scenario
from tests.lab.network import LabNetwork
from tests.lab.scenario import Certificate, Http, Https, MailServer, Organisation, Signing, Smtp, Web, Zone
from tests.lab.table6 import DOMAINS, TABLE6, expected

NOW = datetime(2017, 12, 13, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def organisation(**behaviour: Any) -> Organisation:
    return Organisation(code="X", region="Ort", domain="ort.se", **behaviour)


async def failure(network: LabNetwork, address: str, port: int) -> Failure | None:
    try:
        async with network.connect(ip_address(address), port):
            return None
    except NetworkError as error:
        return error.failure


@pytest.mark.parametrize("tcp", [False, True], ids=["UDP", "TCP"])
async def test_name_servers_answer_over_sockets(*, tcp: bool) -> None:
    async with MiniatureInternet([organisation(zone=Zone(signing=Signing.SIGNED))], now=NOW) as internet:
        root = internet.plan.name_servers[0]
        for address in root.addresses:
            host, port = internet.network().locate(ip_address(address), 53, udp=not tcp)
            ask = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
            query = dns.message.make_query(".", "DNSKEY", want_dnssec=True, payload=1232)
            response = await ask(query, host, port=port, timeout=30)
            assert response.rcode() == dns.rcode.NOERROR
            assert len(response.answer) == 2


async def test_several_messages_share_a_tcp_connection_however_they_are_cut() -> None:
    async with MiniatureInternet([organisation()], now=NOW) as internet:
        host, port = internet.network().locate(
            ip_address(internet.plan.name_servers[0].addresses[0]), 53, udp=False
        )
        reader, writer = await asyncio.open_connection(host, port)
        queries = [dns.message.make_query(".", rdtype) for rdtype in ("SOA", "NS")]
        stream = b"".join(len(q.to_wire()).to_bytes(2, "big") + q.to_wire() for q in queries)
        for byte in stream[:20]:
            writer.write(bytes([byte]))
            await writer.drain()
        writer.write(stream[20:])
        for query in queries:
            length = int.from_bytes(await reader.readexactly(2), "big")
            assert query.is_response(dns.message.from_wire(await reader.readexactly(length)))
        writer.close()
        await writer.wait_closed()


async def test_hosts_stand_at_their_addresses_and_behave() -> None:
    row = organisation(
        web=Web(ipv6=True, ipv6_dead=True, http=Http.CONTENT, https=Https.CLOSED),
        mail=(MailServer(ipv6=True, smtp=Smtp.STARTTLS), MailServer(smtp=Smtp.CLOSED)),
    )
    async with MiniatureInternet([row], now=NOW) as internet:
        network = internet.network()
        (web,), (first, second) = internet.plan.web_hosts, internet.plan.mail_hosts
        assert await failure(network, web.addresses[0], 80) is None
        assert await failure(network, web.addresses[0], 443) is Failure.REFUSED
        assert await failure(network, web.dead[0], 80) is Failure.REFUSED
        assert [await failure(network, address, 25) for address in first.addresses] == [None, None]
        assert await failure(network, second.addresses[0], 25) is Failure.REFUSED


async def test_filtered_ports_get_no_answer() -> None:
    row = organisation(
        web=Web(http=Http.FILTERED, https=Https.FILTERED), mail=(MailServer(smtp=Smtp.FILTERED),)
    )
    async with MiniatureInternet([row], now=NOW) as internet:
        network = internet.network(wait_s=0.05)
        (web,), (mail,) = internet.plan.web_hosts, internet.plan.mail_hosts
        assert await failure(network, web.addresses[0], 80) is Failure.TIMEOUT
        assert await failure(network, web.addresses[0], 443) is Failure.TIMEOUT
        assert await failure(network, mail.addresses[0], 25) is Failure.TIMEOUT


async def test_the_files_lead_a_checker_into_the_lab(tmp_path: Path) -> None:
    async with MiniatureInternet(TABLE6, now=NOW) as internet:
        files = internet.write_files(tmp_path / "lab")
        assert files.trust_anchor.read_text().startswith(". IN DS ")
        assert files.root_hints.read_text().count(" NS ") == 2
        assert files.ca.read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
        assert files.domains.read_bytes() == DOMAINS.read_bytes()
        assert json.loads(json.dumps(internet.mapping))["now"] == NOW.isoformat()


@pytest.mark.real_time
async def test_a_lab_in_another_process_serves_until_stdin_closes(tmp_path: Path) -> None:
    arguments = ("-m", "tests.lab.internet", "--scenario", "generated:2", "--directory", str(tmp_path))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 20) == b"ready\n"
        network = LabNetwork.from_mapping(json.loads((tmp_path / "mapping.json").read_text()))
        query = dns.message.make_query(".", "SOA").to_wire()
        root = ip_address("192.0.2.1")
        answer = await network.ask(root, 53, query, accept=lambda data: data[:2] == query[:2], wait_s=5)
        assert dns.message.from_wire(answer).flags & dns.flags.AA
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 60) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("name", ["table7", "table6:3", "generated", "generated:many"])
def test_an_unknown_scenario_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="no scenario"):
        scenario(name)


def test_table6_has_the_rows_of_the_study() -> None:
    with DOMAINS.open(encoding="utf-8", newline="") as stream:
        codes = [row["code"] for row in csv.DictReader(stream)]
    assert [row.code for row in TABLE6] == codes == list(expected())
    assert len(codes) == 21


def test_table6_behaviours_agree_with_the_printed_cells() -> None:
    """What can be said without measuring: who has IPv6, who is signed, whose wrong name is whose."""
    for row, cells in zip(TABLE6, expected().values(), strict=True):
        live = row.web.ipv6 and not row.web.ipv6_dead
        assert live == (cells["www_ipv6"] == "Ja"), row.code
        mail = any(server.ipv6 and not server.ipv6_dead for server in row.mail)
        assert mail == (cells["mail_ipv6"] == "Ja"), row.code
        signing = {
            "Ja": {Signing.SIGNED},
            "Nej": {Signing.UNSIGNED, Signing.NO_DS},
            "Nej/Nej": {Signing.UNSIGNED, Signing.NO_DS},
            "Ja (trasig)": {Signing.EXPIRED},
        }
        assert row.zone.signing in signing[cells["dnssec"]], row.code
        misnamed = {Certificate.WRONG_NAME, Certificate.MAIL_DOMAIN, Certificate.WILDCARD}
        assert any(server.certificate in misnamed for server in row.mail) == ("(C)" in cells["starttls"]), (
            row.code
        )
        assert (row.web.http in (Http.CONTENT, Http.META_REFRESH)) >= ("(N)" in cells["https"]), row.code


def test_the_faulty_rows_of_table6_differ_in_cause() -> None:
    faulty = [row for row in TABLE6 if "(F)" in expected()[row.code]["https"]]
    causes = {(row.web.tls, row.web.certificate) for row in faulty}
    assert len(causes) == len(faulty) == 6
