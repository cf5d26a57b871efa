"""Contents that make validation take its lesser used ways: wildcards, aliases, delegations, opt-out."""

from tests.daemons.defects import Defects
from tests.daemons.drafts import Draft

CONTENTS = Defects()
SECURE, INSECURE, BOGUS = "whole.net.", "plain.net.", "broken.net."
"""Zones that are always there, with a www and a wild.www."""


@CONTENTS.before("wildcard", harmless=True)
def _wildcard(zone: Draft) -> None:
    zone.add("*.wild", "A", "192.0.2.77")
    zone.add("host.wild", "TXT", "closer")
    zone.ask("x.wild", "A", "AAAA")
    zone.ask("a.b.wild", "A")
    zone.ask("host.wild", "A")
    zone.ask("below.host.wild", "A")
    zone.ask("*.wild", "A")
    zone.ask("wild", "A")


@CONTENTS.before("wildcard-at-apex", harmless=True)
def _wildcard_at_apex(zone: Draft) -> None:
    zone.add("*", "A", "192.0.2.78")
    zone.ask("anything", "A", "MX", "DS")
    zone.ask("a.b.c", "A")
    zone.ask("x.www", "A")


@CONTENTS.before("wildcard-alias", harmless=True)
def _wildcard_alias(zone: Draft) -> None:
    zone.add("*.walias", "CNAME", zone.name("www").to_text())
    zone.add("*.faraway", "CNAME", f"www.{zone.rng.choice((SECURE, INSECURE))}")
    zone.ask("x.walias", "A", "AAAA", "CNAME")
    zone.ask("x.faraway", "A")


@CONTENTS.before("alias-within", harmless=True)
def _alias_within(zone: Draft) -> None:
    zone.add("second", "CNAME", zone.name("alias").to_text())
    zone.add("nowhere", "CNAME", zone.name("no.such.name").to_text())
    zone.ask("second", "A", "AAAA", "CNAME")
    zone.ask("nowhere", "A")


@CONTENTS.before("alias-away", harmless=True)
def _alias_away(zone: Draft) -> None:
    for label, target in (("good", SECURE), ("plain", INSECURE), ("bad", BOGUS)):
        zone.add(label, "CNAME", f"www.{target}")
        zone.ask(label, "A")
    zone.add("gone", "CNAME", f"gone.{SECURE}")
    zone.add("dangling", "CNAME", "www.no-such-domain.se.")
    zone.ask("gone", "A")
    zone.ask("dangling", "A")


@CONTENTS.before("alias-loop", harmless=True)
def _alias_loop(zone: Draft) -> None:
    zone.add("one", "CNAME", zone.name("two").to_text())
    zone.add("two", "CNAME", zone.name("one").to_text())
    zone.ask("one", "A", "CNAME")


@CONTENTS.before("dname", harmless=True)
def _dname(zone: Draft) -> None:
    zone.add("inside", "DNAME", zone.name("tree").to_text())
    zone.add("leaf.tree", "A", "192.0.2.79")
    zone.add("away", "DNAME", zone.rng.choice((SECURE, INSECURE)))
    zone.add("worse", "DNAME", BOGUS)
    zone.ask("leaf.inside", "A", "AAAA", "CNAME")
    zone.ask("nothing.inside", "A")
    zone.ask("inside", "DNAME", "A")
    zone.ask("www.away", "A")
    zone.ask("www.worse", "A")


@CONTENTS.before("empty-non-terminals", harmless=True)
def _empty_non_terminals(zone: Draft) -> None:
    zone.add("far.below.an.empty.name", "A", "192.0.2.80")
    zone.ask("empty.name", "A")
    zone.ask("an.empty.name", "MX", "DS")
    zone.ask("next.empty.name", "A")


@CONTENTS.before("unsigned-delegations", harmless=True)
def _unsigned_delegations(zone: Draft) -> None:
    """More cuts without DS, to nobody: the parent's proof is all there is to see."""
    for index in range(zone.rng.randint(2, 6)):
        label = f"cut{index}-{zone.rng.randrange(1000)}"
        zone.add(label, "NS", "ns.nowhere.invalid.")
        zone.ask(label, "DS")


@CONTENTS.before("opt-out", harmless=True)
def _opt_out(zone: Draft) -> None:
    zone.denial = "nsec3-optout"
    _unsigned_delegations(zone)


@CONTENTS.before("many-types", harmless=True)
def _many_types(zone: Draft) -> None:
    zone.add("types", "TXT", '"one"', '"two"')
    zone.add("types", "SRV", "0 0 443 WWW.example.")
    zone.add("types", "CAA", '0 issue "ca.example"')
    zone.add("types", "TYPE65280", r"\# 3 010203")
    zone.add("types", "HINFO", '"Any" "Thing"')
    zone.add("types", "SSHFP", "4 2 " + "ab" * 32)
    zone.add("types", "HTTPS", "1 . alpn=h2")
    zone.ask("types", "TXT", "SRV", "CAA", "TYPE65280", "HTTPS", "A", "HINFO")


def furnish(draft: Draft) -> None:
    """What every leaf has, and the questions that every leaf is asked."""
    www = draft.name("www").to_text()
    draft.add("", "MX", f"10 {draft.name('mail').to_text()}")
    draft.add("www", "A", "192.0.2.1")
    draft.add("mail", "A", "192.0.2.2")
    draft.add("alias", "CNAME", www)
    draft.add("host.ent", "A", "192.0.2.4")
    draft.ask("", "SOA", "MX")
    draft.ask("www", "A", "AAAA")
    draft.ask("nothing", "A")
    draft.ask("alias", "A")
    draft.ask("ent", "A")
    draft.ask(*draft.rng.choice((("", "DS"), ("", "DNSKEY"), ("no.such.name", "A"))))
