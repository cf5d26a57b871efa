"""How we introduce ourselves to every server: operator, an address where to read more, and the EHLO name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who measures. `url` says what this is and how to be left out; `ehlo_name` is a host name (RFC 5321 §4.1.1.1)."""

    operator: str = "indikatorkollen"
    url: str = "https://indikatorkollen.invalid/om"
    ehlo_name: str = "indikatorkollen.invalid"

    @property
    def user_agent(self) -> str:
        """The User-Agent header (RFC 9110 §10.1.5)."""
        return f"indikatorkollen ({self.operator}; +{self.url})"
