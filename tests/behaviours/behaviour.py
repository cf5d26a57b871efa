"""One behaviour of a web, mail or TLS server, with a name, and what the table must say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.lab.scenario import MailServer, Organisation, Tls, Web, Zone

RULESETS = ("2026", "bilaga-a-2017")
MODERN_WEB = Web(tls=Tls.MODERN)
MODERN_MAIL = (MailServer(tls=Tls.MODERN),)


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """A server behaviour as a row of the miniature internet, and the expected outcome.

    `name` is a label of [a-z0-9-]: the row's code, and its domain below "se". `says` tells in a sentence what the server
    does. `cells` are the expected printed codes by column under the ruleset 2026, `cells_2017` those that differ under
    bilaga-a-2017; columns that are left out are not looked at. `findings` are *all* codes of severity fault or warning
    in those columns under 2026; `notes` are codes of notes that must be among the others, `never` codes that must not be there.
    `daemon` names the real server that plays it as well (the daemon tier), empty where only the lab can.
    `retest` behaviours are swept with second attempts; the others without.
    """

    name: str
    says: str
    cells: Mapping[str, str]
    findings: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    cells_2017: Mapping[str, str] = field(default_factory=dict)
    web: Web = MODERN_WEB
    bare: Web | None = None
    mail: tuple[MailServer, ...] = MODERN_MAIL
    zone: Zone = field(default_factory=Zone)
    web_host: str = ""
    mail_domain: str = ""
    extra_mx: tuple[str, ...] = ()
    null_mx: bool = False
    implicit_mx: bool = False
    daemon: str = ""
    retest: bool = False

    @property
    def organisation(self) -> Organisation:
        """The row that behaves so."""
        return Organisation(
            code=self.name,
            region=self.says,
            domain=f"{self.name}.se",
            web_host=self.web_host,
            mail_domain=self.mail_domain,
            zone=self.zone,
            web=self.web,
            bare=self.bare,
            mail=self.mail,
            extra_mx=self.extra_mx,
            null_mx=self.null_mx,
            implicit_mx=self.implicit_mx,
        )

    def cells_under(self, ruleset: str) -> Mapping[str, str]:
        """The expected cells by column under one of `RULESETS`."""
        return {**self.cells, **(self.cells_2017 if ruleset == "bilaga-a-2017" else {})}
