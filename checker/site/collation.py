"""Swedish alphabetical order without the system's locales: Å Ä Ö last, V and W apart, accents only between equals."""

import unicodedata

_LETTERS = str.maketrans(
    {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y", "ð": "d", "þ": "th", "ß": "ss"}
)
"""To what stands in their place: the three characters after z in ASCII sort as the three letters after Z."""


def swedish_order(text: str) -> tuple[str, str]:
    """A sort key; without regard to capitals and accents first, with it second."""
    composed = unicodedata.normalize("NFC", text).lower()
    plain = unicodedata.normalize("NFD", composed.translate(_LETTERS))
    return "".join(each for each in plain if not unicodedata.combining(each)), composed
