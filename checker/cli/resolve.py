"""`checker resolve`: one RRset, resolved from the root hints and validated, as `delv` does."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.exits import ExitCode, Quit
from checker.cli.output import say, say_json
from checker.cli.session import Session

if TYPE_CHECKING:
    from checker.cli.instruments import Instruments
    from checker.dns.answer import Resolved

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A domain name; IDN may be written as such.")
]
TypeArgument = Annotated[str, typer.Argument(metavar="TYPE", help="A record type, as MX or DNSKEY.")]
JsonSwitch = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def resolve(
    session: Session, *, name: NameArgument, rdtype: TypeArgument = "A", as_json: JsonSwitch = False
) -> ExitCode:
    r"""Resolve one name and type from the root hints and validate it.

    The status is secure, insecure (also: no trust anchor above the name), bogus or indeterminate (nobody answered).
    The exit code is 0 whatever the status, and 3 when nothing could be asked.

    \b
    Examples:
      checker resolve example.se
      checker resolve example.se MX --json
      checker resolve host.lab A --root-hints lab.root --trust-anchor lab.ds
    """
    from checker.cli.instruments import instruments, run  # noqa: PLC0415 - start-up

    asked, kind = _question(name, rdtype)
    tools = instruments(session)
    found = run(_resolved(tools, asked, kind))
    if as_json:
        say_json(_object(found))
    else:
        for line in _lines(found):
            say(line)
    return ExitCode.DONE


def _question(name: str, rdtype: str) -> tuple[str, str]:
    """Check what was asked for; an IDN becomes A-labels. Quits (USAGE)."""
    import dns.exception  # noqa: PLC0415 - start-up
    import dns.name  # noqa: PLC0415 - start-up
    import dns.rdatatype  # noqa: PLC0415 - start-up

    from checker.domain_names import NameProblem, parse_name, quoted  # noqa: PLC0415 - start-up

    try:
        asked = name if name.isascii() else parse_name(name, single_label=True)
        dns.name.from_text(asked)
    except NameProblem as problem:
        raise Quit(ExitCode.USAGE, f"{quoted(name)} {problem}") from None
    except dns.exception.DNSException as error:
        raise Quit(ExitCode.USAGE, f"{quoted(name)} is no domain name: {error}") from None
    try:
        kind = dns.rdatatype.from_text(rdtype)
    except (dns.exception.DNSException, ValueError):
        raise Quit(ExitCode.USAGE, f"{quoted(rdtype)} is no record type") from None
    if dns.rdatatype.is_metatype(kind):
        raise Quit(ExitCode.USAGE, f"{rdtype.upper()} is no type of records but a kind of question")
    return asked, dns.rdatatype.to_text(kind)


async def _resolved(tools: "Instruments", name: str, rdtype: str) -> "Resolved":
    """Resolve; quits (FAILED) when a poor outcome is our own: no root server answers, or not as the anchors say."""
    import asyncio  # noqa: PLC0415 - start-up

    from checker.dns.answer import resolve_validated, unresolved  # noqa: PLC0415 - start-up
    from checker.dns.reasons import Status  # noqa: PLC0415 - start-up
    from checker.probes.vantage import observe_vantage, unusable  # noqa: PLC0415 - start-up

    try:
        async with asyncio.timeout(tools.settings.deadline):
            found = await resolve_validated(tools.walker, name, rdtype)
    except TimeoutError:
        found = unresolved(name, rdtype, f"nothing certain within {tools.settings.deadline:g} s")
    if found.rcode and found.status in (Status.SECURE, Status.INSECURE):
        return found
    vantage = await observe_vantage(
        tools.network,
        name=tools.settings.vantage,
        hints=tools.resolver.root.glue,
        anchors=tools.walker.anchors,
    )
    if why := unusable(vantage):
        raise Quit(ExitCode.FAILED, f"{why} (checker doctor says more)")
    return found


def _chain(found: "Resolved") -> list[str]:
    """The zones on the way, one line each: the status reached and why it is not better."""
    lines: list[str] = []
    for step in found.steps:
        chain, standing = step.chain, step.standing
        if not chain.anchors:
            lines.append(f"{chain.name} no trust anchor above")
            continue
        lines.append(f"{chain.anchors[0].name} trust anchor")
        lines.extend(f"{cut.name} under {cut.parent}" for cut in chain.cuts if cut.dnskey is not None)
        why = f": {standing.reason.words()}" if standing.reason else ""
        lines.append(f"{standing.zone} {standing.status.value}{why}")
    return list(dict.fromkeys(lines))


def _object(found: "Resolved") -> dict[str, Any]:
    """The result as the contract's JSON object."""
    return {
        "name": found.name,
        "type": found.type,
        "status": found.status.value,
        "rcode": found.rcode,
        "records": list(found.records),
        "reason": found.reason.words() if found.reason else None,
        "chain": _chain(found),
    }


def _lines(found: "Resolved") -> list[str]:
    """The result for people: comments as in zone files, then the records."""
    from checker.domain_names import printable  # noqa: PLC0415 - start-up

    reason = f": {found.reason.words()}" if found.reason else ""
    head = f"; {found.name} {found.type}: {found.status.value}{reason}"
    rcode = f"; {found.rcode or 'no answer'}"
    return [
        printable(line) for line in (head, rcode, *(f"; {step}" for step in _chain(found)), *found.records)
    ]
