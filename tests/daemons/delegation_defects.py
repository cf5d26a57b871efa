"""DS records and their proofs at the parent that are wrong, missing or of unknown kinds (RFC 4034 §5, RFC 4509)."""

import dns.rdatatype

from tests.daemons.defects import Defects
from tests.daemons.drafts import Draft, fake_ds, other_ds

DELEGATIONS = Defects()
REVOKED = 0x0080
UNKNOWN_ALGORITHMS = (1, 3, 6, 12, 17, 100, 253, 254)
UNKNOWN_DIGESTS = (3, 5, 200)
SHA1, SHA256, SHA384 = 1, 2, 4


@DELEGATIONS.before("ds-absent")
def _ds_absent(zone: Draft) -> None:
    zone.ds = []


@DELEGATIONS.before("ds-wrong-digest")
def _wrong_digest(zone: Draft) -> None:
    zone.ds = [other_ds(zone.ds[0], digest=zone.rng.randbytes(32))]


@DELEGATIONS.before("ds-other-tag")
def _other_tag(zone: Draft) -> None:
    zone.ds = [other_ds(zone.ds[0], key_tag=(zone.ds[0].key_tag + 1) % 65536)]


@DELEGATIONS.before("ds-other-algorithm")
def _other_algorithm(zone: Draft) -> None:
    zone.ds = [other_ds(zone.ds[0], algorithm=13 if zone.algorithm == 8 else 8)]


@DELEGATIONS.before("ds-unknown-digest")
def _unknown_digest(zone: Draft) -> None:
    zone.ds = [fake_ds(zone, zone.algorithm, zone.rng.choice(UNKNOWN_DIGESTS))]


@DELEGATIONS.before("ds-unknown-digest-beside")
def _unknown_digest_beside(zone: Draft) -> None:
    zone.ds.append(fake_ds(zone, zone.algorithm, zone.rng.choice(UNKNOWN_DIGESTS)))


@DELEGATIONS.before("ds-sha1")
def _sha1(zone: Draft) -> None:
    zone.ds = [zone.make_ds(zone.entry_points[0], SHA1)]


@DELEGATIONS.before("ds-sha1-beside")
def _sha1_beside(zone: Draft) -> None:
    zone.ds.append(zone.make_ds(zone.entry_points[0], SHA1))


@DELEGATIONS.before("ds-sha1-beside-wrong-sha256")
def _sha1_beside_wrong(zone: Draft) -> None:
    _wrong_digest(zone)
    _sha1_beside(zone)


@DELEGATIONS.before("ds-wrong-sha1-beside")
def _wrong_sha1_beside(zone: Draft) -> None:
    zone.ds.append(other_ds(zone.make_ds(zone.entry_points[0], SHA1), digest=zone.rng.randbytes(20)))


@DELEGATIONS.before("ds-sha384")
def _sha384(zone: Draft) -> None:
    zone.ds = [zone.make_ds(zone.entry_points[0], SHA384)]


@DELEGATIONS.before("ds-wrong-sha384-beside")
def _wrong_sha384_beside(zone: Draft) -> None:
    wrong = other_ds(zone.make_ds(zone.entry_points[0], SHA384), digest=zone.rng.randbytes(48))
    zone.ds.append(wrong)


@DELEGATIONS.before("ds-signature-wrong")
def _ds_signature(zone: Draft) -> None:
    apex = zone.apex

    def flip(parent: Draft) -> None:
        for rrset in parent.signatures(dns.rdatatype.DS):
            if rrset.name == apex:
                parent.change_signatures(
                    rrset, lambda rrsig: rrsig.replace(signature=parent.rng.randbytes(64))
                )

    zone.at_parent.append(flip)


@DELEGATIONS.before("ds-signature-missing")
def _ds_unsigned(zone: Draft) -> None:
    apex = zone.apex
    zone.at_parent.append(lambda parent: parent.drop(apex, dns.rdatatype.DS, signatures_only=True))


@DELEGATIONS.before("ds-not-denied")
def _ds_not_denied(zone: Draft) -> None:
    apex = zone.apex
    zone.ds = []

    def silence(parent: Draft) -> None:
        for rrset in parent.denials_of(apex):
            parent.drop(rrset.name, rrset.rdtype, signatures_only=parent.denial != "nsec")

    zone.at_parent.append(silence)
