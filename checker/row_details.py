"""What stands behind a row's verdicts, as people read it. Data alone, made by `checker.indicators.details`."""

from dataclasses import dataclass

from checker.authentication_chain import AuthenticationChain
from checker.mail_stages import HostStages
from checker.tls_services import TlsService
from checker.web_journeys import Journey


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDetails:
    """The evidence of one row; a part is empty where it was not asked for, or nobody wants to read it.

    `mail_hosts` is the matrix of hosts × stages; `chains` has one authentication chain for each of the row's domains.
    """

    mail_hosts: tuple[HostStages, ...] = ()
    mail_services: tuple[TlsService, ...] = ()
    journeys: tuple[Journey, ...] = ()
    web_services: tuple[TlsService, ...] = ()
    chains: tuple[AuthenticationChain, ...] = ()
