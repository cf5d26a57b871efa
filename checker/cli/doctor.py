"""`checker doctor`: what this vantage point can and cannot measure."""

from typing import TYPE_CHECKING

from checker.cli.exits import ExitCode, Quit
from checker.cli.session import Session

if TYPE_CHECKING:
    from checker.observations.vantage import Vantage

_QUESTIONS = (
    ("IPv4", "ipv4"),
    ("IPv6", "ipv6"),
    ("DNS over UDP", "dns_udp"),
    ("DNS over TCP", "dns_tcp"),
    ("clock", "clock"),
    ("root validates", "root_validates"),
    ("port 25 over IPv4", "port25_ipv4"),
    ("port 25 over IPv6", "port25_ipv6"),
)
_COSTS = {
    "ipv4": "hosts with IPv4 addresses only will be Ej mätt in the columns that need a connection",
    "ipv6": "www via IPv6 and e-post via IPv6 will be Ej mätt where AAAA is published",
    "dns_udp": "every question goes over TCP, which is slow and not answered by every server",
    "dns_tcp": "answers that do not fit a datagram are lost",
    "port25_ipv4": "STARTTLS will be Ej mätt for hosts that IPv6 does not reach",
    "port25_ipv6": "e-post via IPv6 will be Ej mätt where AAAA is published",
}


def doctor(session: Session) -> ExitCode:
    r"""Tell what this vantage point can and cannot measure: IPv4, IPv6, DNS over UDP and TCP, port 25, the clock.

    Asks root servers only, and on port 25 the control host of the settings. Without one, port 25 is proven by the
    first greeting of a sweep. The exit code is 0 when a sweep can be made from here, else 3.

    \b
    Examples:
      checker doctor
      CHECKER_CONTROL_HOST=mail.example.se checker doctor
    """
    from checker.cli.instruments import instruments, run  # noqa: PLC0415 - start-up
    from checker.cli.output import say  # noqa: PLC0415 - start-up
    from checker.cli.vantage import look  # noqa: PLC0415 - start-up
    from checker.domain_names import printable  # noqa: PLC0415 - start-up
    from checker.probes.vantage import unusable  # noqa: PLC0415 - start-up

    vantage = run(look(instruments(session)))
    for line in _lines(vantage):
        say(printable(line))
    if why := unusable(vantage):
        raise Quit(ExitCode.FAILED, why)
    return ExitCode.DONE


def _lines(vantage: "Vantage") -> list[str]:
    width = max(len(question) for question, _ in _QUESTIONS)
    lines = []
    for question, field in _QUESTIONS:
        fact = getattr(vantage, field).value
        cost = _COSTS.get(field, "") if fact == "no" else ""
        lines.append(f"{question:{width}}  {fact.replace('_', ' ')}" + (f": {cost}" if cost else ""))
    return [*lines, "", *vantage.details]
