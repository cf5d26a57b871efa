"""One organisation's page: what is wrong, how do we know, what is there to do."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from checker.report.chain_outline import Outline, chain_outline
from checker.report.model import COLUMNS, RowResult
from checker.report.site_settings import SiteSettings
from checker.report.words import ColumnWords, Lang, column_words
from checker.row_details import RowDetails
from checker.site.cells import Cell, page_row
from checker.site.chain_parts import ChainTree
from checker.site.chain_tree import chain_tree
from checker.site.evidence_mail import MailMatrix, mail_matrix
from checker.site.evidence_tls import ServiceCard, service_cards
from checker.site.evidence_web import AddressLine, Trip, mail_addresses, trips, web_addresses
from checker.site.organisation_comments import CommentText, PlacedComments, placed
from checker.site.organisation_findings import FindingCard, FindingCards
from checker.site.organisation_history import History, histories
from checker.site.pages import Pages
from checker.site.places import organisation_path
from checker.site.second_opinions import SecondOpinion, second_opinions
from checker.site.strips import Strip, history_strip
from checker.verdict import Severity

TRIPS, SERVICES, ADDRESSES = 12, 8, 40
"""Visits, TLS services and addresses that a page shows; all are in the file beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnEvidence:
    """What stands behind one cell; every part may be empty."""

    matrix: MailMatrix | None = None
    trips: tuple[Trip, ...] = ()
    services: tuple[ServiceCard, ...] = ()
    chains: tuple[tuple[ChainTree, Outline], ...] = ()
    addresses: tuple[AddressLine, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.matrix or self.trips or self.services or self.chains or self.addresses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Everything of one column. `tally` says how many faults and warnings; `remeasured`: it was measured a second time."""

    column: str
    words: ColumnWords
    cell: Cell
    tally: str
    remeasured: bool
    findings: tuple[FindingCard, ...]
    comments: tuple[CommentText, ...]
    evidence: ColumnEvidence
    opinions: tuple[SecondOpinion, ...]
    strip: Strip | None
    history: History | None


def write(pages: Pages, result: RowResult) -> None:
    """Write the page of one row."""
    row, material = result.row, pages.material
    codes = {
        verdict.indicator: frozenset(finding.code for finding in verdict.findings)
        for verdict in result.verdicts
    }
    comments = placed(material.comments.get(row.code, ()), codes, pages.lang)
    shown = page_row(result, pages.lang)
    pages.write(
        "organisation",
        organisation_path(row.code),
        title=shown.region,
        row=shown,
        sections=_sections(pages, result, shown.cells, comments),
        comments=comments.top,
        mail_link=mail_link(material.settings, row.code, shown.region),
        trips_shown=TRIPS,
        services_shown=SERVICES,
        addresses_shown=ADDRESSES,
    )


def mail_link(settings: SiteSettings, code: str, region: str) -> str:
    """A link that writes to the publisher with the code in the subject; the contact's own link when it is no mail address.

    Empty without a contact that can be linked to. Source: RFC 6068 §2.
    """
    link = settings.contact_link
    if not link.startswith("mailto:"):
        return link
    subject = quote(f"{settings.title}: {code}, {region}", safe="")
    return f"{link}{'&' if '?' in link else '?'}subject={subject}"


def _sections(
    pages: Pages, result: RowResult, cells: tuple[Cell, ...], comments: PlacedComments
) -> tuple[Section, ...]:
    lang = pages.lang
    past = histories(pages.past, result.row.code)
    cards = FindingCards(lang)
    sections = []
    for column, cell in zip(COLUMNS, cells, strict=True):
        verdict = result.verdict(column)
        found = verdict.findings if verdict else ()
        sections.append(
            Section(
                column=column,
                words=column_words(lang)[column],
                cell=cell,
                tally=_tally(Counter(finding.severity for finding in found), pages.ngettext),
                remeasured=column in result.remeasured,
                findings=cards.of(column, found, comments.findings.get(column, {})),
                comments=comments.cells.get(column, ()),
                evidence=_evidence(column, result, lang) if verdict else ColumnEvidence(),
                opinions=second_opinions(result.row, column, lang),
                strip=history_strip(pages.past, result.row.code, column, lang),
                history=past.get(column),
            )
        )
    return tuple(sections)


def _tally(severities: Mapping[str, int], ngettext: Callable[[str, str, int], str]) -> str:
    """The number of faults and warnings in words, "" without any."""
    said = []
    if faults := severities.get(Severity.FAULT, 0):
        said.append(ngettext("%(num)d fault", "%(num)d faults", faults) % {"num": faults})
    if warnings := severities.get(Severity.WARNING, 0):
        said.append(ngettext("%(num)d warning", "%(num)d warnings", warnings) % {"num": warnings})
    return ", ".join(said)


def _evidence(column: str, result: RowResult, lang: Lang) -> ColumnEvidence:
    details: RowDetails = result.details
    match column:
        case "starttls":
            matrix = mail_matrix(details.mail_hosts, lang)
            return ColumnEvidence(
                matrix=matrix if matrix.rows else None, services=service_cards(details.mail_services, lang)
            )
        case "https":
            return ColumnEvidence(
                trips=trips(details.journeys, lang), services=service_cards(details.web_services, lang)
            )
        case "dnssec":
            return ColumnEvidence(
                chains=tuple(
                    (chain_tree(chain, lang), chain_outline(chain, lang)) for chain in details.chains
                )
            )
        case "www_ipv6":
            return ColumnEvidence(addresses=web_addresses(details.journeys, result.row.web_host, lang))
        case "mail_ipv6":
            return ColumnEvidence(addresses=mail_addresses(details.mail_hosts, lang))
        case _:
            return ColumnEvidence()
