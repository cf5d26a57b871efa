"""Who plays which host of a plan: the real servers as far as they can, the lab's small ones the rest. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.daemons import jsse, nginx, postfix
from tests.lab.plan import MailHost, Plan, WebHost
from tests.lab.scenario import Http, Https, Smtp

LAB, NGINX, POSTFIX, JSSE = "lab", "nginx", "postfix", "jsse"


@dataclass(slots=True, kw_only=True)
class Cast:
    """The hosts by player; a web host whose two ports have different players stands with each, the other port CLOSED."""

    web: Mapping[str, list[WebHost]] = field(default_factory=lambda: defaultdict(list))
    mail: Mapping[str, list[MailHost]] = field(default_factory=lambda: defaultdict(list))

    def players(self) -> dict[str, set[str]]:
        """Who plays a host, by its name as the plan has it. A host that only refuses is played by nobody."""
        found: dict[str, set[str]] = defaultdict(set)
        for player, web_hosts in self.web.items():
            for web_host in web_hosts:
                found[web_host.name].add(player)
        for player, mail_hosts in self.mail.items():
            for mail_host in mail_hosts:
                found[mail_host.name].add(player)
        return dict(found)


def cast(plan: Plan, *, with_postfix: bool, with_java: bool) -> Cast:
    """Give every host to the first that can play it: nginx and Postfix, Java, the lab."""
    found = Cast()
    for host in plan.web_hosts:
        mine, rest = nginx.divide(host)
        _give(found, NGINX, mine)
        _give(found, JSSE if with_java and _java_plays(rest) else LAB, rest)
    for mail_host in plan.mail_hosts:
        if with_postfix and postfix.can_play(mail_host):
            player = POSTFIX
        elif with_java and jsse.plays_mail(mail_host.server):
            player = JSSE
        else:
            player = LAB
        if mail_host.addresses and mail_host.server.smtp is not Smtp.CLOSED:
            found.mail[player].append(mail_host)
    return found


def _java_plays(host: WebHost) -> bool:
    return host.web.http is Http.CLOSED and jsse.plays_https(host.web)


def _give(found: Cast, player: str, host: WebHost) -> None:
    listens = host.web.http is not Http.CLOSED or host.web.https is not Https.CLOSED
    if listens and host.addresses:
        found.web[player].append(host)
