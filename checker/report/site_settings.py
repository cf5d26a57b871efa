"""Who publishes the site, and what the publisher says of itself. Data alone."""

from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from checker.report.words import Lang

_KEPT_IN_ADDRESS = "%!#$&()*+,/:;=?@[]~"
"""What an address may have of signs (RFC 3986 §2.2), but for the apostrophe."""
_KEPT_IN_MAILBOX = "!$*+,:@"
"""What needs no escape before the `?` of a mailto: link (RFC 6068 §2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessibilityStatement:
    """What only the publisher can say of the site's accessibility; the page says so of what is missing.

    `assessed` is the day in words of ISO 8601 ("2026-11-22") or empty; `method` says who assessed it and how;
    `shortcomings` are known ones, a sentence each.
    """

    assessed: str = ""
    method: str = ""
    shortcomings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """Who publishes. Everything may be empty; then the site says nothing of it.

    `contact` is a mail address, a web address or plain words; `base_url` is where the site is published, and
    `publisher_url` where the publisher is found. `publisher_type` is a name of the ADMS vocabulary of publisher types. `logo` is an image file (SVG or PNG) on this machine.
    `security_contacts` are addresses for security.txt (RFC 9116 §2.5.3): mailto: or https:.
    """

    title: str = "Indikatorkollen"
    publisher: str = ""
    publisher_url: str = ""
    publisher_type: str = ""
    contact: str = ""
    base_url: str = ""
    logo: str = ""
    security_contacts: tuple[str, ...] = ()
    security_policy: str = ""
    accessibility: AccessibilityStatement = field(default_factory=AccessibilityStatement)

    @property
    def contact_link(self) -> str:
        """The contact as a link target, empty when it is plain words; percent-encoded where that is needed (RFC 3986 §2.1)."""
        if self.contact.startswith(("https://", "http://", "mailto:")):
            return quote(self.contact, safe=_KEPT_IN_ADDRESS)
        if "@" not in self.contact or " " in self.contact:
            return ""
        return f"mailto:{quote(self.contact, safe=_KEPT_IN_MAILBOX)}"

    @property
    def base(self) -> str:
        """The address of the site's top with a slash at its end, empty when it is not known."""
        return site_base(self.base_url)


def site_base(base_url: str) -> str:
    """The address of a site's top with a slash at its end, from where it is published; empty when that is not known."""
    if not base_url:
        return ""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/index.html').rstrip('/')}/"


def page_address(base: str, lang: Lang, path: str) -> str:
    """Where a page stands, whose folder below the start page is `path`; English is below `en/`. Empty without a base."""
    return f"{base}{'' if lang == 'sv' else f'{lang}/'}{path}" if base else ""
