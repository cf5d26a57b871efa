"""Zones that the lab's responder serves, since no daemon answers like that."""

from dns.rdatatype import MX

from tests.daemons.defects import Defects
from tests.daemons.drafts import Draft
from tests.daemons.live_zones import (
    AbsentInsteadZone,
    BlackLiesZone,
    CompactZone,
    ElsewhereZone,
    LiveZone,
    NoExpansionZone,
    NoWildcardDeniedZone,
    PresentInsteadZone,
    UntoldZone,
    WhiteLiesZone,
)

LIVE = Defects()
WITH_NSEC: dict[str, type[LiveZone]] = {"compact-denial": CompactZone, "black-lies": BlackLiesZone}
WITH_EITHER: dict[str, type[LiveZone]] = {
    "white-lies": WhiteLiesZone,
    "denial-untold": UntoldZone,
    "denial-of-wildcard-untold": NoWildcardDeniedZone,
    "denial-elsewhere": ElsewhereZone,
    "denial-as-nxdomain": AbsentInsteadZone,
    "denial-as-noerror": PresentInsteadZone,
}


def _enter(name: str, kind: type[LiveZone], denial: str) -> None:
    def change(zone: Draft) -> None:
        zone.live = kind
        zone.denial = denial or zone.denial

    LIVE.before(name)(change)


for _name, _kind in WITH_NSEC.items():
    _enter(_name, _kind, "nsec")
for _name, _kind in WITH_EITHER.items():
    _enter(_name, _kind, "nsec3" if _name == "white-lies" else "")


@LIVE.before("wildcard-proof-untold")
def _wildcard(zone: Draft) -> None:
    zone.live = NoExpansionZone
    zone.add("*.wild", "A", "192.0.2.81")
    zone.ask("x.wild", "A", "AAAA")
    zone.ask("a.b.wild", "A")


@LIVE.before("cname-at-apex")
def _cname_at_apex(zone: Draft) -> None:
    """Forbidden (RFC 1034 §3.6.2), and met with all the same: beside SOA and NS, instead of MX."""
    zone.live = LiveZone
    del zone.contents.nodes[zone.apex][MX]
    zone.add("", "CNAME", zone.name("www").to_text())
    zone.ask("", "A", "CNAME", "TXT", "AAAA")
