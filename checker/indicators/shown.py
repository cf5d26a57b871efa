"""How names, servers and lists are written inside findings. Pure."""

from collections.abc import Iterable

from checker.observations.dns import NameServer
from checker.observations.mail import SmtpReply

MAX_WORDS = 300
"""Characters of a server's own words that are kept; whoever shows them may cut further."""
LISTED = 6
"""Values of one list that are spelled out; the rest are counted."""


def shown_name(name: str) -> str:
    """A name as people write it: without the last dot, but for the root's."""
    return name.rstrip(".") or "."


def shown_record(record: str) -> str:
    """Owner and type ("www.example.se. A") as people write them."""
    owner, _, rdtype = record.partition(" ")
    return f"{shown_name(owner)} {rdtype}".strip()


def shown_server(server: NameServer) -> str:
    """A name server with its address: one of them among several."""
    return f"{shown_name(server.name)} ({server.address})"


def shown_reply(reply: SmtpReply) -> str:
    """A whole SMTP reply in one line, its code once; not yet neutralised."""
    return f"{reply.code} {' / '.join(reply.lines)}".strip()[:MAX_WORDS]


def listed(values: Iterable[object], most: int = LISTED) -> str:
    """The values after each other, doubles left out, those past `most` as a count."""
    texts = list(dict.fromkeys(map(str, values)))
    rest = f" (+{len(texts) - most})" if len(texts) > most else ""
    return ", ".join(texts[:most]) + rest
