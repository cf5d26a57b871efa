"""Where the visits to a web host and its bare domain led, step by step, as people read them.

Data alone, made by `checker.indicators.https_journeys` and shown by `checker.report`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One URL asked at one address ("" where none could be).

    `status` is 0 without a response; `failure` then says why ("timeout"); `protocol` is the TLS version on https;
    `hsts` and `refresh` are the server's own words, capped, not yet neutralised.
    """

    url: str
    address: str
    status: int = 0
    failure: str = ""
    protocol: str = ""
    hsts: str = ""
    refresh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The way from one starting point at one address; `end` is a `VisitEnd` ("content", "loop", "no_tls", …)."""

    steps: tuple[Step, ...]
    end: str
