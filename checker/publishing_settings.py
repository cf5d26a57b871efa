"""The settings of the published site: who publishes it, and what only the publisher can say.

Never reads what the files named here contain.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from checker.setting_values import (
    listed,
    printable_words,
    readable,
    secure_address,
    security_contact,
    sentences,
    top_address,
    web_address,
)

PUBLISHING_PATHS = frozenset({"comments", "logo"})
"""Settings that name files; in a settings file they are relative to that file."""

Words = Annotated[str, Field(max_length=300), AfterValidator(printable_words)]
Address = Annotated[str, Field(max_length=300), AfterValidator(web_address)]

PublisherType = Literal[
    "NationalAuthority",
    "RegionalAuthority",
    "LocalAuthority",
    "SupraNationalAuthority",
    "NonGovernmentalOrganisation",
    "NonProfitOrganisation",
    "Academia-ScientificOrganisation",
    "StandardisationBody",
    "IndustryConsortium",
    "Company",
    "PrivateIndividual(s)",
]

_Existing = Annotated[Path, AfterValidator(readable)]


class PublishingSettings(BaseSettings):
    """What the site says of its publisher. Everything may be left out; the site then says nothing of it.

    `comments` is a CSV file of what organisations say of their own results. `security_contacts` make a security.txt.
    """

    title: Words = ""
    publisher: Words = ""
    publisher_url: Address | None = None
    publisher_type: PublisherType | None = None
    """What the publisher is, which data portals want to be told (ADMS, as DCAT-AP-SE has it)."""
    contact: Words = ""
    base_url: Annotated[Address, AfterValidator(top_address)] | None = None
    logo: _Existing | None = None
    comments: _Existing | None = None
    security_contacts: Annotated[
        tuple[str, ...],
        NoDecode,
        BeforeValidator(listed),
        AfterValidator(lambda entries: tuple(map(security_contact, entries))),
    ] = ()
    security_policy: Annotated[Address, AfterValidator(secure_address)] | None = None
    accessibility_assessed: date | None = None
    """The day on which somebody last assessed how accessible the site is."""
    accessibility_method: Annotated[str, Field(max_length=1000), AfterValidator(printable_words)] = ""
    accessibility_shortcomings: Annotated[tuple[Words, ...], NoDecode, BeforeValidator(sentences)] = ()
