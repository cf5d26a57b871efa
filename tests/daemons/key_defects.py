"""Keys, DS records and rollovers that are wrong, unusual or half way (RFC 4034, RFC 6781 §4, RFC 5011)."""

from dns.rdatatype import DNSKEY

from tests.daemons.defects import Defects
from tests.daemons.drafts import Draft
from tests.daemons.drawn_keys import Dnskey
from tests.lab.signing import SECURE_ENTRY_POINT, ZONE_KEY, expired_at

KEYS = Defects()
REVOKED = 0x0080
UNKNOWN_ALGORITHMS = (1, 3, 6, 12, 17, 100, 253, 254)
UNKNOWN_DIGESTS = (3, 5, 200)
SHA1, SHA256, SHA384 = 1, 2, 4


@KEYS.before("none")
def _none(zone: Draft) -> None:
    del zone


@KEYS.before("unsigned")
def _unsigned(zone: Draft) -> None:
    zone.signed = False
    zone.ds = []


@KEYS.before("unknown-algorithm")
def _unknown_algorithm(zone: Draft) -> None:
    _unknown_algorithm_beside(zone)
    del zone.ds[0]


@KEYS.before("unknown-algorithm-beside")
def _unknown_algorithm_beside(zone: Draft) -> None:
    number = zone.rng.choice(UNKNOWN_ALGORITHMS)
    private, dnskey = zone.new_pair()
    key = zone.rng.randbytes(68)
    if number == 253:
        key = b"\x07example\x00" + key  # RFC 4034 §A.1.1: the name of the algorithm comes first
    changed = dnskey.replace(algorithm=number, key=key)
    assert isinstance(changed, Dnskey)
    fake = private, changed
    zone.published.append(fake)
    zone.ds.append(zone.make_ds(fake))


@KEYS.before("algorithm-16")
def _ed448(zone: Draft) -> None:
    zone.algorithm = 16
    zone.draw_keys(split=False)


@KEYS.before("expired")
def _expired(zone: Draft) -> None:
    zone.validity = expired_at(zone.now)


@KEYS.before("foreign-zone-key")
def _foreign_zone_key(zone: Draft) -> None:
    zone.signers = [zone.new_pair(ZONE_KEY)]


@KEYS.before("foreign-entry-point")
def _foreign_entry_point(zone: Draft) -> None:
    zone.entry_points = [zone.new_pair()]


@KEYS.after("dnskey-absent")
def _dnskey_absent(zone: Draft) -> None:
    zone.drop(zone.apex, DNSKEY)


@KEYS.before("key-revoked")
def _revoked(zone: Draft) -> None:
    zone.instead(flags=zone.entry_points[0][1].flags | REVOKED)


@KEYS.before("key-revoked-beside")
def _revoked_beside(zone: Draft) -> None:
    old = zone.new_pair(ZONE_KEY | SECURE_ENTRY_POINT | REVOKED)
    zone.published.append(old)
    zone.entry_points.append(old)


@KEYS.before("key-without-zone-flag")
def _no_zone_flag(zone: Draft) -> None:
    zone.instead(flags=SECURE_ENTRY_POINT)


@KEYS.before("key-without-entry-flag")
def _no_entry_flag(zone: Draft) -> None:
    zone.instead(flags=ZONE_KEY)


@KEYS.before("key-other-protocol")
def _other_protocol(zone: Draft) -> None:
    zone.instead(protocol=zone.rng.choice((0, 1, 4, 255)))


@KEYS.before("stand-by-key")
def _stand_by(zone: Draft) -> None:
    spare = zone.new_pair()
    zone.published.append(spare)
    zone.ds.append(zone.make_ds(spare))


@KEYS.before("roll-double-ds")
def _double_ds(zone: Draft) -> None:
    zone.ds.append(zone.make_ds(zone.new_pair()))


@KEYS.before("roll-double-signature")
def _double_signature(zone: Draft) -> None:
    new = zone.new_pair()
    for duty in (zone.published, zone.entry_points, zone.signers):
        duty.append(new)


@KEYS.before("roll-pre-publish")
def _pre_publish(zone: Draft) -> None:
    zone.published.append(zone.new_pair(ZONE_KEY))


@KEYS.before("roll-ds-swapped")
def _ds_swapped(zone: Draft) -> None:
    _double_signature(zone)
    zone.ds = [zone.make_ds(zone.entry_points[-1])]


@KEYS.before("roll-ds-swapped-too-early")
def _ds_swapped_too_early(zone: Draft) -> None:
    new = zone.new_pair()
    if zone.rng.random() < 0.5:
        zone.published.append(new)  # and yet it does not sign
    zone.ds = [zone.make_ds(new)]


@KEYS.before("roll-ds-stale")
def _ds_stale(zone: Draft) -> None:
    zone.ds = [zone.make_ds(zone.new_pair())]


@KEYS.before("roll-zone-key-gone")
def _zone_key_gone(zone: Draft) -> None:
    gone = zone.signers[0]
    zone.published.append(zone.new_pair(ZONE_KEY))
    if gone not in zone.entry_points:
        zone.published.remove(gone)


@KEYS.before("roll-algorithm")
def _algorithm(zone: Draft) -> None:
    _half_algorithm(zone)
    zone.signers.append(zone.published[-1])
    zone.ds.append(zone.make_ds(zone.published[-1]))


@KEYS.before("roll-algorithm-half-signed")
def _half_algorithm(zone: Draft) -> None:
    """RFC 6840 §5.11: a zone must be signed by every algorithm in its DS; one path is enough for a validator."""
    new = zone.new_pair(algorithm=13 if zone.algorithm != 13 else 8)
    zone.published.append(new)
    zone.entry_points.append(new)


@KEYS.before("roll-algorithm-half-signed-new-ds")
def _half_algorithm_new_ds(zone: Draft) -> None:
    _half_algorithm(zone)
    zone.ds = [zone.make_ds(zone.published[-1])]
