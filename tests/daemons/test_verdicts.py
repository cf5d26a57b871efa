import pytest

from tests.daemons.verdicts import BOGUS, FAILED, INSECURE, SECURE, of_delv, of_unbound_host


@pytest.mark.parametrize(
    ("scenario", "output", "status"),
    [
        ("address", "www.example.se. has address 192.0.2.1 (secure)", SECURE),
        ("no such name", "Host no.example.se. not found: 3(NXDOMAIN). (secure)", SECURE),
        ("unsigned", "www.example.se. has address 192.0.2.1 (insecure)", INSECURE),
        (
            "bogus, and shown all the same",
            "example.se. mail is handled by 10 mx. (BOGUS (security failure))\nvalidation failure <example.se.",
            BOGUS,
        ),
        ("no server answers", "Host one.example.se. not found: 2(SERVFAIL). (error)", FAILED),
        ("nothing printed", "", FAILED),
    ],
)
def test_unbound_host_is_understood(scenario: str, output: str, status: str) -> None:
    assert of_unbound_host(output, "").status == status


PROVEN = "; negative response, fully validated\n; www.example.se. 300 IN \\-AAAA ;-$NXRRSET\n"
ALIAS = "; fully validated\nwww.example.se. 3600 IN CNAME www.plain.net.\n"


@pytest.mark.parametrize(
    ("scenario", "output", "errors", "status"),
    [
        ("address", "; fully validated\nwww.example.se. 3600 IN A 192.0.2.1\n", "", SECURE),
        ("no such type", PROVEN, ";; resolution failed: ncache nxrrset\n", SECURE),
        ("alias into an unsigned zone", f"{ALIAS}; unsigned answer\n", "", INSECURE),
        ("unsigned", "; negative response, unsigned answer\n", ";; resolution failed: ncache\n", INSECURE),
        ("expired", "", ";; resolution failed: broken trust chain\n", BOGUS),
        ("stripped", "", ";; resolution failed: insecurity proof failed\n", BOGUS),
        ("flipped", "", ";; resolution failed: RRSIG failed to verify\n", BOGUS),
        ("alias to what is bad", ALIAS, ";; resolution failed: RRSIG failed to verify\n", BOGUS),
        ("gives up", "", ";; resolution failed: operation canceled\n", FAILED),
        ("no server answers", "", ";; resolution failed: SERVFAIL\n", FAILED),
        (
            "the SOA beside a good proof is bad",
            "; negative response, signed answer, pending validation\n",
            ";; resolution failed: ncache nxdomain\n",
            FAILED,
        ),
    ],
)
def test_delv_is_understood(scenario: str, output: str, errors: str, status: str) -> None:
    assert of_delv(output, errors).status == status
