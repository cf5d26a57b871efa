"""Times as the store writes them: RFC 3339 in UTC to the second, which sorts as it reads."""

from datetime import UTC, datetime


def written(moment: datetime | None) -> str | None:
    """A moment as text, None as it is."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def read(text: str | None) -> datetime | None:
    """The moment that `written` gave, None as it is."""
    return None if text is None else required(text)


def required(text: str) -> datetime:
    """The moment that `written` gave. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if written(moment) != text:
        raise ValueError(f"no time of the store: {text[:40]!a}")
    return moment
