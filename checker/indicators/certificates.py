"""What a web host's certificates are worth: one finding per row of the fact table. Never decides the cell."""

from collections.abc import Iterator
from datetime import datetime

from checker.observations.fact import Fact
from checker.observations.tls import ChainFlaw, ChainTrust, Handshake, HelloReply
from checker.protocols.certificate import CertificateFacts, read_certificate
from checker.protocols.host_names import names_host
from checker.rulesets import Ruleset
from checker.verdict import Finding

_NAMES_SHOWN = 5
_FLAWS = {
    ChainFlaw.NOT_FOR_SERVERS: "certificate_not_for_servers",
    ChainFlaw.UNKNOWN_EXTENSION: "certificate_unknown_extension",
    ChainFlaw.NO_AUTHORITY: "certificate_no_authority",
    ChainFlaw.PATH_TOO_LONG: "certificate_path_too_long",
    ChainFlaw.NAME_NOT_ALLOWED: "certificate_name_not_allowed",
}
_OLD_HASHES = {
    "md2": "certificate_signature_md5",
    "md4": "certificate_signature_md5",
    "md5": "certificate_signature_md5",
    "sha1": "certificate_signature_sha1",
    "sha224": "certificate_signature_sha224",
}


def certificate_findings(
    seen: Handshake | HelloReply, host: str, ruleset: Ruleset, *, subject: str, at: datetime
) -> tuple[Finding, ...]:
    """Judge the certificates that a server showed for `host`; () when it showed none.

    In order: unreadable; wrong name (RFC 9525), or the name in CN only; expired, not yet valid, self-signed, incomplete
    chain, unknown issuer, untrusted otherwise (RFC 5280 §6.1); then for each certificate below the root: key size,
    signature hash (measuring.md, fact table). `at` dates certificates that came without a judgement of trust
    (raw hellos); of those nothing is said of the issuer.
    """
    chain = seen.chain if isinstance(seen, Handshake) else seen.certificates
    trust = seen.trust if isinstance(seen, Handshake) else None
    if not chain:
        return ()
    leaf = read_certificate(chain[0])
    judged = (
        *_unreadable(leaf, ruleset, subject),
        name_finding(leaf, host, ruleset, subject),
        *(_trust(trust, leaf, ruleset, subject) if trust else _dates(leaf, at, ruleset, subject)),
        *_strength(chain, trust, ruleset, subject),
    )
    return tuple(dict.fromkeys(finding for finding in judged if finding))


def name_finding(leaf: CertificateFacts, host: str, ruleset: Ruleset, subject: str) -> Finding | None:
    """Say that the certificate does not name the host under this ruleset, or has it in CN only."""
    if leaf.dns_names is None or certificate_names(leaf, host, ruleset):
        return None
    code = "certificate_common_name_only" if names_in_cn_only(leaf, host) else "certificate_wrong_name"
    return ruleset.finding(code, subject, host=host, names=shown_names(leaf))


def certificate_names(leaf: CertificateFacts, host: str, ruleset: Ruleset) -> bool:
    """Whether the certificate names the host, CN counting as the ruleset says."""
    return names_host(
        host,
        dns_names=leaf.dns_names or (),
        ip_addresses=leaf.ip_addresses,
        common_names=leaf.common_names,
        common_name_counts=ruleset.common_name_counts,
    )


def names_in_cn_only(leaf: CertificateFacts, host: str) -> bool:
    """Whether the host stands in CN of a certificate that has no dNSName."""
    return names_host(
        host, dns_names=(), common_names=leaf.common_names, common_name_counts=not leaf.dns_names
    )


def shown_names(leaf: CertificateFacts) -> str:
    """The names in the certificate, a few of them, for a finding's text."""
    names = (leaf.dns_names or ()) + tuple(str(address) for address in leaf.ip_addresses)
    names = names or leaf.common_names or ("–",)
    more = f" … (+{len(names) - _NAMES_SHOWN})" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(name[:253] for name in names[:_NAMES_SHOWN]) + more


def _unreadable(leaf: CertificateFacts, ruleset: Ruleset, subject: str) -> Iterator[Finding | None]:
    if not leaf.parsed or leaf.dns_names is None:
        yield ruleset.finding("certificate_unreadable", subject, detail=leaf.detail)


def _trust(
    trust: ChainTrust, leaf: CertificateFacts, ruleset: Ruleset, subject: str
) -> Iterator[Finding | None]:
    for label in trust.expired:
        yield ruleset.finding("certificate_expired", subject, certificate=label)
    for label in trust.not_yet_valid:
        yield ruleset.finding("certificate_not_yet_valid", subject, certificate=label)
    if trust.trusted is not Fact.NO:
        return
    if trust.self_signed is Fact.YES:
        yield ruleset.finding("certificate_self_signed", subject)
    elif trust.complete is Fact.NO:
        yield ruleset.finding("certificate_incomplete_chain", subject, issuer=leaf.issuer)
    elif trust.known_issuer is Fact.NO:
        yield ruleset.finding("certificate_unknown_issuer", subject, issuer=leaf.issuer, store=trust.store)
    elif trust.problems:
        for problem in trust.problems:
            yield ruleset.finding(
                _FLAWS[problem.flaw], subject, certificate=problem.certificate, value=problem.value
            )
    elif not (
        trust.expired or trust.not_yet_valid
    ):  # with dates against it, what was unreadable decided nothing
        yield ruleset.finding("certificate_untrusted", subject, detail=trust.detail or "–")


def _dates(leaf: CertificateFacts, at: datetime, ruleset: Ruleset, subject: str) -> Iterator[Finding | None]:
    if leaf.not_after and at > leaf.not_after:
        yield ruleset.finding("certificate_expired", subject, certificate=leaf.label)
    if leaf.not_before and at < leaf.not_before:
        yield ruleset.finding("certificate_not_yet_valid", subject, certificate=leaf.label)


def _strength(
    chain: tuple[bytes, ...], trust: ChainTrust | None, ruleset: Ruleset, subject: str
) -> Iterator[Finding | None]:
    """Keys and signatures of the certificates in use; a root's own signature proves nothing and is not judged."""
    places = trust.path if trust and trust.path else tuple(range(len(chain)))
    for place in places:
        facts = read_certificate(chain[place])
        if place > 0 and facts.self_issued:
            continue
        if code := _key_code(facts):
            yield ruleset.finding(code, subject, certificate=facts.label, bits=facts.key_bits)
        code = _OLD_HASHES.get(facts.signature_hash or "")
        if code and not facts.self_issued:
            yield ruleset.finding(code, subject, certificate=facts.label)


def _key_code(facts: CertificateFacts) -> str | None:
    bits = facts.key_bits or 0
    match facts.key_type:
        case "RSA" if bits < 1024:
            return "certificate_rsa_below_1024"
        case "RSA" if bits < 2048:
            return "certificate_rsa_below_2048"
        case "EC" if bits < 224:
            return "certificate_ec_below_224"
        case _:
            return None
