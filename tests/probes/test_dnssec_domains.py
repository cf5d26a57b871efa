"""Domains that are no zone apex, and domains that do not exist: what the DNSSEC cell says of them."""

import pytest

from tests.probes.one_domain import DOMAIN, Domain, Version, judged

INSIDE = Version(
    records=(
        ("dept.unit.test.", "MX", "10 ns1.unit.test."),
        ("a.empty.unit.test.", "A", "192.0.2.9"),
        ("*.wild.unit.test.", "A", "192.0.2.9"),
        ("alias.unit.test.", "CNAME", "www.unit.test."),
        ("away.unit.test.", "CNAME", "host.unsigned.test."),
        ("lost.unit.test.", "CNAME", "no.signed.test."),
        ("tree.unit.test.", "DNAME", "signed.test."),
        ("plain.unit.test.", "NS", "ns1.unit.test."),
    )
)


@pytest.mark.parametrize("denial", ["nsec", "nsec3"])
@pytest.mark.parametrize(
    ("scenario", "domain", "cell"),
    [
        ("the apex", DOMAIN, "Ja"),
        ("a name in the zone", f"dept.{DOMAIN}", "Ja"),
        ("an empty non-terminal", f"empty.{DOMAIN}", "Ja"),
        ("a name that a wildcard answers for", f"any.wild.{DOMAIN}", "Ja"),
        ("an alias in the zone", f"alias.{DOMAIN}", "Ja"),
        ("an alias into an unsigned zone", f"away.{DOMAIN}", "Ja"),
        ("an alias to nowhere", f"lost.{DOMAIN}", "Ja"),
        ("a name below a DNAME", f"host.tree.{DOMAIN}", "Ja"),
        ("a zone of its own without DS", f"plain.{DOMAIN}", "Nej"),
        ("a name below one without DS", f"deep.plain.{DOMAIN}", "Nej"),
        ("a nonexistent name in the zone", f"no.{DOMAIN}", "–"),
        ("a nonexistent name of two labels", f"at.all.{DOMAIN}", "–"),
        ("a nonexistent top-level domain", "unit.nowhere", "–"),
        ("a nonexistent name beside the domain", "no-unit.test", "–"),
        ("a name in an unsigned zone", "host.unsigned.test", "Nej"),
        ("a name in a broken zone", "host.broken.test", "Ja (trasig)"),
    ],
)
async def test_a_domain_that_is_no_apex(scenario: str, domain: str, cell: str, denial: str) -> None:
    version = Version(records=INSIDE.records, denial=denial)
    observation = await Domain(first=version).observed(domain)
    verdict = judged(observation, domain=domain)
    assert verdict.cell == cell, verdict.findings
