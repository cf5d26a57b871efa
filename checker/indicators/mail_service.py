"""What both mail columns ask first: whether there is a mail service and it could be found. Never looks at a dialogue."""

from collections.abc import Iterator

from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.failure import Failure
from checker.observations.mail import MailHost, MailObservation
from checker.observations.row import Evidence
from checker.protocols.host_names import as_address
from checker.rulesets import Ruleset
from checker.verdict import Finding, Value, Verdict


def without_dialogue(mail: MailObservation, ruleset: Ruleset, indicator: str) -> Verdict | None:
    """The verdict when DNS or our own rules decide alone; None when the dialogues decide.

    In order:
    1. we did not look (excluded, row deadline, own failure) → `Ej mätt`
    2. the domain does not exist (NXDOMAIN) → `–`
    3. a null MX alone (RFC 7505 §3) → `–`
    4. MX could not be resolved → `Ej mätt`
    5. neither MX nor an address for the domain (RFC 5321 §5.1) → `–`
    6. every MX host proven not to exist, or to have no address → `–` with a fault
    7. no MX, and the domain's own addresses could not be resolved → `Ej mätt`
    """
    if mail.failure is not None:
        return _verdict(indicator, Value.UNKNOWN, _not_looked(mail, ruleset))
    if mail.mx.outcome is LookupOutcome.NXDOMAIN and not mail.mx.aliases:
        return _verdict(indicator, Value.NOT_APPLICABLE, ruleset.finding("domain_nonexistent", mail.domain))
    if mail.null_mx:
        return _verdict(indicator, Value.NOT_APPLICABLE, ruleset.finding("mail_null_mx", mail.domain))
    if mail.mx.outcome is LookupOutcome.FAILED:
        finding = ruleset.finding("unresolvable", mail.domain)
        return _verdict(indicator, Value.UNKNOWN, finding, may_pass=True)
    if all(map(_absent, mail.hosts)):
        names = ", ".join(host.name for host in mail.hosts)
        finding = (
            ruleset.finding("mail_no_service", mail.domain)
            if mail.implicit
            else ruleset.finding("mail_mx_hosts_nonexistent", mail.domain, hosts=names)
        )
        return _verdict(indicator, Value.NOT_APPLICABLE, finding)
    if mail.implicit and not any(host.ipv4.values or host.ipv6.values for host in mail.hosts):
        finding = ruleset.finding("unresolvable", mail.domain)
        return _verdict(indicator, Value.UNKNOWN, finding, may_pass=True)
    return None


def service_findings(evidence: Evidence, mail: MailObservation, ruleset: Ruleset) -> Iterator[Finding | None]:
    """What is worth saying of the mail domain's MX records whatever the verdict."""
    if "mail" in evidence.second_attempt:
        yield ruleset.finding("second_attempt", mail.domain)
    if mail.null_mx_beside_others:
        yield ruleset.finding("mail_null_mx_beside_others", mail.domain)
    served = not all(map(_absent, mail.hosts))
    if mail.implicit and served:
        yield ruleset.finding("mail_implicit_mx", mail.domain)
    if mail.left_out:
        yield ruleset.finding("mail_mx_left_out", mail.domain, asked=len(mail.hosts), left_out=mail.left_out)
    if not mail.implicit:
        for host in mail.hosts:
            yield from _host_findings(host, ruleset, served=served)


def unresolved_names(mail: MailObservation) -> tuple[str, ...]:
    """The mail hosts of which some address lookup failed."""
    return tuple(
        host.name for host in mail.hosts if LookupOutcome.FAILED in (host.ipv4.outcome, host.ipv6.outcome)
    )


def _absent(host: MailHost) -> bool:
    """Whether the DNS says that the host does not exist or has no address."""
    return host.ipv4.absent and host.ipv6.absent


def _host_findings(host: MailHost, ruleset: Ruleset, *, served: bool) -> Iterator[Finding | None]:
    """What is wrong with one MX record; hosts without address are told all together when none of them `served`."""
    if _absent(host) and _is_address(host.name):
        yield ruleset.finding("mail_mx_is_address", host.name)
    elif not served:
        return
    elif _absent(host):
        yield ruleset.finding("mail_mx_host_nonexistent", host.name)
    elif canonical := _canonical(host.ipv4) or _canonical(host.ipv6):
        yield ruleset.finding("mail_mx_is_cname", host.name, canonical=canonical)


def _is_address(name: str) -> bool:
    """Whether somebody wrote an IP address where MX wants a name, with or without the brackets of e-mail addresses."""
    return as_address(name.strip("[]")) is not None


def _canonical(lookup: Lookup) -> str:
    return lookup.aliases[-1].rstrip(".") if lookup.aliases else ""


def _not_looked(mail: MailObservation, ruleset: Ruleset) -> Finding | None:
    match mail.failure:
        case Failure.EXCLUDED:
            return ruleset.finding("excluded_on_request", mail.domain)
        case Failure.ROW_DEADLINE:
            return ruleset.finding("row_deadline", mail.domain)
        case failure:
            return ruleset.finding("mail_not_measured", mail.domain, detail=failure)


def _verdict(indicator: str, value: Value, *findings: Finding | None, may_pass: bool = False) -> Verdict:
    """The caller adds the findings of the service."""
    found = tuple(finding for finding in findings if finding)
    return Verdict(indicator=indicator, value=value, findings=found, may_pass=may_pass)
