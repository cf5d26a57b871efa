"""Smaller questions put to the installed program, answered by real servers."""

import json

import pytest

from tests.daemons.vantage_point import Internet

pytestmark = pytest.mark.daemons


def test_doctor_finds_all_means(internet: Internet) -> None:
    outcome = internet.checker("doctor", control_host="mx1.sll.se")
    assert outcome.status == 0, outcome.stderr
    answers = [line.split()[-1] for line in outcome.stdout.partition("\n\n")[0].splitlines()]
    assert answers == ["yes"] * 8, outcome.stdout


@pytest.mark.parametrize(
    ("name", "rdtype", "status", "rcode"),
    [
        pytest.param(".", "DNSKEY", "secure", "NOERROR", id="root"),
        pytest.param("regionjh.se", "MX", "secure", "NOERROR", id="NSEC"),
        pytest.param("nothing.regionjh.se", "A", "secure", "NXDOMAIN", id="NSEC, no such name"),
        pytest.param("www.skane.se", "AAAA", "secure", "NOERROR", id="NSEC3, no such type"),
        pytest.param("nothing.skane.se", "A", "secure", "NXDOMAIN", id="NSEC3, no such name"),
        pytest.param("a.b.gotland.se", "A", "insecure", "NXDOMAIN", id="NSEC3 with opt-out, no such name"),
        pytest.param("absent.se", "A", "secure", "NXDOMAIN", id="no such domain"),
        pytest.param("namnservrar1.org", "NS", "insecure", "NOERROR", id="unsigned below opt-out"),
        pytest.param("www.sll.se", "A", "insecure", "NOERROR", id="unsigned below NSEC"),
        pytest.param("regionhalland.se", "MX", "insecure", "NOERROR", id="signed without DS"),
        pytest.param("lvn.se", "MX", "bogus", "NOERROR", id="expired"),
        pytest.param("wrong-ds.se", "MX", "bogus", "NOERROR", id="DS of another key"),
        pytest.param("stripped.se", "MX", "bogus", "NOERROR", id="signatures left out"),
        pytest.param("www.alias.se", "A", "secure", "NOERROR", id="alias"),
    ],
)
def test_answers_are_validated(internet: Internet, name: str, rdtype: str, status: str, rcode: str) -> None:
    outcome = internet.checker("resolve", name, rdtype, "--json")
    assert outcome.status == 0, outcome.stderr
    answer = json.loads(outcome.stdout)
    assert (answer["status"], answer["rcode"]) == (status, rcode), answer["reason"]


def test_a_port_without_listener_is_a_no(internet: Internet) -> None:
    outcome = internet.checker("check", "regionkronoberg.se", "--json", "--ruleset=bilaga-a-2017")
    assert outcome.status == 0, outcome.stderr
    https = json.loads(outcome.stdout)["indicators"]["https"]
    assert https["cell"] == "Nej"
    assert "https_not_offered" in {
        found["code"] for found in https["findings"]
    }  # refused, not waited for in vain
