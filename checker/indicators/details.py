"""The evidence behind a row's verdicts, put together for readers. Pure; it decides nothing."""

from checker.indicators.dnssec_chain import chain_of
from checker.indicators.https_journeys import journeys
from checker.indicators.starttls_stages import host_stages
from checker.indicators.tls_services import mail_services, web_services
from checker.observations.row import Evidence
from checker.row_details import RowDetails
from checker.rulesets import Ruleset


def details_in_full(evidence: Evidence, ruleset: Ruleset) -> RowDetails:
    """Everything there is: for an organisation's page, and for whoever looks at one domain."""
    mail, web = evidence.mail, evidence.web
    return RowDetails(
        mail_hosts=host_stages(mail, evidence.vantage, ruleset) if mail else (),
        mail_services=mail_services(mail) if mail else (),
        journeys=journeys(web) if web else (),
        web_services=web_services(web) if web else (),
        chains=tuple(chain_of(observation) for observation in evidence.dnssec or ()),
    )
