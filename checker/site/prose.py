"""The pages that are mostly text: method, about, and the accessibility statement that the publisher completes."""

from datetime import UTC, datetime

from checker.report.dates import shown_date
from checker.report.words import visible
from checker.site.pages import Pages


def write(pages: Pages) -> None:
    """Write the three pages of one language."""
    _ = pages.gettext
    settings = pages.material.settings
    stated = settings.accessibility
    pages.write("prose", "metod/", title=_("How it is measured"), fragment="metod", facts=True)
    pages.write("prose", "om/", title=_("About the site"), fragment="om", facts=False)
    pages.write(
        "prose",
        "tillganglighet/",
        title=_("Accessibility of the site"),
        fragment="tillganglighet",
        facts=False,
        publisher=visible(settings.publisher),
        contact=visible(settings.contact),
        contact_link=settings.contact_link,
        accessibility={
            "assessed": _day(stated.assessed, pages) if stated.assessed else "",
            "method": visible(stated.method, len(stated.method)),
            "shortcomings": [visible(one, len(one)) for one in stated.shortcomings],
        },
    )


def _day(iso: str, pages: Pages) -> str:
    """The day in words; noon, so that it is the same day in Stockholm."""
    return shown_date(datetime.fromisoformat(f"{iso}T12:00:00").replace(tzinfo=UTC), pages.lang)
