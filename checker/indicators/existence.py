"""Whether the row's domain exists at all, from whatever conversation saw that it does not. Asks nobody."""

from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.row import Evidence


def domain_nonexistent(evidence: Evidence) -> bool:
    """Whether the row's domain was proven not to exist: NXDOMAIN (RFC 8020 §2).

    A web host inside the domain that the DNS knows speaks against it. NXDOMAIN at the end of a CNAME is said of
    another name.
    """
    domain, web, mail = evidence.row.domain, evidence.web, evidence.mail
    walks = [walk for walk in evidence.dnssec or () if walk.domain == domain]
    if any(walk.existence is None for walk in walks):
        return False  # a secure chain leads to it
    proofs = [walk.existence for walk in walks if walk.existence is not None]
    if mail is not None and mail.domain == domain:
        proofs.append(mail.mx)
    if web is not None and f".{web.host}".endswith(f".{domain}"):
        if any(lookup.aliases or lookup.outcome in _KNOWN for lookup in (web.ipv4, web.ipv6)):
            return False
        if web.host == domain:
            proofs += [web.ipv4, web.ipv6]
    return any(map(_nonexistent, proofs))


_KNOWN = (LookupOutcome.FOUND, LookupOutcome.NODATA)


def _nonexistent(lookup: Lookup) -> bool:
    return lookup.outcome is LookupOutcome.NXDOMAIN and not lookup.aliases
