"""Names as long as they come: 255 octets, 127 labels, resolved and walked to like any other."""

import dns.name
import dns.rrset
import pytest

from checker.dns.answer import resolve_validated
from checker.dns.reasons import Status
from checker.observations.dns import LookupOutcome
from tests.dns.delegations import anchor, walking, zone
from tests.dns.world import NOW
from tests.lab.responder import Responder
from tests.lab.served_zone import ServedZone
from tests.lab.signing import Signer, make_keys, valid_at
from tests.lab.zone_contents import TTL

ROOT, TEST = "192.0.2.1", "192.0.2.2"
KEYS = {apex: make_keys(dns.name.from_text(apex)) for apex in (".", "z.")}
MANY_LABELS = "a." * 126 + "z."
REVERSE_LABELS = "a." * 32 + "z."
"""As many as a reverse name of IPv6 has, but one."""
LONG_LABELS = ".".join(["x" * 63, "y" * 63, "v" * 63, "w" * 57, "b", "z"]) + "."
ANSWER = "192.0.2.90"


@pytest.mark.parametrize(
    ("name", "labels", "denial", "owner"),
    [
        (MANY_LABELS, 127, "nsec", "*.z."),
        (REVERSE_LABELS, 33, "nsec3", "*.z."),
        (LONG_LABELS, 6, "nsec", "*.z."),
        (LONG_LABELS, 6, "nsec3", LONG_LABELS),
    ],
)
async def test_the_longest_names(name: str, labels: int, denial: str, owner: str) -> None:
    """Below a wildcard, or of the zone's own."""
    parsed = dns.name.from_text(name)
    assert {len(dns.name.from_text(longest).to_wire() or b"") for longest in (MANY_LABELS, LONG_LABELS)} == {
        255
    }
    assert len(parsed.labels) - 1 == labels
    root = zone(".", ["ns.root."], ("ns.root.", "A", ROOT), ("z.", "NS", "ns.z."), ("ns.z.", "A", TEST))
    root.put(dns.rrset.from_rdata(dns.name.from_text("z."), TTL, KEYS["z."].ds()))
    test = zone("z.", ["ns.z."], ("ns.z.", "A", TEST), (owner, "A", ANSWER))
    responders = {
        ROOT: Responder([ServedZone(root, signer=Signer(keys=KEYS["."], validity=valid_at(NOW)))]),
        TEST: Responder(
            [ServedZone(test, signer=Signer(keys=KEYS["z."], validity=valid_at(NOW)), denial=denial)]
        ),
    }
    async with walking(responders, ROOT, (anchor(KEYS["."]),), wait_s=10) as walker:
        lookup = await walker.resolver.lookup(name, "A")
        resolved = await resolve_validated(walker, name, "A")
        asked = walker.resolver.network.counts["udp:53"]
    assert (lookup.outcome, lookup.values) == (LookupOutcome.FOUND, (ANSWER,))
    assert resolved.status is Status.SECURE, resolved.reason
    assert asked <= labels + 8, "one DS a label"
