"""Several questions to one server address: the first to learn how it likes to be asked, the rest at once from one port."""

import secrets
from collections.abc import Sequence

import dns.name
import dns.rdatatype

from checker.dns.exchange import EDNS_TROUBLE, UDP_SHARE_OF_WAIT, Exchange
from checker.dns.query import EDNS_PAYLOAD_BYTES, answers, is_truncated, write_query
from checker.dns.records import MalformedMessageError, canonical_text, parse_message, type_text
from checker.dns.tcp import DNS_PORT
from checker.network.errors import NetworkError
from checker.observations.dns import Message, NameServer, Reply

Question = tuple[dns.name.Name, dns.rdatatype.RdataType]


async def ask_each(
    exchange: Exchange, server: NameServer, questions: Sequence[Question], *, zone: dns.name.Name
) -> tuple[Reply, ...]:
    """The server's replies in the order of the questions, up to and including the first that got none.

    A question that is not answered plainly in the bundle (nothing came, truncated, an error about EDNS) is asked again
    by itself, as thoroughly as ever. Never raises for the network's trouble.
    """
    replies: list[Reply] = []
    waiting = list(questions)
    if waiting and not exchange.takes_bundles(server.address, zone):
        replies.append(await exchange.ask(server, *waiting.pop(0), zone=zone))
        if replies[0].message is None:
            return tuple(replies)
    messages: Sequence[Message | None] = [None] * len(waiting)
    if len(waiting) > 1 and exchange.takes_bundles(server.address, zone):
        messages = await _at_once(exchange, server, waiting)
    for question, message in zip(waiting, messages, strict=True):
        if message is not None:
            name, rdtype = canonical_text(question[0]), type_text(question[1])
            replies.append(Reply(server=server, name=name, type=rdtype, message=message))
            continue
        replies.append(await exchange.ask(server, *question, zone=zone))
        if replies[-1].message is None:
            break
    return tuple(replies)


async def _at_once(
    exchange: Exchange, server: NameServer, questions: Sequence[Question]
) -> list[Message | None]:
    """The plain answers to a bundle of datagrams, None where something is in the way."""
    ids: dict[int, int] = {}
    while len(ids) < len(questions):
        ids.setdefault(secrets.randbelow(1 << 16), len(ids))
    queries = [
        write_query(number, name, rdtype, EDNS_PAYLOAD_BYTES)
        for number, (name, rdtype) in zip(ids, questions, strict=True)
    ]

    def answered(datagram: bytes) -> int | None:
        place = ids.get(int.from_bytes(datagram[:2], "big"))
        return place if place is not None and answers(queries[place], datagram) else None

    network = exchange.network
    try:
        wires = await network.ask_all(
            server.address,
            DNS_PORT,
            queries,
            accept=answered,
            wait_s=network.wait_s / UDP_SHARE_OF_WAIT,
        )
    except NetworkError:
        return [None] * len(questions)
    return [_plain(wire) for wire in wires]


def _plain(wire: bytes | None) -> Message | None:
    if wire is None or is_truncated(wire):
        return None
    try:
        message = parse_message(wire)
    except MalformedMessageError:
        return None
    return None if message.rcode in EDNS_TROUBLE or message.rcode == "BADCOOKIE" else message
