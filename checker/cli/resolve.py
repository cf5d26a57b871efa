"""`checker resolve`: one RRset, resolved from the root hints and validated, as `delv` does."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli.exits import ExitCode, Quit
from checker.cli.output import say, say_json
from checker.cli.session import Session

if TYPE_CHECKING:
    from datetime import datetime

    from checker.authentication_chain import AuthenticationChain
    from checker.cli.instruments import Instruments
    from checker.dns.answer import Resolved
    from checker.report.words import Lang
    from checker.verdict import Finding

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
    now = tools.network.clock.now()
    if as_json:
        say_json(_object(found, now))
    else:
        for line in _lines(found, now, session.settings.lang):
            say(line)
    return ExitCode.DONE


def _question(name: str, rdtype: str) -> tuple[str, str]:
    """Check what was asked for; an IDN becomes A-labels. Quits (USAGE)."""
    import dns.exception  # noqa: PLC0415 - start-up
    import dns.name  # noqa: PLC0415 - start-up
    import dns.rdatatype  # noqa: PLC0415 - start-up

    from checker.domain_names import NameProblem, parse_name, quoted  # noqa: PLC0415 - start-up

    try:
        labels = name.replace("\u3002", ".").split(".")
        asked = ".".join(
            label if label.isascii() else parse_name(label, single_label=True) for label in labels
        )
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
    from checker.dns.reasons import Silence, Status  # noqa: PLC0415 - start-up
    from checker.probes.vantage import observe_vantage, unusable  # noqa: PLC0415 - start-up

    try:
        async with asyncio.timeout(tools.settings.deadline):
            found = await resolve_validated(tools.walker, name, rdtype)
    except TimeoutError:
        found = unresolved(name, rdtype, Silence.TIME_UP.value)
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


def _chains(found: "Resolved", now: "datetime") -> "tuple[AuthenticationChain, ...]":
    """The chain to each name on the way with the answer at its end."""
    from checker.authentication_chain import AuthenticationChain  # noqa: PLC0415 - start-up
    from checker.dns.describe import describe_zones  # noqa: PLC0415 - start-up
    from checker.dns.describe_answers import answer_link  # noqa: PLC0415 - start-up
    from checker.dns.reasons import Status  # noqa: PLC0415 - start-up
    from checker.dns.validate import Kind  # noqa: PLC0415 - start-up

    chains = []
    for hop in found.answered:
        zones, nonexistent = describe_zones(hop.step.chain, now)
        message = hop.reply.message if hop.reply is not None else None
        judged = hop.answer.kind is not Kind.NOTHING or hop.step.standing.status is Status.SECURE
        question = hop.name, found.type
        answer = answer_link(question, hop.answer, message, hop.step.standing.trusted, now)
        chains.append(
            AuthenticationChain(
                name=hop.name,
                status=hop.answer.status.value,
                zones=zones,
                nonexistent=nonexistent,
                answers=(answer,) if judged else (),
            )
        )
    return tuple(chains)


def _finding(found: "Resolved") -> "Finding | None":
    """The reason as the finding that `checker check` would make of it."""
    from checker.indicators.dnssec import reason_finding  # noqa: PLC0415 - start-up
    from checker.indicators.shown import shown_name  # noqa: PLC0415 - start-up
    from checker.rulesets import RULESET_2026  # noqa: PLC0415 - start-up

    return reason_finding(found.reason, RULESET_2026, shown_name(found.name)) if found.reason else None


def _object(found: "Resolved", now: "datetime") -> dict[str, Any]:
    """The result as the contract's JSON object; the reason begins with its code."""
    from checker.observations.codec import encode  # noqa: PLC0415 - start-up

    return {
        "name": found.name,
        "type": found.type,
        "status": found.status.value,
        "rcode": found.rcode,
        "records": list(found.records),
        "reason": found.reason.words() if found.reason else None,
        "chain": [encode(chain) for chain in _chains(found, now)],
    }


def _lines(found: "Resolved", now: "datetime", lang: "Lang") -> list[str]:
    """The result for people: comments as in zone files, then the records."""
    from checker.domain_names import printable  # noqa: PLC0415 - start-up
    from checker.report.chain_screen import chain_lines  # noqa: PLC0415 - start-up
    from checker.report.words import message, remedy  # noqa: PLC0415 - start-up

    finding = _finding(found)
    comments = [f"{found.name} {found.type}: {found.status.value}", found.rcode or "no answer"]
    comments += [message(finding, lang), remedy(finding, lang)] if finding else []
    for chain in _chains(found, now):
        comments += ["", *chain_lines(chain, lang=lang)]
    lines = (f"; {comment}".rstrip() for comment in comments)
    return [printable(line) for line in (*lines, *found.records)]
